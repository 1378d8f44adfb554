"""What MLflow should say of a method with all its seeds, and of the project: the parent runs and the notes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

from lab.console import said
from lab.files import digest_of
from lab.paths import COMPARISON, DELIVERABLES, FIGURES
from lab.results import Compared, MetricRecord, MetricResult, Verdict
from lab.settings import read_project
from lab.style import interval, number, with_unit
from lab.tracking.run_files import Content, allowed, comparison
from lab.tracking.tags import ALL_SEEDS, TRIAL, repository_page

WORDS: dict[Verdict | None, str] = {
    "better": "mlflow.better",
    "worse": "mlflow.worse",
    "not significant": "mlflow.not_significant",
    None: "mlflow.one_seed",
}

OF_ONE_SEED = ("mlflow.source.git.commit", "error", "fingerprint", "seed")


def of_methods(runs: Iterable[Content]) -> list[Content]:
    """The parent of each group of runs: of one method, with the same code, settings and data."""
    groups: dict[str, list[Content]] = {}
    for run in runs:
        groups.setdefault(run.group, []).append(run)
    return [_parent(key, seeds) for key, seeds in groups.items()]


def _parent(key: str, runs: list[Content]) -> Content:
    """Status and times of all; mean and spread of the test metrics if the comparison is of these very runs."""
    method = runs[0].tags["method"]
    of_trials = runs[0].tags["seed"] == TRIAL
    points, verdict = ({}, "") if of_trials else _compared(method, runs)
    shared = {name: value for name, value in runs[0].tags.items() if all(run.tags.get(name) == value for run in runs)}
    tags = {name: value for name, value in shared.items() if name not in OF_ONE_SEED}
    tags |= {"lab.key": key, "seed": TRIAL if of_trials else ALL_SEEDS}
    tags["verdict"] = verdict or said("mlflow.not_compared")
    statuses = {run.status for run in runs}
    seeds = ", ".join(sorted((run.tags["seed"] for run in runs), key=lambda seed: (len(seed), seed)))
    note = said("mlflow.of_trials" if of_trials else "mlflow.of_seeds", method=method, seeds=seeds)
    return replace(
        runs[0],
        key=key,
        name=said("mlflow.trials", method=method) if of_trials else method,
        status=next(status for status in ("RUNNING", "FAILED", "KILLED", "FINISHED") if status in statuses),
        started=min(run.started for run in runs),
        ended=max(run.ended for run in runs),
        tags=tags,
        points=points,
        note=f"{note}\n\n{verdict[:1].upper()}{verdict[1:]}{said('figures.stop')}" if verdict else note,
        group="",
        attachments=tuple((path, digest_of(path)) for path in _results()) if points else (),
    )


def _compared(method: str, runs: list[Content]) -> tuple[dict[tuple[str, int], float], str]:
    compared = comparison()
    if compared is None or method not in compared["methods"]:
        return {}, ""
    values = compared["methods"][method]["metrics"]
    primary = f"test/{allowed(compared['metrics'][0]['name'])}"
    scored = {run.tags["seed"]: run for run in runs if (primary, 0) in run.points}
    if set(scored) != set(map(str, compared["seeds"])):
        return {}, ""
    points = {}
    for metric in compared["metrics"]:
        name, found = allowed(metric["name"]), values[metric["name"]]
        # MLflow prints all digits that it has; the comparison has them all.
        points[f"test/{name}", 0] = round(found["mean"], metric["digits"] + 1)
        if found["std"] is not None:
            points[f"test/{name} std", 0] = round(found["std"], metric["digits"] + 1)
    for name in ("cost/seconds", "cost/parameters"):
        if known := [run.points[name, 0] for run in scored.values() if (name, 0) in run.points]:
            points[name, 0] = round(fmean(known), 2)
    return points, verdict(compared, method)


def verdict(compared: Compared, method: str, champion: bool = True) -> str:
    """The comparison's word on a method's primary metric, in one line, and whether it is the ``champion``."""
    metric = compared["metrics"][0]
    difference = compared["methods"][method]["metrics"][metric["name"]]["difference"]
    if difference is None:
        told = said("mlflow.baseline")
    else:
        shift = with_unit(number(difference["mean"], metric["digits"], signed=True), metric["unit"])
        around = interval(difference["interval"], metric["digits"])
        told = said(WORDS[difference["verdict"]], against=difference["against"], shift=shift, interval=around)
    chosen = champion and method == compared["champion"] and len(compared["methods"]) > 1
    return said("mlflow.champion", told=told) if chosen else told


def _results() -> list[Path]:
    """The comparison and its figures, and the documents that were made from it."""
    return [COMPARISON, *sorted(FIGURES.glob("*.svg")), *documents()]


def documents() -> list[Path]:
    # One that is older than the comparison tells of another.
    made = sorted(DELIVERABLES.glob("*.pdf")) + sorted(DELIVERABLES.glob("*_card.md"))
    return [path for path in made if path.stat().st_mtime >= COMPARISON.stat().st_mtime]


def note() -> str:
    """Of the experiment: which method is the champion, how all compare, what this is, and where its code is."""
    project, compared, page = read_project(), comparison(), repository_page()
    lines = [said("mlflow.nothing")]
    if compared is not None:
        metrics, best = compared["metrics"], compared["champion"]
        told = verdict(compared, best, champion=False)
        lines = [said("mlflow.best", method=best, metric=metrics[0]["name"], told=told), ""]
        names = " | ".join(metric["name"] for metric in metrics)
        lines += [f"| {said('mlflow.method')} | {names} | {said('mlflow.verdict')} |"]
        lines += [f"| --- |{' ---: |' * len(metrics)} --- |"]
        for method, entry in compared["methods"].items():
            cells = [_value(entry["metrics"][metric["name"]], metric) for metric in metrics]
            lines.append(f"| {method} | {' | '.join(cells)} | {verdict(compared, method)} |")
        for name, reference in compared["references"].items():
            values = [reference["metrics"][metric["name"]]["value"] for metric in metrics]
            shown = [with_unit(number(v, m["digits"]), m["unit"]) for v, m in zip(values, metrics, strict=True)]
            lines.append(f"| {name} | {' | '.join(shown)} | {said('mlflow.reference')} |")
        seeds = ", ".join(map(str, compared["seeds"]))
        lines += ["", said("mlflow.spread", seeds=seeds)]
    lines += ["", said("mlflow.about", title=project.title)]
    return "\n".join([*lines, *(["", said("mlflow.code", page=page)] if page else [])])


def _value(found: MetricResult, metric: MetricRecord) -> str:
    spread = "" if found["std"] is None else f" ± {number(found['std'], metric['digits'])}"
    return with_unit(number(found["mean"], metric["digits"]) + spread, metric["unit"])
