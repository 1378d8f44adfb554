"""Runs that were replaced by a run of other settings: kept in ``.lab/runs``, back in ``runs/`` when they are needed.

A folder is moved as a whole, in one step of the file system: a kill at any moment leaves each run in one place or the
other. Other files in a run's folder belong to somebody: they stay, and are never deleted.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from lab.errors import UserError
from lab.paths import HOME
from lab.results import RunRecord

KEPT = HOME / "runs"  # git-ignored, and no output of DVC's
MOST = 5
"""How many runs are kept of each method and seed; the oldest is removed first."""

FILES = ("run.json", "history.csv", "predictions.parquet", "model.safetensors", "checkpoint.pt")


def read_record(folder: Path) -> RunRecord:
    """``run.json`` of a run's folder; empty if there is none that can be read."""
    try:
        record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = None
    return cast(RunRecord, record) if isinstance(record, dict) else {}


def kept(folder: Path, fingerprint: str) -> list[Path]:
    """Where runs of this fingerprint that were once in ``folder`` are kept, a finished one first."""
    found = [path for path in _place(folder).glob(f"{fingerprint[:16]}*") if _is_worth_keeping(path)]
    found = [path for path in found if read_record(path).get("fingerprint") == fingerprint]
    return sorted(found, key=lambda path: read_record(path).get("status") != "finished")


def set_aside(folder: Path, successor: Path | None = None) -> None:
    """Make room in ``folder``; a kept run, the ``successor``, then takes the place of the one that was there."""
    aside = _move_aside(folder)
    if successor:
        _rename(successor, folder)
    if aside is None:
        return
    for own in [path for path in aside.iterdir() if not _is_of_a_run(path)]:
        folder.mkdir(exist_ok=True)
        if not (folder / own.name).exists():
            _rename(own, folder / own.name)
    _drop_oldest(aside)


def _move_aside(folder: Path) -> Path | None:
    if not folder.is_dir():
        return None
    if not any(folder.iterdir()):
        folder.rmdir()
        return None
    place, name, number = _place(folder), str(read_record(folder).get("fingerprint", "unknown"))[:16], 0
    place.mkdir(parents=True, exist_ok=True)
    while (aside := place / (f"{name}.{number}" if number else name)).exists():
        number += 1
    if (folder / "run.json").is_file():
        (folder / "run.json").touch()  # when it was set aside: see `_drop_oldest`
    _rename(folder, aside)
    return aside


def _drop_oldest(aside: Path) -> None:
    """Remove the files of ``aside`` if they are not worth keeping, and of the oldest runs beyond ``MOST``."""
    others = [path for path in aside.parent.iterdir() if path != aside and _is_worth_keeping(path)]
    others.sort(key=lambda path: (path / "run.json").stat().st_mtime, reverse=True)
    is_kept = _is_worth_keeping(aside)
    for folder in others[MOST - is_kept :] + ([] if is_kept else [aside]):
        for path in sorted(folder.iterdir(), key=lambda path: path.name != "run.json"):  # first what calls it a run
            if _is_of_a_run(path):
                path.unlink()
        if not any(folder.iterdir()):
            folder.rmdir()


def _place(folder: Path) -> Path:
    return KEPT.joinpath(*folder.parts[-2:])


def _is_worth_keeping(folder: Path) -> bool:
    record = read_record(folder)
    return record.get("status") == "finished" or (bool(record) and (folder / "checkpoint.pt").is_file())


def _is_of_a_run(path: Path) -> bool:
    is_half_written = path.name.startswith(".") and path.name.endswith(".tmp")
    return path.is_file() and (path.name in FILES or is_half_written)


def _rename(path: Path, target: Path) -> None:
    try:
        path.rename(target)
    except OSError as error:  # on Windows, a folder of which a file is open
        text = f"{path.as_posix()} cannot be moved to {target.as_posix()}: {error.strerror}"
        raise UserError(f"{text}: close what has it open, then run this again") from None
