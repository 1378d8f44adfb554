"""Checks that a good practitioner runs before a long training: ``uv run lab try`` and the tests run them."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from lab.contract import Batch, Method
from lab.training.batches import batches, count, in_order
from lab.training.state import Row
from lab.training.trial import Trial

MEMORISED = 8
"""Examples to learn by heart."""


def learn(method: Method, batch: Batch, steps: int, rate: float = 0.01) -> None:
    """Take so many ``steps`` on one batch by Adam: what tests ask of a method by itself, without any settings."""
    optimizer = torch.optim.Adam(method.parameters(), lr=rate)
    for _ in range(steps):
        optimizer.zero_grad()
        method.train().loss(batch)["loss"].backward()
        optimizer.step()


def idle_parameters(trial: Trial) -> list[str]:
    """Parameters that a few steps do not move: frozen by a detach, never used, or in no optimizer."""
    before = dict(trial.build().named_parameters())
    after = dict(trial.trained.method.named_parameters())
    return [name for name, value in before.items() if value.requires_grad and torch.equal(value, after[name].cpu())]


def changed_by_a_stop(trial: Trial) -> list[str]:
    """Weights that are others after a training that was stopped and continued.

    What a method remembers from step to step must be a parameter or a buffer: a checkpoint holds nothing else.
    """
    again = trial.train_briefly(stop_after=2).method.state_dict()
    return [name for name, value in trial.trained.method.state_dict().items() if not torch.equal(value, again[name])]


@dataclass(frozen=True)
class Memory:
    """How well a few examples were learned by heart: the loss before, the lowest one, and how low it should come."""

    first: float
    lowest: float
    steps: int
    aim: float

    @property
    def succeeded(self) -> bool:
        return self.lowest < self.aim * self.first


def memory(trial: Trial, seconds: float = float("inf")) -> Memory:
    """Train on a few examples until they are known, for 200 steps at most.

    A method that cannot even memorise has a broken loss, targets in another order, or no capacity.
    """
    few = trial.some("train", MEMORISED)
    losses: list[float] = []
    aim, began = 0.0, time.monotonic()

    def look(history: list[Row]) -> None:
        nonlocal aim
        losses.append(history[-1].get("validation_loss", history[-1]["train_loss"]))
        aim = aim or _aim(trial, validated="validation_loss" in history[-1])
        if losses[-1] < aim * losses[0] or time.monotonic() - began > seconds:
            raise _EnoughError

    settings: dict[str, Any] = {
        "epochs": 200,
        "batch_size": MEMORISED,
        "accumulate": 1,
        "schedule": "constant",
        "weight_decay": 0.0,
    }
    with contextlib.suppress(_EnoughError):
        trial.train(few, look, **settings, patience=0)
    return Memory(losses[0], min(losses), len(losses), aim)


class _EnoughError(Exception):
    """What was to be seen was seen."""


def _aim(trial: Trial, validated: bool) -> float:
    """The share of the loss that may be left. A loss with noise (a diffusion model's) keeps a part.

    The draws of ``train_loss`` are those of training: with dropout, say.
    """
    with torch.random.fork_rng(), torch.no_grad():
        method = trial.build().train(not validated)
        few = trial.some("train", MEMORISED)
        batch = next(batches(few, in_order(count(few), MEMORISED), torch.device("cpu")))
        draws = [method.loss(dict(batch))["loss"].item() for _ in range(2)]
    return 0.2 if draws[0] == draws[1] else 0.7


def dependent_answers(trial: Trial, split: str = "validation") -> dict[str, float]:
    """Columns whose answer to an example changes with the rest of its batch, and by how much.

    Then scores depend on how the test set is cut into batches: look for a norm or a mean over the batch.
    """
    few = trial.some(split, 6)
    alone, together = trial.predict(few, batch_size=1), trial.predict(few, batch_size=6)
    exact = trial.settings.device == "cpu" and trial.settings.precision == "fp32"
    relative, absolute = (1e-3, 1e-4) if exact else (5e-2, 5e-3)
    found = {}
    for name, values in together.items():
        one, other = np.asarray(alone[name], dtype=float), np.asarray(values, dtype=float)
        if not np.allclose(one, other, rtol=relative, atol=absolute, equal_nan=True):
            found[name] = float(np.nanmax(np.abs(one - other)))
    return found
