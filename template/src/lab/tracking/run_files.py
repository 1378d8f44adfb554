"""What MLflow should say of a run, read from the run's files. ``tracked_run.py`` brings MLflow to say it."""

from __future__ import annotations

import csv
import json
import math
import re
import sys
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from lab.console import said
from lab.files import read_json, sha256
from lab.paths import COMPARISON, COSTS
from lab.results import Comparison, Costs, RunRecord
from lab.runs import lock_path
from lab.tracking.inputs import Input, inputs
from lab.tracking.tags import TRIAL, colour, commit_link, tags

STATUS = {"running": "RUNNING", "finished": "FINISHED", "failed": "FAILED", "interrupted": "KILLED"}

UNSAID = ("checkpoint_minutes", "compile", "device", "precision", "threads", "workers")
"""Parameters that decide nothing, or that tags tell as they turned out to be."""

Point = tuple[str, int]
"""A metric's name, and its step: the epoch, or 0 where a run has one value."""


State = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Content:
    """A run in MLflow's terms; times are milliseconds since 1970."""

    key: str
    name: str
    status: str
    started: int
    ended: int
    tags: dict[str, str]
    parameters: dict[str, str]
    points: dict[Point, float]
    inputs: list[Input]
    note: str
    """Markdown, which MLflow shows above all else."""
    group: str = ""
    """The same for all seeds of one method, code, settings and data: the key of their parent."""
    attachments: tuple[tuple[Path, str], ...] = ()
    """Files beside the run's own, each with its digest."""


def state(folder: Path) -> State:
    """Changes whenever a file does that ``read`` reads."""
    files = [folder / "run.json", folder / "history.csv", folder / "predictions.parquet", COMPARISON, COSTS]
    return tuple((path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0) for path in files)


def read(folder: Path) -> Content:
    """The run in ``folder``, which is ``runs/<method>/<seed>``."""
    record: RunRecord = read_json(folder / "run.json")
    history = folder / "history.csv"
    method, seed = record["method"], record["seed"]
    status = STATUS[record["status"]]
    if status == "RUNNING" and not is_training(folder):
        status = "KILLED"  # its trainer ended without a word
    changed = max(path.stat().st_mtime for path in (folder / "run.json", history) if path.is_file())
    points = _curves(history) if history.is_file() else {}
    points |= {(name, 0): float(value) for name, value in _costs(record).items() if value is not None}
    points |= {(f"test/{allowed(name)}", 0): value for name, value in scores(record).items()}
    parameters = {name: value for name, value in record["parameters"].items() if name not in UNSAID}
    return Content(
        key=record["key"],
        name=said("mlflow.trial", method=method, number=record["trial"]["number"])
        if "trial" in record
        else said("mlflow.seed", method=method, seed=seed),
        status=status,
        started=_milliseconds(record["started"]),
        ended=_milliseconds(record["finished"]) if record["finished"] else int(changed * 1000),
        tags=tags(record) | colour(method),
        parameters={allowed(name): str(value) for name, value in parameters.items()},
        points={point: _storable(value) for point, value in points.items()},
        inputs=inputs(folder, record),
        note=said("mlflow.of_run", method=method, seed=seed, commit=commit_link(record), folder=folder.as_posix()),
        group=group(record),
    )


def is_training(folder: Path) -> bool:
    """Whether a trainer holds the run in ``folder``. The system frees the lock of a process, however it ends."""
    path = lock_path(folder)
    if not path.is_file():
        return False
    try:
        with FileLock(path, blocking=False):
            return False
    except Timeout:
        return True


def comparison() -> Comparison | None:
    """``results/comparison.json``, if it and ``costs.json``, which says of which runs it is, are there."""
    return read_json(COMPARISON) if COMPARISON.is_file() and COSTS.is_file() else None


def scores(record: RunRecord) -> dict[str, float]:
    """The comparison's test metrics for this very run; none if it is of an earlier run of this method and seed."""
    compared, method, seed = comparison(), record["method"], record["seed"]
    if compared is None or method not in compared["methods"] or seed not in compared["seeds"]:
        return {}
    costs: Costs = read_json(COSTS)
    # Seconds are measured: no two runs took the same.
    if costs["methods"][method]["seconds"][compared["seeds"].index(seed)] != record.get("seconds"):
        return {}
    metrics = compared["methods"][method]["metrics"]
    return {name: float(entry["values"][str(seed)]) for name, entry in metrics.items()}


def _costs(record: RunRecord) -> dict[str, float | None]:
    """What training took, as far as the run came. MLflow groups charts by what stands before the slash."""
    return {
        "cost/seconds": record.get("seconds"),
        "cost/examples_per_second": record.get("examples_per_second"),
        "cost/parameters": record.get("parameter_count"),
        "cost/epochs": record.get("epochs"),
        "cost/best_epoch": record.get("best_epoch"),
        "system/peak_memory_bytes": record.get("peak_memory_bytes"),
        "validation/score": record.get("trial", {}).get("score"),  # of a trial of `lab tune`
    }


def _curves(history: Path) -> dict[Point, float]:
    with history.open(encoding="utf-8", newline="") as stream:
        return {
            (_in_section(name), int(row["epoch"])): float(value)
            for row in csv.DictReader(stream)
            for name, value in row.items()
            if name not in ("epoch", "step") and value
        }


def _in_section(column: str) -> str:
    """MLflow's name of a column of ``history.csv``, as in ``validation/loss``."""
    section, _, name = column.partition("_")
    return f"{section}/{allowed(name)}" if section in ("train", "validation") and name else f"train/{allowed(column)}"


def group(record: RunRecord) -> str:
    # A run of an earlier release has no digest of its code; its commit comes close.
    code = record.get("code") or [record["git_commit"], record["parameters"]]
    content = [record["method"], TRIAL if "trial" in record else code, record["data_digest"]]
    return sha256(json.dumps(content, sort_keys=True).encode())[:32]


def allowed(name: str) -> str:
    """MLflow's names have letters, digits, dashes, dots and spaces; a slash would make a section."""
    return re.sub(r"[^\w\-. ]", "_", name)


def _storable(value: float) -> float:
    """Databases know no infinity: MLflow stores the largest number instead."""
    return math.copysign(sys.float_info.max, value) if math.isinf(value) else value


def _milliseconds(moment: str) -> int:
    return round(datetime.fromisoformat(moment).timestamp() * 1000)
