"""On which test examples do champion and baseline differ most? The primary metric of each example alone.

The figures of the whole split say how large a difference is; these say where it comes from. They are the extremes, so
they illustrate a method and prove nothing about it.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd

from lab.comparison.predictions import Predictions
from lab.comparison.slices import slice_of
from lab.contract import Problem
from lab.errors import UserError
from lab.results import Differing
from lab.team_code.problem_checks import scored

SHOWN = 3
"""Examples of each side: those where the champion gains most, and those where it loses most."""
SCORED = 1000
"""Test examples that are scored one by one, at the most: each needs a call of ``score`` for each method."""
LONGEST = 80
"""Characters by which an example is named."""


@np.errstate(divide="ignore", invalid="ignore")  # one example alone has no variance, say
def differing(problem: Problem, tests: Predictions, method: str, told: pd.Series) -> Differing | None:
    """Where ``method`` is better than the baseline, and where it is worse, over all seeds.

    Of equal gains in the primary metric those in the next metric decide. ``told`` says what each test example
    is, indexed by id. None where the metric has no value for one example alone, as one that compares distributions.
    """
    baseline = list(tests["baseline"].values())
    count = len(baseline[0])
    rows = np.unique(np.linspace(0, count - 1, min(count, SCORED)).round().astype(int))
    if problem.metrics[0].biased or method == "baseline":
        return None
    try:
        first, second = (_alone(problem, list(tests[name].values()), rows) for name in ("baseline", method))
    except UserError:
        return None
    if not np.isfinite([first[:, 0], second[:, 0]]).all():
        return None
    directions = np.array([1 if metric.higher_is_better else -1 for metric in problem.metrics])
    gains = np.nan_to_num((second - first) * directions, posinf=0, neginf=0).round(9)
    better, worse = int((gains[:, 0] > 0).sum()), int((gains[:, 0] < 0).sum())
    ids = told.index.astype(str).to_numpy()[rows]
    order = np.lexsort([ids, *-gains.T[::-1]])
    chosen = [*order[: min(SHOWN, better)], *order[len(order) - min(SHOWN, worse) :]]
    if not chosen:
        return None
    shown = [slice_of(problem, tests, _named(told, rows[row]), np.arange(count) == rows[row]) for row in chosen]
    return {"method": method, "examples": len(rows), "better": better, "worse": worse, "rows": shown}


def _alone(problem: Problem, runs: list[pd.DataFrame], rows: np.ndarray) -> np.ndarray:
    """(rows, metrics): each metric of one example alone, over all seeds: (seeds) rows of the table are one example."""
    every = pd.concat(runs, ignore_index=True)
    seeds = np.arange(len(runs)) * len(runs[0])
    names = [metric.name for metric in problem.metrics]
    values = []
    with warnings.catch_warnings(), np.errstate(all="ignore"):  # a correlation of one example is no number: so be it
        warnings.simplefilter("ignore")
        for row in rows:
            of_one = scored(problem, every.take(row + seeds).reset_index(drop=True))
            values.append([of_one[name] for name in names])
    return np.array(values)


def in_words(examples: pd.DataFrame, stratify: str | None) -> pd.Series:
    """What a reader may know an example by: its class, and the text in which examples differ most; by id."""
    table = examples.drop(columns=["sha256", "group", "file"], errors="ignore").set_index("id")
    texts = table.drop(columns=[str(stratify)], errors="ignore").select_dtypes(include=["object", "string"])
    chosen = [column for column in (stratify,) if column in table]
    if len(texts.columns):
        chosen.append(max(texts, key=lambda column: texts[column].astype(str).nunique()))
    return pd.Series(table[chosen].astype(str).agg(" · ".join, axis=1) if chosen else "", table.index, dtype=str)


def _named(told: pd.Series, row: int) -> str:
    line = " ".join(" · ".join(filter(None, [str(told.index[row]), told.iloc[row]])).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
