"""Score all predictions and say which differences are real: ``results/comparison.json``, ``costs.json``, figures."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd

from lab import figures
from lab.comparison.summary import Predictions, compare
from lab.contract import Problem
from lab.errors import UserError, run
from lab.files import read_json, write_json
from lab.runs import RUNS
from lab.settings import Params, read_params, read_project
from lab.task import load_problem
from lab.tracking import sync_all

RESULTS = Path("results")


def main() -> None:
    params, problem = read_params(), load_problem()
    records = {
        method: {seed: read_json(RUNS / method / str(seed) / "run.json") for seed in params.seeds}
        for method in params.methods
    }
    unfinished = [
        f"{m}/{s}" for m, runs in records.items() for s, record in runs.items() if record["status"] != "finished"
    ]
    if unfinished:
        raise UserError(f"not all runs are finished: {', '.join(unfinished)}: run `uv run dvc repro`")
    predictions = read_predictions(params)
    summary = {"task": read_project().task} | compare(problem, predictions, params.compare)
    for method, entry in summary["methods"].items():
        entry["parameters"] = records[method][params.seeds[0]]["parameter_count"]
    sizes = pd.read_parquet("data/splits.parquet")["split"].value_counts()
    summary["examples"] = {split: int(size) for split, size in sizes.items()}
    summary["figures"] = draw(problem, predictions, summary)
    write_json(RESULTS / "comparison.json", summary)
    write_json(RESULTS / "costs.json", {"methods": {method: costs(runs) for method, runs in records.items()}})
    for line in verdicts(summary):
        print(line)
    sync_all()


def read_predictions(params: Params) -> Predictions:
    """All predictions, checked to answer the same examples in the same order."""
    found: Predictions = {}
    expected: dict[str, list[str]] = {}
    for method in params.methods:
        found[method] = {}
        for seed in params.seeds:
            path = RUNS / method / str(seed) / "predictions.parquet"
            frame = pd.read_parquet(path)
            for split in ("validation", "test"):
                ids = frame.loc[frame["split"] == split, "id"].tolist()
                if not ids:
                    mend = f"delete the folder {path.parent.as_posix()} and run `uv run dvc repro`"
                    raise UserError(f"{path.as_posix()} has no predictions for the {split} examples: {mend}")
                if ids != expected.setdefault(split, ids):
                    what = f"answers other {split} examples than the other runs"
                    raise UserError(f"{path.as_posix()} {what}: run `uv run dvc repro`")
            found[method][seed] = frame
    return found


def draw(problem: Problem, predictions: Predictions, summary: dict[str, Any]) -> list[str]:
    """Write the figures; return the file names of the task's own."""
    folder = RESULTS / "figures"
    shutil.rmtree(folder, ignore_errors=True)
    histories = {
        method: {seed: pd.read_csv(RUNS / method / str(seed) / "history.csv") for seed in runs}
        for method, runs in predictions.items()
    }
    with plt.rc_context(figures.STYLE):
        figures.save(figures.learning_curves(histories), folder / "learning_curves.svg")
        figures.save(figures.comparison(summary), folder / "comparison.svg")
        own = problem.figures({method: next(iter(runs.values())) for method, runs in predictions.items()})
        for name, figure in own.items():
            figures.save(figure, folder / f"{name}.svg")
    return [f"{name}.svg" for name in own]


def costs(runs: dict[int, dict[str, Any]]) -> dict[str, list[Any]]:
    """What varies from run to run, by seed."""
    names = ("seconds", "examples_per_second", "peak_memory_bytes", "device")
    return {name: [record[name] for record in runs.values()] for name in names}


def verdicts(summary: dict[str, Any]) -> list[str]:
    """The comparison in words, a line for each method and metric."""
    lines = []
    for method, entry in summary["methods"].items():
        for metric in summary["metrics"]:
            found, digits = entry["metrics"][metric["name"]], metric["digits"]
            spread = "" if found["std"] is None else f" ± {found['std']:.{digits}f}"
            line = f"{method}: {metric['name']} {found['mean']:.{digits}f}{spread} {metric['unit']}".rstrip()
            if difference := found["difference"]:
                low, high = difference["interval"]
                line += f", {difference['mean']:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}] to the baseline"
                if difference["verdict"]:
                    line += f", p = {difference['p_corrected']:.3f}: {difference['verdict']}"
            lines.append(line)
    if len(summary["seeds"]) == 1:
        lines.append("one seed gives no verdict: what another would change is unknown; set three seeds or more")
    if len(summary["methods"]) > 1:
        lines.append(f"champion, by {summary['metrics'][0]['name']} on validation data: {summary['champion']}")
    return lines


if __name__ == "__main__":
    run(main)
