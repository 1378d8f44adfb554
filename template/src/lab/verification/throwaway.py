"""A throw-away copy of the project, in which stages run again: the project itself stays as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.console import said
from lab.errors import UserError
from lab.paths import HOME
from lab.record_lines import HISTORY

PLACE = HOME / "verify"
"""Inside the project, so that jobs on other machines find it and files can be linked; Git and DVC pass it over."""


class Throwaway:
    """The copy's folder: the project's own files, and what ``link`` puts beside them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True
        )
        if listed.returncode:
            raise UserError("this folder is no Git repository, so there is no commit to verify: run `uv run lab setup`")
        for name in filter(None, listed.stdout.decode("utf-8").split("\0")):
            if Path(name).is_file():  # a file that was deleted but not committed is still listed
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(name, folder / name)

    def link(self, path: Path) -> None:
        """Put a file or folder of the project in its place here: hard links where the disk has them, else copies.

        Stages never write into a file that is there: they put a new one in its place.
        """
        if not is_inside(path):
            raise ValueError(f"{path} is not inside the project")
        target = self.folder / path
        if path.is_dir():
            shutil.rmtree(target, ignore_errors=True)
            shutil.copytree(path, target, copy_function=_link, ignore=shutil.ignore_patterns(".*.tmp"))
        elif path.is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            _link(path, target)

    def remove(self, path: Path) -> None:
        shutil.rmtree(self.folder / path, ignore_errors=True)

    def run(self, stage: str, *arguments: str) -> str:
        """Run a stage here. Returns its one line of error if it fails, else nothing."""
        environment = os.environ | {
            "PYTHONPATH": str((self.folder / "src").absolute()),
            "PYTHONDONTWRITEBYTECODE": "1",
            HISTORY: str(Path.cwd()),  # the copy is no repository, and the report says what records have lost
            "MLFLOW_TRACKING_URI": "sqlite:///mlflow.db",  # one of its own: a rehearsal is no run of the team's
        }
        done = subprocess.run(
            [sys.executable, "-m", f"lab.stages.{stage}", *arguments],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        if done.returncode == 0:
            return ""
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        sign = said("console.error", text="")
        told = [line.removeprefix(sign) for line in lines if line.startswith(sign)]
        return (told or lines or [f"it ended with exit code {done.returncode}"])[-1]


def is_inside(path: Path) -> bool:
    """Whether a path leads into the project, and so has a place in its copy."""
    return bool(path.parts) and not path.is_absolute() and ".." not in path.parts


def _link(source: str | Path, target: str | Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


@contextmanager
def throwaway() -> Iterator[Throwaway]:
    """A fresh copy, removed at the end."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    try:
        yield Throwaway(PLACE)
    finally:
        shutil.rmtree(PLACE, ignore_errors=True)
