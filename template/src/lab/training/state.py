"""How far a training has come: everything that a step or an epoch changes, which is what a checkpoint holds."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from lab.contract import Method
from lab.errors import wrong
from lab.scaling.processes import Processes
from lab.scaling.sharding import load_optimizer_state, load_weights, optimizer_state, weights
from lab.training.random_state import random_state, set_random_state

Row = dict[str, float]
"""One epoch: ``epoch``, ``step``, ``learning_rate``, and ``train_…`` and ``validation_…`` scalars."""

Saved = dict[str, Any]
"""What a checkpoint holds: tensors, numbers and texts."""


@dataclass
class TrainingState:
    """A training between two steps. ``saved`` gives all of it, ``restore`` takes it back."""

    processes: Processes
    method: Method
    optimizers: dict[str, torch.optim.Optimizer]
    schedules: list[torch.optim.lr_scheduler.LambdaLR]
    epoch: int = 0
    """Complete epochs."""
    step: int = 0
    """Steps taken in the epoch that is not complete."""
    sums: dict[str, Tensor] = field(default_factory=dict)
    """The scalars of those steps, added up."""
    history: list[Row] = field(default_factory=list)
    """A row for each complete epoch."""
    best: Any = None
    """``epoch``, ``loss`` and ``weights`` of the best epoch so far: see ``keep_best``."""
    seconds: float = 0.0
    """Of the whole training, over all its interruptions."""
    learning_seconds: float = 0.0
    """Of the steps alone: without validation, without checkpoints."""
    counted_at: float = field(default_factory=time.perf_counter)
    """When ``seconds`` was last brought up to date, by this process's clock."""

    def count_seconds(self) -> float:
        """Bring ``seconds`` up to date, and return it."""
        now = time.perf_counter()
        self.seconds, self.counted_at = self.seconds + now - self.counted_at, now
        return self.seconds

    def keep_best(self, row: Row) -> None:
        """Keep the weights if ``validation_loss`` is the lowest so far; without one, the last weights are kept."""
        loss = row.get("validation_loss")
        if self.best is not None and (loss is None) != (self.best["loss"] is None):
            raise wrong(self.method.validate, "returns 'loss' in some epochs and not in others: always, or never")
        if self.best is None or loss is None or loss < self.best["loss"]:
            self.best = {"epoch": len(self.history), "loss": loss, "weights": weights(self.method)}

    def is_over(self, epochs: int, patience: int) -> bool:
        """Whether all epochs are complete, or the last ``patience`` of them brought no better validation loss."""
        waited = len(self.history) - self.best["epoch"] if self.best else 0
        return self.epoch >= epochs or bool(patience and waited >= patience)

    def saved(self) -> Saved:
        """Everything, whole, in the main process. All processes must call this; each adds what is its own."""
        self.count_seconds()
        scaler = self.processes.hardware.scaler
        return {
            "weights": weights(self.method),
            "optimizers": [optimizer_state(self.method, optimizer) for optimizer in self.optimizers.values()],
            "schedules": [schedule.state_dict() for schedule in self.schedules],
            "scaler": scaler.state_dict() if scaler else {},
            "ranks": self.processes.gather({"random": random_state(), "sums": self.sums}),
            **{name: getattr(self, name) for name in PLAIN},
        }

    def restore(self, saved: Saved) -> None:
        """Go on from what ``saved`` gave."""
        load_weights(self.method, saved["weights"])
        for optimizer, one in zip(self.optimizers.values(), saved["optimizers"], strict=True):
            load_optimizer_state(self.method, optimizer, one)
        for schedule, one in zip(self.schedules, saved["schedules"], strict=True):
            schedule.load_state_dict(one)
        hardware, ranks = self.processes.hardware, saved["ranks"]
        if hardware.scaler:
            hardware.scaler.load_state_dict(saved["scaler"])
        for name in PLAIN:
            setattr(self, name, saved[name])
        if len(ranks) == self.processes.size:
            own = ranks[self.processes.rank]
            set_random_state(own["random"])
            self.sums = {name: value.to(hardware.device) for name, value in own["sums"].items()}
        else:  # another number of processes goes on with the average of what each had summed up
            self.sums = {
                name: sum(rank["sums"][name].to(hardware.device) for rank in ranks) / len(ranks)
                for name in ranks[0]["sums"]
            }


PLAIN = ("epoch", "step", "history", "best", "seconds", "learning_seconds")
"""Fields of ``TrainingState`` that are saved as they are."""
