"""The progress bar of a training: how far it is, and its scalars once a second."""

from __future__ import annotations

import time
from types import TracebackType

from tqdm import tqdm

from lab.training.evaluation import means
from lab.training.state import TrainingState

SHOW_SECONDS = 1.0
"""Reading a scalar waits for the device: once a second that costs nothing."""


class ProgressBar:
    """Shown by the main process where there is a terminal; a context manager."""

    def __init__(self, state: TrainingState, steps_per_epoch: int, epochs: int) -> None:
        self.state, self.shown_at = state, time.perf_counter()
        silent = None if state.processes.main else True  # None: where there is no terminal
        self.bar = tqdm(total=epochs * steps_per_epoch, unit="step", disable=silent)
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
