"""Score all predictions and say which differences are real: ``results/comparison.json``, ``costs.json``, figures."""

from __future__ import annotations

import shutil
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison import figures, units
from lab.comparison.statistics import bootstrap, holm, interval, p_value, verdict
from lab.contract import Problem
from lab.errors import UserError, run
from lab.files import read_json, write_json
from lab.paths import COMPARISON, COSTS, FIGURES, RUNS, SPLITS
from lab.settings import Params, read_params, read_project
from lab.team_code import load_problem
from lab.tracking.follower import sync_all

Predictions = dict[str, dict[int, pd.DataFrame]]
"""By method and seed."""


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
    summary = compare(problem, predictions, params)
    units.settle(summary, params.data.unit)
    for method, entry in summary["methods"].items():
        entry["parameters"] = records[method][params.seeds[0]]["parameter_count"]
    sizes = pd.read_parquet(SPLITS)["split"].value_counts()
    summary["examples"] = {split: int(size) for split, size in sizes.items()}
    summary["figures"] = draw(problem, predictions, summary)
    write_json(COMPARISON, summary)
    write_json(COSTS, {"methods": {method: costs(runs) for method, runs in records.items()}})
    for line in verdicts(summary):
        print(line)
    sync_all()


def read_predictions(params: Params) -> Predictions:
    """All predictions, checked to answer the same examples in the same order."""
    found: Predictions = {}
    expected: list[str] | None = None
    for method in params.methods:
        found[method] = {}
        for seed in params.seeds:
            path = RUNS / method / str(seed) / "predictions.parquet"
            frame = pd.read_parquet(path)
            ids = frame.loc[frame["split"] == "test", "id"].tolist()
            expected = expected or ids
            if ids != expected:
                raise UserError(f"{path.as_posix()} answers other examples than the other runs: run `uv run dvc repro`")
            found[method][seed] = frame
    return found


def compare(problem: Problem, predictions: Predictions, params: Params) -> dict[str, Any]:
    """Scores by method, metric and seed, and each method's difference to the baseline with interval and p-value."""
    settings = params.compare
    measure = getattr(problem, "measure", lambda frame: frame)
    tests = {
        method: {seed: measure(frame[frame["split"] == "test"].reset_index(drop=True)) for seed, frame in runs.items()}
        for method, runs in predictions.items()
    }
    names = [metric.name for metric in problem.metrics]
    scores = {method: {seed: problem.score(frame) for seed, frame in runs.items()} for method, runs in tests.items()}
    for method, runs in scores.items():
        for seed, found in runs.items():
            check_scores(found, names, f"{method}, seed {seed}")
    draws = {
        method: bootstrap(list(runs.values()), problem.score, settings.resamples, settings.seed, stream)
        for stream, (method, runs) in enumerate(tests.items())
    }
    methods: dict[str, Any] = {}
    for method in tests:
        methods[method] = {"metrics": {}}
        for metric in problem.metrics:
            values = {str(seed): float(found[metric.name]) for seed, found in scores[method].items()}
            spread = float(np.std(list(values.values()), ddof=1)) if len(values) > 1 else 0.0
            entry: dict[str, Any] = {"values": values, "mean": float(np.mean(list(values.values()))), "std": spread}
            entry["interval"] = interval(draws[method][metric.name], settings.confidence)
            entry["difference"] = None
            if method != "baseline":
                baseline = np.mean([found[metric.name] for found in scores["baseline"].values()])
                differences = draws[method][metric.name] - draws["baseline"][metric.name]
                entry["difference"] = {
                    "mean": entry["mean"] - float(baseline),
                    "interval": interval(differences, settings.confidence),
                    "p": p_value(differences),
                }
            methods[method]["metrics"][metric.name] = entry
    # Each method that is held against the baseline is one more chance to be fooled (Demšar 2006, "Statistical
    # Comparisons of Classifiers over Multiple Data Sets", section 3.2.2). The primary metric was named beforehand.
    for metric in problem.metrics:
        compared = [methods[method]["metrics"][metric.name]["difference"] for method in methods if method != "baseline"]
        for difference, corrected in zip(compared, holm([one["p"] for one in compared]), strict=True):
            difference["p_corrected"] = corrected
            higher = metric.higher_is_better
            difference["verdict"] = verdict(difference["mean"], corrected, higher, settings.confidence)
    sign = 1 if problem.metrics[0].higher_is_better else -1
    return {
        "task": read_project().task,
        "baseline": "baseline",
        "champion": max(methods, key=lambda method: sign * methods[method]["metrics"][names[0]]["mean"]),
        "confidence": settings.confidence,
        "resamples": settings.resamples,
        "seeds": params.seeds,
        "order": list(methods),
        "metrics": [vars(metric) for metric in problem.metrics],
        "methods": methods,
    }


def check_scores(found: dict[str, float], names: list[str], where: str) -> None:
    for name, value in found.items():
        if name not in names:
            raise UserError(
                f"score in problem.py returns {name!r}, whose direction is not given: add a Metric to metrics"
            )
        if not np.isfinite(value):
            raise UserError(f"score in problem.py gives {name} = {value} for {where}: it must be a finite number")
    if missing := [name for name in names if name not in found]:
        raise UserError(f"score in problem.py does not return {', '.join(missing)}, which metrics names")


def draw(problem: Problem, predictions: Predictions, summary: dict[str, Any]) -> list[str]:
    """Write the figures; return the file names of the task's own."""
    shutil.rmtree(FIGURES, ignore_errors=True)
    histories = {
        method: {seed: pd.read_csv(RUNS / method / str(seed) / "history.csv") for seed in runs}
        for method, runs in predictions.items()
    }
    with plt.rc_context(figures.STYLE):
        figures.save(figures.learning_curves(histories), FIGURES / "learning_curves.svg")
        figures.save(figures.comparison(summary), FIGURES / "comparison.svg")
        own = problem.figures({method: next(iter(runs.values())) for method, runs in predictions.items()})
        for name, figure in own.items():
            figures.save(figure, FIGURES / f"{name}.svg")
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
            value = f"{found['mean']:.{digits}f} ± {found['std']:.{digits}f} {metric['unit']}".rstrip()
            line = f"{method}: {metric['name']} {value}"
            if difference := found["difference"]:
                low, high = difference["interval"]
                line += f", {difference['mean']:+.{digits}f} [{low:+.{digits}f}, {high:+.{digits}f}] to the baseline"
                line += f", p = {difference['p_corrected']:.3f}: {difference['verdict']}"
            lines.append(line)
    return lines


if __name__ == "__main__":
    run(main)
