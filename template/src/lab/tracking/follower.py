"""A child process that keeps MLflow up to date with the files in ``runs/`` while a method trains.

The files are the truth. Training never waits for MLflow, and does not notice if MLflow is slow or broken:
``uv run lab sync`` brings it up to date later.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from lab.console import localised, said
from lab.paths import RUNS
from lab.tracking.server import reason

GOODBYE = b"."
"""The last message of a process that ends well. A killed process sends none."""

BACKGROUND_SECONDS = 15.0
"""How long a process of low priority has to finish; where others use the processor all the time, it cannot run."""

PATIENCE_SECONDS = 45.0
"""How long MLflow has in all other cases; a stage that is done waits no longer."""


class Follower:
    """Keeps MLflow up to date with the runs below ``folder`` until it is closed, from a process of low priority.

    An error there gives the caller one line on stderr and never an exception.
    """

    def __init__(self, folder: Path = RUNS) -> None:
        self.folder = folder
        self.child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Follower:
        try:
            self.child = _start(self.folder, "background")
        except OSError as error:
            warn(reason(error))
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self.child and self.child.stdin and kind and not issubclass(kind, Exception):
            self.child.stdin.close()  # Ctrl-C: go at once and without a word; the child sees how the run ended
        else:
            self.close()

    def close(self) -> None:
        """Wait until MLflow has everything, or until patience ends."""
        if self.child is None:
            return
        try:
            problem = _finish(self.child, BACKGROUND_SECONDS)
        except subprocess.TimeoutExpired:
            problem = _sync_at_once(self.folder)
        self.child = None
        if problem:
            warn(problem)


def sync_all() -> None:
    """Bring MLflow up to date with all runs, their test metrics and the champion; a failure is one line on stderr."""
    if problem := _sync_at_once(RUNS):
        warn(problem)


def _sync_at_once(folder: Path) -> str:
    """Bring MLflow up to date from a process of normal priority; return what went wrong, if anything."""
    try:
        return _finish(_start(folder), PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        return f"MLflow took more than {PATIENCE_SECONDS:.0f} seconds"
    except OSError as error:
        return reason(error)


def _start(folder: Path, *options: str) -> subprocess.Popen[bytes]:
    # A session of its own: Ctrl-C stops the trainer, and the child then tells MLflow that it ended.
    flags = ["CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW", *(["BELOW_NORMAL_PRIORITY_CLASS"] if options else [])]
    return subprocess.Popen(
        [sys.executable, "-m", "lab.tracking", str(folder), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        creationflags=sum(getattr(subprocess, flag, 0) for flag in flags),  # of Windows alone
    )


def _finish(child: subprocess.Popen[bytes], seconds: float) -> str:
    """Tell the child to write what is left and end; return what went wrong, if anything."""
    try:
        said, _ = child.communicate(GOODBYE, timeout=seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    problem = said.decode(errors="replace").strip()
    if child.returncode and not problem:
        problem = f"the process that writes to MLflow ended with code {child.returncode}"
    return problem


def warn(problem: str) -> None:
    print(said("train.untracked", problem=localised(problem)), file=sys.stderr, flush=True)
