"""Where is a method good? The primary metric on parts of the test split: by class, by group, by size of the target.

A part has few examples, and there are many parts: one that stands out may do so by chance. So no difference is tested
here. What is seen in a part is a question for a new test set.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.comparison.predictions import Predictions
from lab.contract import Problem
from lab.errors import UserError
from lab.results import Slice, Slices
from lab.style import number
from lab.team_code.problem_checks import scored

MOST = 20
"""Parts by one column: more than that nobody reads, and they have few examples."""
BINS = 4
"""Ranges of a target that is a quantity."""

Parts = dict[str, dict[str, np.ndarray]]
"""By column and name of the part: which test examples are in it."""


def parts(problem: Problem, answers: pd.DataFrame, examples: pd.DataFrame) -> Parts:
    """How the test split divides: by what ``stratify`` names, by ``group``, and by ranges of a numeric target.

    ``answers`` are the predictions of the test examples by any method, ``examples`` is the table of ``collect``.
    """
    rows = examples.set_index("id").loc[answers["id"]]
    found: Parts = {}
    for column in (problem.stratify, "group"):
        if column in rows and 1 < rows[column].nunique() <= MOST:
            kinds = rows[column].astype(str).to_numpy()
            found[str(column)] = {str(kind): kinds == kind for kind in np.unique(kinds)}
    for target in problem.targets:
        values = answers[target] if target in answers else pd.Series(dtype=object)
        if pd.api.types.is_float_dtype(values) and values.nunique() > MOST:
            found[target] = ranges(values)
    return found


def ranges(values: pd.Series) -> dict[str, np.ndarray]:
    """Parts of equal size by their values, named by the lowest and the highest of them."""
    place, edges = pd.qcut(values, BINS, labels=False, retbins=True, duplicates="drop")
    digits = max(0, 2 - math.floor(math.log10(values.std())))
    named = [f"{number(low, digits)} – {number(high, digits)}" for low, high in pairwise(edges.tolist())]
    return {name: (place == part).to_numpy() for part, name in enumerate(named)}


def slices(problem: Problem, tests: Predictions, divided: Parts) -> list[Slices]:
    """The primary metric of each method and seed in each part; ``tests`` as ``of_split`` returns them.

    Left out is what has no value in any part: a metric that compares classes has none within one.
    """
    found: list[Slices] = [
        {"column": column, "rows": [slice_of(problem, tests, *part) for part in named.items()]}
        for column, named in divided.items()
    ]
    return [
        one
        for one in found
        if any(value is not None for row in one["rows"] for values in row["values"].values() for value in values)
    ]


def slice_of(problem: Problem, tests: Predictions, name: str, chosen: np.ndarray) -> Slice:
    """The primary metric of the ``chosen`` test examples, by method and seed."""
    values = {
        method: [_score(problem, frame[chosen].reset_index(drop=True)) for frame in runs.values()]
        for method, runs in tests.items()
    }
    return {"name": name, "examples": int(chosen.sum()), "values": values}


def _score(problem: Problem, frame: pd.DataFrame) -> float | None:
    """None where the metric has no value, as some have none if all examples are of one class."""
    try:
        value = scored(problem, frame)[problem.metrics[0].name]
    except UserError:
        return None
    return value if np.isfinite(value) else None
