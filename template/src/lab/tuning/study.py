"""Where trials are kept: ``.lab/tune/<method>/<study>/``, a journal of Optuna's and a folder for each trial.

A study belongs to a fingerprint: with other code, data or ranges, trials are not comparable, and a new one begins.
Each trial's folder is locked by the process that trains it; the system frees the lock however that process ends.
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

import optuna
from filelock import FileLock
from optuna.distributions import BaseDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from lab.files import atomic
from lab.paths import TUNING
from lab.runs import lock_path

JOURNAL = "journal.jsonl"
STARTUP = 5
"""Trials before any is cut off, and before the search learns from earlier ones: fewer say little."""
OVER = (TrialState.COMPLETE, TrialState.PRUNED, TrialState.FAIL)

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore", module=r"optuna\.")


def folder_of(method: str, fingerprint: str) -> Path:
    return TUNING / method / fingerprint


def trial_folder(folder: Path, number: int) -> Path:
    return folder / f"{number:04d}"


def open_study(folder: Path, higher_is_better: bool, seed: int) -> Study:
    """The study in ``folder``, new or as it was left. Several processes may open it at once."""
    folder.mkdir(parents=True, exist_ok=True)
    path = str(folder / JOURNAL)
    # This lock works on Windows and on network drives, too.
    storage = JournalStorage(JournalFileBackend(path, JournalFileOpenLock(path)))
    return optuna.create_study(
        storage=storage,
        study_name=folder.name,
        load_if_exists=True,
        direction="maximize" if higher_is_better else "minimize",
        # Workers do not see how each other's trials will end: `constant_liar` keeps them apart.
        sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=STARTUP, constant_liar=True),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP, n_warmup_steps=1),
    )


def mend(folder: Path) -> None:
    """Drop what a machine that went down left half-written in the journal. Only while no worker lives."""
    path = folder / JOURNAL
    (folder / f"{JOURNAL}.lock").unlink(missing_ok=True)
    if not path.is_file():
        return
    lines = path.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n") and _is_json(line)]
    if whole != lines:
        with atomic(path) as temporary:
            temporary.write_bytes(b"".join(whole))


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True


@dataclass(frozen=True)
class Claim:
    """A trial that this process trains, and its lock."""

    trial: Trial
    folder: Path
    lock: FileLock

    def release(self) -> None:
        self.lock.release()
        Path(self.lock.lock_file).unlink(missing_ok=True)


def next_trial(study: Study, folder: Path, ranges: dict[str, BaseDistribution], most: int) -> Claim | None:
    """The trial to train now: one that a killed process left, else a new one; None if ``most`` are over.

    While others train the last ones it waits: they may be killed, and then their trials go on here.
    """
    while True:
        with FileLock(folder / "next.lock"):
            running = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
            for left in running:
                if lock := _lock(trial_folder(folder, left.number)):
                    return Claim(Trial(study, left._trial_id), trial_folder(folder, left.number), lock)
            if len(study.get_trials(deepcopy=False)) < most:
                trial = study.ask(ranges)
                lock = _lock(trial_folder(folder, trial.number))
                assert lock, "nobody else knows of this trial"
                return Claim(trial, trial_folder(folder, trial.number), lock)
        if not running:
            return None
        time.sleep(1)


def _lock(folder: Path) -> FileLock | None:
    """The lock of a trial's folder, which tells MLflow's writer that it is being trained; None if another has it."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(lock_path(folder))
    try:
        lock.acquire(timeout=0.1)  # who asks whether a trainer lives holds the lock for a moment
    except TimeoutError:
        return None
    return lock


def finished(study: Study) -> list[FrozenTrial]:
    return study.get_trials(deepcopy=False, states=OVER)


def best(study: Study) -> FrozenTrial | None:
    """The trial with the best score of those that were trained to the end."""
    return study.best_trial if study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,)) else None
