"""How far a training is, its scalars once a second, and how long all of it will take."""

from __future__ import annotations

import math
import time
from types import TracebackType

from tqdm import tqdm

from lab.console import said, tell
from lab.training.evaluation import means
from lab.training.state import Row, TrainingState

SHOW_SECONDS = 1.0
"""Reading a scalar waits for the device: once a second that costs nothing."""


class ProgressBar:
    """Shown by the main process where there is a terminal; a context manager."""

    def __init__(self, state: TrainingState, steps_per_epoch: int, epochs: int) -> None:
        self.state, self.shown_at = state, time.perf_counter()
        silent = None if state.processes.main else True  # None: where there is no terminal
        self.bar = tqdm(total=epochs * steps_per_epoch, unit=said("train.step"), disable=silent)
        self.bar.update(state.epoch * steps_per_epoch + state.step)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bar.close()

    def advance(self) -> None:
        """One step more."""
        self.bar.update()
        now = time.perf_counter()
        if self.state.processes.main and now - self.shown_at > SHOW_SECONDS:
            self.shown_at = now
            # A loss that is no number ends the training here; several processes end together, after the epoch.
            measured = means(self.state.sums, self.state.step, check=self.state.processes.alone)
            shown = {name: f"{mean:.4g}" for name, mean in measured.items()}
            self.bar.set_postfix({"epoch": self.state.epoch + 1} | shown)


class Forecast:
    """Says, once the first epoch is over, how long a method's seeds will take; ``others`` train in other processes."""

    def __init__(self, method: str, seeds: list[int], epochs: int, others: int = 0) -> None:
        self.method, self.seeds, self.epochs, self.others = method, seeds, epochs, others
        self.began: float | None = None

    def begin(self) -> None:
        """The first step of the first seed is next."""
        self.began = time.perf_counter()

    def after_epoch(self, history: list[Row]) -> None:
        """Speak after the first epoch; a continued run has fewer to go.

        The first may do what the others need not, such as a frozen part of the network: hence "at most".
        """
        if self.began is None:
            return
        epoch, self.began = time.perf_counter() - self.began, None
        left = self.epochs * len(self.seeds) - len(history) + 1
        number = len(self.seeds) + self.others
        seeds = said("train.several" if number > 1 else "train.one", number=number, seed=self.seeds[0])
        one = said("train.seconds", number=f"{epoch:.2g}") if epoch < 90 else duration(epoch)
        tell("train.forecast", method=self.method, epoch=one, time=duration(left * epoch), seeds=seeds)


def duration(seconds: float) -> str:
    """As one says it: ``40 s``, ``12 min``, ``3 h 20 min``."""
    if seconds < 90:
        return said("train.seconds", number=math.ceil(seconds))
    minutes = math.ceil(seconds / 60)
    if minutes < 90:
        return said("train.minutes", number=minutes)
    return said("train.hours", number=minutes // 60, minutes=minutes % 60)
