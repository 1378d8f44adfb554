"""What ``records/`` holds, in sentences for the report: the sealed plan, the looks at the test split, the trials."""

from __future__ import annotations

from lab.comparison.ledger import looks
from lab.comparison.plan import deviations, done, is_intact, read_plans
from lab.settings import read_params
from lab.tuning.counts import trials_by_method
from lab.words import Say

POINTS = {
    "metric": "records.metric",
    "baseline": "records.baseline",
    "methods": "records.methods",
    "seeds": "records.seeds",
    "split": "records.split",
    "rule": "records.rule",
    "data": "records.data",
}
"""The points of a plan, by their names in the table of words."""


def sentences(say: Say) -> list[str]:
    """All of it, neutrally: what was kept and what was not, and numbers."""
    return [*_plan(say), *_looks(say), *_trials(say)]


def _plan(say: Say) -> list[str]:
    plans = read_plans()
    if not plans:
        return [say("records.no_plan")]
    last, seen = plans[-1], plans[-1]["looks"]
    key = "records.sealed_late" if seen else "records.sealed_first"
    told = [say(key, day=last["sealed"][:10], commit=(last["commit"] or "–")[:7], looks=seen)]
    if len(plans) > 1:
        told.append(say("records.resealed", number=len(plans)))
    if not all(map(is_intact, plans)):
        told.append(say("records.edited"))
    differing = deviations(last["plan"], done(read_params()))
    left = [each["what"] for each in differing]
    kept = [say(name) for point, name in POINTS.items() if point not in left]
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
    found = trials_by_method()
    if not found:
        return []
    numbers = {name: found[name].trials if name in found else 0 for name in read_params().methods}
    each = say("results.list").join(f"{name.replace('_', ' ')} {number}" for name, number in numbers.items())
    told = [say("records.trials", numbers=each)]
    return [*told, say("records.unequal")] if len(set(numbers.values())) > 1 else told
