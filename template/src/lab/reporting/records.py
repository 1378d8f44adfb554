"""What ``records/`` holds, in sentences for the report: sealed plan, looks at the test split, trials, folds."""

from __future__ import annotations

from lab.comparison.folds import over_folds
from lab.comparison.ledger import looks
from lab.comparison.plan import deviations, done, is_intact, looks_when_sealed, lost_plans, read_plans
from lab.files import read_json
from lab.paths import COMPARISON, FOLDS
from lab.results import Comparison
from lab.settings import read_params
from lab.style import NUMBER, interval, number, with_unit
from lab.tuning.counts import lost_trials, trials_by_method
from lab.words import Say

POINTS = {
    "metric": "records.metric",
    "scoring": "records.scoring",
    "baseline": "records.baseline",
    "methods": "records.methods",
    "ablations": "records.ablations",
    "seeds": "records.seeds",
    "split": "records.split",
    "rule": "records.rule",
    "data": "records.data",
}
"""The points of a plan, by their names in the table of words."""


def sentences(say: Say) -> list[str]:
    """All of it, neutrally: what was kept and what was not, and numbers."""
    return [*_plan(say), *_looks(say), *_trials(say), *_folds(say)]


def _plan(say: Say) -> list[str]:
    plans, lost = read_plans(), lost_plans()
    gone = [say("records.lost_plans", lost=lost)] if lost else []
    if not plans:
        return [say("records.no_plan"), *gone]
    last, seen = plans[-1], looks_when_sealed(plans[-1])
    key = "records.sealed_late" if seen else "records.sealed_first"
    told = [say(key, day=last["sealed"][:10], commit=(last["commit"] or "–")[:7], looks=seen), *gone]
    if len(plans) > 1:
        told.append(say("records.resealed", number=len(plans)))
    if not all(map(is_intact, plans)):
        told.append(say("records.edited"))
    differing = deviations(last["plan"], done(read_params()))
    left = [each["what"] for each in differing]
    kept = [say(name) for point, name in POINTS.items() if point in last["plan"] and point not in left]
    if kept:
        told.append(say("records.kept", points=say("results.list").join(kept)))
    for each in differing:
        text = {"point": say(POINTS[each["what"]]), "planned": each["planned"], "done": each["done"]}
        told += [say("records.deviates", **text)]
    return told


def _looks(say: Say) -> list[str]:
    found, told = looks(), []
    if found.number == 1:
        told.append(say("records.looked_once"))
    elif found.number:
        told.append(say("records.looked", number=found.number, different=found.different))
    if found.lost:
        told.append(say("records.lost", lost=found.lost))
    return told


def _trials(say: Say) -> list[str]:
    """How many settings each method had tried; nothing if none was tuned."""
    found, lost = trials_by_method(), lost_trials()
    gone = [say("records.lost_trials", lost=lost)] if lost else []
    if not found:
        return gone
    numbers = {name: found[name].trials if name in found else 0 for name in read_params().methods}
    each = say("results.list").join(f"{name.replace('_', ' ')} {number}" for name, number in numbers.items())
    told = [say("records.trials", numbers=each), *gone]
    return [*told, say("records.unequal")] if len(set(numbers.values())) > 1 else told


def _folds(say: Say) -> list[str]:
    """What `lab folds` found with today's code, settings and data; nothing if it was not run, or before a change."""
    params = read_params()
    if not FOLDS.is_file():
        return []
    comparison: Comparison = read_json(COMPARISON)
    metric, told = comparison["metrics"][0], []
    found = over_folds(params, metric["name"])
    points = metric["unit"] == NUMBER["percent"]
    unit = say("terms.points") if points else metric["unit"]
    for method, one in found.items():
        if one.difference is not None and method in comparison["methods"]:
            text = {
                "method": comparison["methods"][method]["label"],
                "baseline": comparison["methods"]["baseline"]["label"],
                "metric": metric["label"],
                "difference": with_unit(number(one.difference, metric["digits"], signed=True), unit),
                "interval": interval(one.interval, metric["digits"]),
                "std": with_unit(number(found["baseline"].std, metric["digits"]), unit),
            }
            told.append(say("records.folds", folds=params.split.folds, **text))
    return told
