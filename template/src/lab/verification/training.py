"""A run, trained again in the throw-away folder and held against the committed one."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from lab.console import said
from lab.contract import Problem
from lab.errors import UserError
from lab.files import read_json, read_table
from lab.paths import COMPARISON, RAW, RUNS, SPLITS
from lab.runs import read_finished
from lab.team_code.problem_checks import measured, scored
from lab.verification.checks import Finding
from lab.verification.differences import of_files, of_values
from lab.verification.throwaway import Throwaway

DECIDED = (
    *("method", "seed", "fingerprint", "parameters", "data_digest"),
    *("parameter_count", "trained_count", "epochs", "best_epoch"),
)
"""Of ``run.json``, what a second training gives again; seconds and memory are measured."""
MACHINE = ("hardware", "versions", "device", "precision")
"""What the last digits depend on."""
SEEDS, FIRST, ALONE = 3.0, 0.02, 0.1
TOLERANCE = (
    "on another kind of machine, where the last digits differ and a training goes its own way from there: a score "
    f"differs by at most {SEEDS:g} standard deviations over the committed seeds (with one seed by {ALONE:.0%}), the "
    f"losses of the first epoch by at most {FIRST:.0%}"
)


def trained_again(method: str, seed: int, problem: Problem, again: Throwaway) -> tuple[Finding, bool]:
    """Train one run again; also whether it was on the same kind of machine, and so compared bit for bit."""
    name = said("verify.trained_again", method=method, seed=seed)
    place = RUNS / method / str(seed)
    for path in (RAW, SPLITS):
        again.link(path)
    again.remove(RUNS / method)
    try:
        committed = read_finished(place)
    except UserError as error:
        return Finding(name, [str(error).partition(": ")[0]]), False
    if failure := again.run("train", method, "--seed", str(seed)):
        return Finding(name, [f"train: {failure}"]), False
    new = read_json(again.folder / place / "run.json")
    then, anew = ({key: one.get(key) for key in DECIDED} for one in (committed, new))
    record = of_values(then, anew, tolerance=0)
    same = all(committed.get(key) == new.get(key) for key in MACHINE)
    if same:
        files = ("predictions.parquet", "model.safetensors", "history.csv")
        faults = [fault for file in files for fault in of_files(place / file, again.folder / place / file)]
    else:
        record = [fault for fault in record if not fault.startswith(("epochs:", "best_epoch:"))]
        faults = _roughly(method, place, again.folder / place, problem)
    told = [f"{place.as_posix()}/run.json: {'; '.join(record)}"] if record else []
    return Finding(name, told + faults), same


def _roughly(method: str, place: Path, new: Path, problem: Problem) -> list[str]:
    """What is beyond ``TOLERANCE``."""
    faults = _first_epoch(place, new)
    spreads = {
        name: entry["std"]
        for name, entry in read_json(COMPARISON)["methods"].get(method, {"metrics": {}})["metrics"].items()
    }
    tables = [read_table(folder / "predictions.parquet", "id", "split") for folder in (place, new)]
    for part in ("validation", "test"):
        old, now = (_scores(problem, table, part) for table in tables)
        for metric in problem.metrics:
            one, other, spread = old[metric.name], now[metric.name], spreads.get(metric.name)
            allowed = SEEDS * spread if spread is not None else ALONE * abs(one)
            if abs(one - other) > allowed + 10**-metric.digits:
                told = f"{metric.name} on the {part} split: {one:.6g}, trained again {other:.6g}"
                faults.append(f"{place.as_posix()}/predictions.parquet: {told} (allowed ± {allowed:.3g})")
    return faults


def _scores(problem: Problem, table: pd.DataFrame, part: str) -> dict[str, float]:
    return scored(problem, measured(problem, table[table["split"] == part].reset_index(drop=True)))


def _first_epoch(place: Path, new: Path) -> list[str]:
    old, now = (read_table(folder / "history.csv").iloc[0].to_dict() for folder in (place, new))
    losses = {name: value for name, value in old.items() if name.endswith("_loss")}
    again = {name: now.get(name) for name in losses}
    return [f"{place.as_posix()}/history.csv, epoch 1: {fault}" for fault in of_values(losses, again, FIRST)]
