"""What ``problem.py`` judges by, checked where it says it: its names, scores and figures.

See ``Problem`` in contract.py. A mistake is told in one line, with the line of the team's code: see errors.py.
"""

from __future__ import annotations

import re
from numbers import Real
from types import ModuleType
from typing import TYPE_CHECKING, Any

from lab.contract import Drawn, Metric, Problem
from lab.errors import a, ask, wrong
from lab.paths import OWN_FIGURES
from lab.words import LANGUAGES

if TYPE_CHECKING:
    import pandas as pd

FUNCTIONS = ("collect", "expectations", "load", "score", "figures")
TEXT = 'write a text, or one for each language, {"en": "…", "zh-TW": "…"}'


def check_problem(problem: ModuleType) -> None:
    """Raise a ``UserError`` if ``problem.py`` lacks a name, or has something else by it."""
    needed = ("metrics", "targets", "stratify", *FUNCTIONS)
    if missing := [name for name in needed if not hasattr(problem, name)]:
        raise wrong(problem, f" lacks {', '.join(missing)}: see Problem in src/lab/contract.py")
    for name in (*FUNCTIONS, *(["measure"] if hasattr(problem, "measure") else [])):
        if not callable(getattr(problem, name)):
            raise wrong(problem, f": {name} must be a function")
    metrics, targets, stratify = problem.metrics, problem.targets, problem.stratify
    if isinstance(metrics, Metric):
        raise wrong(problem, ": metrics is one Metric: write metrics = (Metric(…),), with a comma before the bracket")
    if not isinstance(metrics, tuple | list):
        raise wrong(problem, f": metrics is {a(metrics)}: it must be a tuple of Metric, the primary one first")
    if not metrics:
        raise wrong(problem, ": metrics is empty: name at least one Metric, by which methods are judged")
    for metric in metrics:
        if not isinstance(metric, Metric):
            raise wrong(problem, f": metrics holds {metric!r}: each must be a Metric(name, higher_is_better=…)")
        if not isinstance(metric.higher_is_better, bool):
            raise wrong(problem, f": metric {metric.name!r} has no direction: higher_is_better is True or False")
        if not isinstance(metric.name, str) or not metric.name.strip():
            raise wrong(problem, f": a metric has the name {metric.name!r}: it must be a text")
        if not isinstance(metric.digits, int) or not 0 <= metric.digits <= 9:
            raise wrong(problem, f": metric {metric.name!r} has digits={metric.digits!r}: set a number from 0 to 9")
        if not _are_bounds(metric.bounds):
            mend = "write two numbers, the lowest value first, or None where there is none: bounds=(0, None)"
            raise wrong(problem, f": metric {metric.name!r} has bounds={metric.bounds!r}: {mend}")
        if not isinstance(metric.unit, str):
            raise wrong(problem, f": metric {metric.name!r} has unit={metric.unit!r}: it must be a text")
        if not _is_text(metric.label):
            raise wrong(problem, f": metric {metric.name!r} has label={metric.label!r}: {TEXT}")
    names = [metric.name for metric in metrics]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise wrong(problem, f": metrics names {twice!r} twice")
    if isinstance(targets, str):
        raise wrong(problem, f": targets is a text: write targets = ({targets!r},), with a comma before the bracket")
    if not isinstance(targets, tuple | list) or not all(isinstance(name, str) for name in targets):
        raise wrong(problem, f": targets is {a(targets)}: it must be a tuple of keys of what load returns")
    if not isinstance(stratify, str | None):
        raise wrong(problem, f": stratify is {a(stratify)}: it must be a column's name, or None")


def measured(problem: Problem, table: pd.DataFrame) -> pd.DataFrame:
    """``table`` with what ``measure`` adds, if the problem has one."""
    import pandas as pd

    measure = getattr(problem, "measure", None)
    if measure is None:
        return table
    returned = ask(measure, table.copy())
    if not isinstance(returned, pd.DataFrame):
        raise wrong(measure, f"returns {a(returned)}: it must return a DataFrame, a row for each of those it is given")
    if len(returned) != len(table):
        raise wrong(measure, f"returns {len(returned)} rows for {len(table)}: one for each, in their order")
    return returned


def scored(problem: Problem, table: pd.DataFrame) -> dict[str, float]:
    """A number for each metric, by ``score``: numbers need not be finite. The table stays as it is."""
    returned = ask(problem.score, table.copy())
    if not isinstance(returned, dict):
        raise wrong(problem.score, f"returns {a(returned)}: return a dict, a number for each metric")
    names = [metric.name for metric in problem.metrics]
    for name, value in returned.items():
        if name not in names:
            raise wrong(problem.score, f"returns {name!r}, whose direction is not given: add a Metric to metrics")
        if not isinstance(value, Real):
            mend = "write float(…)" if hasattr(value, "item") else "it must be a number"
            raise wrong(problem.score, f"gives {name} as {a(value)}: {mend}")
    if missing := [name for name in names if name not in returned]:
        raise wrong(problem.score, f"does not return {', '.join(missing)}, which metrics names")
    return {name: float(value) for name, value in returned.items()}


def _are_bounds(value: Any) -> bool:
    """A lowest and a highest value, or None in the place of either."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return False
    numbers = [each for each in value if each is not None]
    are_numbers = all(isinstance(each, Real) and not isinstance(each, bool) for each in numbers)
    return are_numbers and (len(numbers) < 2 or numbers[0] < numbers[1])


def _is_text(value: Any) -> bool:
    """Whether it is a text, or some by language."""
    if isinstance(value, dict):
        return bool(value) and value.keys() <= set(LANGUAGES) and all(isinstance(text, str) for text in value.values())
    return isinstance(value, str)


def drawn(problem: Problem, predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """The task's own figures, by ``figures``; one without a caption has an empty one."""
    from matplotlib.figure import Figure

    returned = ask(problem.figures, {method: table.copy() for method, table in predictions.items()})
    if not isinstance(returned, dict):
        raise wrong(problem.figures, f"returns {a(returned)}: return a dict, a Figure by each file name; {{}} for none")
    found = {}
    for name, given in returned.items():
        figure = given.figure if isinstance(given, Drawn) else given
        if not isinstance(name, str) or not re.fullmatch(r"\w[\w.-]*", name):
            raise wrong(problem.figures, f"names a figure {name!r}: use letters, digits, _ and -: it becomes a file")
        if name in OWN_FIGURES:
            raise wrong(problem.figures, f"names a figure {name!r}, which every project has: choose another name")
        if not isinstance(figure, Figure):
            mend = "write .figure behind it" if hasattr(figure, "figure") else "it must be a matplotlib Figure"
            raise wrong(problem.figures, f"gives {a(figure)} as {name!r}: {mend}")
        found[name] = given if isinstance(given, Drawn) else Drawn(figure, "")
        for kind in ("caption", "alt"):
            if not _is_text(text := getattr(found[name], kind)):
                raise wrong(problem.figures, f"gives {name!r} the {kind} {text!r}: {TEXT}")
    return found
