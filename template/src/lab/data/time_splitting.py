"""Which example goes into which split by its date: the earliest train, the latest test, and nothing is known before."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.data.checks import Check
from lab.errors import UserError
from lab.settings import SplitSettings

ORDER = ("train", "validation", "test")
LEFT_OUT = "left_out"
"""Of examples that are in no split, in the column ``split``."""


def split_by_time(examples: pd.DataFrame, groups: pd.Series, settings: SplitSettings) -> pd.Series:
    """Name a split for each row by its ``date``; examples of the same date stay together.

    ``until`` is when the answer of an example is known whole; without that column, at its ``date``. An example that is
    known only after a later split begins is left out, and so is one whose group (``groups`` has a name for each row)
    reaches into a later split.
    """
    dates = dates_of(examples, "date")
    until = dates_of(examples, "until") if "until" in examples else dates
    ordered = np.sort(dates.to_numpy())
    shares = (1 - settings.validation - settings.test, 1 - settings.test)
    begins = [ordered[min(round(share * len(ordered)), len(ordered) - 1)] for share in shares]
    if not ordered[0] < begins[0] < begins[1]:
        raise UserError("split.method is time: too few dates differ to make train, validation and test of them")
    places = np.searchsorted(np.array(begins), dates.to_numpy(), side="right")
    next_begin = np.array([*begins, np.datetime64("9999-12-31")])[places]
    known_too_late = (until.to_numpy() > next_begin) & (places < len(begins))
    last_of_group = pd.Series(places).groupby(groups.to_numpy()).transform("max").to_numpy()
    names = np.where(known_too_late | (places < last_of_group), LEFT_OUT, np.array(ORDER)[places])
    return pd.Series(names, examples.index, name="split")


def dates_of(examples: pd.DataFrame, column: str) -> pd.Series:
    """The column as moments without a zone; each row must have one."""
    where = f"split.method is time: the column {column!r} of data/raw/examples.parquet"
    if column not in examples:
        raise UserError(f"{where} is missing: name it in data.columns.{column}, or let collect in problem.py give it")
    dates = pd.to_datetime(examples[column], errors="coerce", utc=True, format="mixed").dt.tz_localize(None)
    if (missing := dates.isna()).any():
        raise UserError(f"{where} has no date in {missing.sum()} rows (id {examples.loc[missing, 'id'].iloc[0]}, …)")
    return dates


def check_order(rows: pd.DataFrame, held_out: pd.Series) -> list[Check]:
    """Whether all that a split asks was known before the next one began; ``rows`` have a column ``split``.

    What is ``held_out`` is tested whenever it was: nothing learns from it, so its date tells nothing.
    """
    dates = dates_of(rows, "date").to_numpy()
    until = dates_of(rows, "until").to_numpy() if "until" in rows else dates
    wrong = np.zeros(len(rows), bool)
    for place, name in enumerate(ORDER[:-1]):
        later = (rows["split"].isin(ORDER[place + 1 :]) & ~held_out).to_numpy()
        if later.any():
            begin = dates[later].min()
            wrong |= (rows["split"] == name).to_numpy() & ((until > begin) | (dates >= begin))
    return [Check("known_before_next_split", "stop", wrong, "date")]


def check_method(examples: pd.DataFrame, settings: SplitSettings) -> None:
    """Raise a ``UserError`` where a split at random would let training know what the test asks."""
    if settings.method == "random" and "until" in examples:
        told = "examples have a column 'until', so answers are known only later, and neighbours share them"
        raise UserError(f"params.yaml: split.method is random, but {told}: set it to time")
