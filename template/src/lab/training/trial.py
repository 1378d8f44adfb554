"""One method on trial: built, trained for a moment on few examples, asked for answers. Nothing of it is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any, cast

from lab.contract import Batch, Examples, Method, Problem
from lab.settings import Params
from lab.team_code.loading import load_method
from lab.train_settings import TrainSettings
from lab.training.batches import count, take
from lab.training.checkpoints import Checkpoint
from lab.training.devices import repeatable
from lab.training.loop import Fitted, TrainingInterruptedError, fit
from lab.training.predictions import predict
from lab.training.state import Row

STEPS = 4
"""Of the moment of training: enough to set every weight in motion."""


@dataclass(frozen=True)
class Trial:
    """A method of params.yaml with its data. ``settings`` are those it is tried with; checkpoints go to ``folder``."""

    name: str
    params: Params
    problem: Problem
    examples: dict[str, Examples]
    settings: TrainSettings
    folder: Path

    @cached_property
    def kind(self) -> type[Method]:
        return load_method(self.name)

    @property
    def has_own_step(self) -> bool:
        return hasattr(self.kind, "train_step")

    def build(self, seed: int = 0) -> Method:
        """The method before any training, as ``fit`` builds it."""
        repeatable(seed, self.settings.threads)
        return self.kind(self.examples["train"], **self.params.options(self.name))

    def train(
        self,
        few: Examples,
        report: Callable[[list[Row]], None] = lambda _: None,
        stop_after: int = 0,
        **changes: object,
    ) -> Fitted:
        """Train on few examples a method that was built for all, so that it knows every class and word.

        After ``stop_after`` steps a signal stops it, as Ctrl-C does, and what is trained then begins at the checkpoint.
        """

        def built(_: Examples, **options: object) -> Method:
            method = self.kind(self.examples["train"], **options)
            if stop_after:
                stop_in_step(method, stop_after)
            return method

        checkpoint = Checkpoint(self.folder / f"{self.name}.pt", fingerprint="trial")
        checkpoint.remove()
        settings = self.settings.model_copy(update=changes)
        examples, options = {"train": few, "validation": few}, self.params.options(self.name)
        again = partial(fit, cast(type[Method], built), options, examples, settings, 0, checkpoint, report)
        if stop_after:
            try:
                again()
            except TrainingInterruptedError:
                stop_after = 0
            else:
                raise ValueError(f"the training ended before step {stop_after}")
        return again()

    def some(self, split: str, number: int) -> Examples:
        """The first examples of a split."""
        return take(self.examples[split], range(number))

    def train_briefly(self, stop_after: int = 0) -> Fitted:
        """A few steps, without weight decay: only what has a gradient moves."""
        few = self.some("train", STEPS * self.settings.batch_size)
        epochs = -(-STEPS // max(1, count(few) // self.settings.batch_size))  # small data make few batches
        return self.train(few, epochs=epochs, weight_decay=0.0, stop_after=stop_after)

    @cached_property
    def trained(self) -> Fitted:
        return self.train_briefly()

    def predict(self, examples: Examples, method: Method | None = None, batch_size: int = 64) -> Batch:
        """Columns of numbers, as the train stage gets them: targets are taken away before."""
        settings = self.settings.model_copy(update={"batch_size": batch_size})
        hardware = self.trained.processes.hardware
        columns = predict(method or self.trained.method, examples, self.problem.targets, settings, hardware)
        return cast(Batch, columns)


def stop_in_step(method: Method, number: int) -> None:
    """In its ``number``-th step of learning, ``method`` asks its own process to stop."""
    name = "train_step" if hasattr(method, "train_step") else "loss"
    learn, steps = getattr(method, name), iter(range(number - 1))

    def watched(*given: Any) -> Any:
        if method.training and next(steps, None) is None:
            signal.raise_signal(signal.SIGTERM)
        return learn(*given)

    setattr(method, name, watched)
