"""Classical references: what a cheap, well-known method reaches on the same test examples as the deep ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from lab.contract import Problem
from lab.errors import a, ask, wrong
from lab.paths import RAW

Answers = dict[str, pd.DataFrame]
"""What each reference says of the test examples: a table like ``predictions.parquet``."""


def answers(problem: Problem, splits: pd.DataFrame, table: pd.DataFrame) -> Answers:
    """Ask each reference of the problem, if it names any.

    ``splits`` has the split of each id. ``table`` is a method's predictions of the test examples: its columns are what
    a reference has to give, and its targets are added to the answers.
    """
    references = getattr(problem, "references", None)
    if references is None:
        return {}
    ids = {name: splits.loc[splits["split"] == name, "id"].tolist() for name in ("train", "validation", "test")}
    returned = ask(references, RAW, ids)
    if not isinstance(returned, dict):
        raise wrong(references, f"returns {a(returned)}: return a dict, the answers of each reference by its name")
    known = table[["id", "split", *(name for name in problem.targets if name in table)]]
    asked = [name for name in table if name not in known]
    return {str(name): _table(references, str(name), given, known, asked) for name, given in returned.items()}


def _table(references: Any, name: str, given: Any, known: pd.DataFrame, asked: Sequence[str]) -> pd.DataFrame:
    """The answers of one reference, with ids and targets."""
    if not isinstance(given, dict):
        raise wrong(references, f"gives {a(given)} as {name!r}: give a dict of arrays, a row for each test example")
    columns = {}
    for column in asked:
        if column not in given:
            raise wrong(references, f"gives no {column!r} for {name!r}: give what `predict` gives: {', '.join(asked)}")
        values = np.asarray(given[column])
        if len(values) != len(known):
            raise wrong(
                references, f"gives {len(values)} rows of {column!r} for {name!r}: there are {len(known)} examples"
            )
        if values.dtype.kind == "f" and np.isnan(values).any():  # pandas would leave these examples out of a mean
            raise wrong(references, f"gives NaN in {column!r} for {name!r}: it must answer each of the test examples")
        columns[column] = list(values.reshape(len(values), -1)) if values.ndim > 1 else values
    return known.assign(**columns)
