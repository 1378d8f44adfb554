"""The pages of MLflow that compare methods: which columns and charts they have, and their addresses.

MLflow keeps a view that somebody shares in a tag of the experiment, and opens it by its name. The names of the keys
below are those of MLflow's own pages; an MLflow that does not know them shows the same runs with columns of its own.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from lab.tracking.method_files import note
from lab.tracking.run_files import allowed, comparison
from lab.tracking.tags import ALL_SEEDS, TRIAL
from lab.tracking.tracked_run import own_note

CURVES = ("validation/loss", "train/loss")


def experiment_tags(known: dict[str, str]) -> dict[str, str]:
    """What the experiment says of itself: its kind, its notes, and its views. ``known`` are the tags it has."""
    compared = comparison()
    metrics = [] if compared is None else compared["metrics"]
    names = [f"test/{allowed(metric['name'])}" for metric in metrics]
    tags = {"mlflow.experimentKind": "custom_model_development"}
    if names:
        tags["mlflow.experiment.primaryMetric.name"] = names[0]
    views = {"methods": _methods(names), "seeds": _seeds(names)}
    order = {"orderByKey": f"metrics.`{names[0]}`", "orderByAsc": not metrics[0]["higher_is_better"]} if names else {}
    for name, view in views.items():
        view["isAccordionReordered"] = True  # or MLflow sorts the sections by name
        tags[f"mlflow.sharedViewState.{name}"] = json.dumps(view | order, separators=(",", ":"))
    return tags | own_note(known, note())


def _methods(names: list[str]) -> dict[str, Any]:
    """A row for each method: means, spread, verdict, costs."""
    metrics = [column for name in names for column in (name, f"{name} std")]
    columns = ["tags.`verdict`", *(f"metrics.`{name}`" for name in [*metrics, "cost/seconds", "cost/parameters"])]
    return {
        "searchFilter": f"tags.seed = '{ALL_SEEDS}'",
        "selectedColumns": [*columns, "attributes.`Created`"],
        "columnOrder": ["attributes.`Run Name`", *columns, "attributes.`Created`"],
        "columnWidths": {"tags.`verdict`": 470} | {f"metrics.`{name}`": 125 for name in metrics},
        "compareRunCharts": [_bar(name) for name in names],
        "compareRunSections": _sections("test"),
    }


def _seeds(names: list[str]) -> dict[str, Any]:
    """A chart for each test metric and for the losses by epoch: a bar and a line for each seed, a colour a method."""
    columns = [f"metrics.`{name}`" for name in names]
    return {
        "searchFilter": f"tags.seed != '{ALL_SEEDS}' and tags.seed != '{TRIAL}'",
        "selectedColumns": [*columns, "attributes.`Created`"],
        "runsHiddenMode": "SHOW_ALL",
        "compareRunCharts": [*(_bar(name) for name in names), *(_line(name) for name in CURVES)],
        "compareRunSections": _sections("test", "validation", "train"),
    }


def _bar(name: str) -> dict[str, Any]:
    return _chart(name) | {"type": "BAR"}


def _line(name: str) -> dict[str, Any]:
    return _chart(name) | {"type": "LINE", "xAxisKey": "step", "xAxisScaleType": "linear", "scaleType": "linear"}


def _chart(name: str) -> dict[str, Any]:
    section, _, short = name.partition("/")
    more = {"displayName": short, "deleted": False, "isGenerated": True, "runsCountToCompare": 20}
    return {"uuid": name, "metricKey": name, "metricSectionId": section} | more


def _sections(*names: str) -> list[dict[str, Any]]:
    return [{"uuid": name, "name": name, "display": True, "isReordered": False} for name in names]


def address(server: str, experiment: str, view: str, charts: bool = False) -> str:
    """Of a view: as a table, or as charts."""
    options = "workflowType=machine_learning" + ("&compareRunsMode=CHART" if charts else "")
    return f"{server}/#/experiments/{experiment}/runs?{options}&viewStateShareKey={view}"


def compare_address(server: str, experiment: str, runs: list[str]) -> str:
    """Of the page that puts ``runs`` side by side."""
    chosen, experiments = (quote(json.dumps(ids, separators=(",", ":"))) for ids in (runs, [experiment]))
    return f"{server}/#/compare-runs?runs={chosen}&experiments={experiments}&workflowType=machine_learning"
