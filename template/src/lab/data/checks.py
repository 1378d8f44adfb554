"""Checks of columns that every project gets: what a number, a category, a date or an id must not be."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from lab.data_results import Severity
from lab.words import Say, Text, in_each

COLUMN_RULES: dict[str, Severity] = {
    "plain_type": "stop",
    "number_in_range": "stop",
    "finite": "stop",
    "varies": "warn",
    "not_in_future": "warn",
    "plausible": "warn",
    "zero_means_zero": "warn",
    "one_spelling": "warn",
    "number_as_number": "warn",
}


@dataclass(frozen=True)
class Check:
    """A rule of ``lab/words.en.toml`` and which rows break it; without rows, whether the table as a whole ``holds``."""

    kind: str
    severity: Severity
    wrong: np.ndarray | None = None
    column: str | None = None
    detail: Text = ""
    holds: bool = True

    @property
    def name(self) -> str:
        """Of the column that Great Expectations looks at."""
        return f"{self.kind}({self.column or ''})"


def by_column(kind: str, severity: Severity, found: dict[str, Any], length: int) -> list[Check]:
    """One check for each column in ``found`` (its wrong rows, or a text about them); else one that holds."""
    if not found:
        return [Check(kind, severity, np.zeros(length, bool))]
    return [
        Check(kind, severity, wrong, name)
        if isinstance(wrong, np.ndarray)
        else Check(kind, severity, column=name, detail=wrong, holds=False)
        for name, wrong in found.items()
    ]


def check_ids(ids: pd.Series) -> Check:
    """Ids are names of files and keys of joins: what looks alike must be alike."""
    texts = ids.map(str)
    wrong = np.full(len(ids), not pd.api.types.is_string_dtype(ids))
    together = "".join(texts)
    if not (together.isascii() and together.isprintable()):  # one look at all is faster than one at each
        odd = texts.map(lambda text: unicodedata.normalize("NFKC", text) != text or not text.isprintable())
        wrong |= odd.to_numpy(bool)
    wrong |= texts.str.fullmatch(r"\s*|\s.*|.*\s|\d+\.0*").to_numpy(bool)
    return Check("plain_id", "stop", wrong, "id")


def check_columns(table: pd.DataFrame, ranged: set[str], today: dt.date | None = None) -> list[Check]:
    """All checks of single columns. ``ranged`` are columns that the problem says are numbers in a range."""
    length = len(table)
    kinds: dict[str, dict[str, Any]] = {kind: {} for kind in COLUMN_RULES}
    for name in table:
        column = table[name]
        if told := _type_fault(column):
            kinds["plain_type"][name] = told
            continue
        if column.nunique() <= 1 and length > 1:
            kinds["varies"][name] = _only(column.dropna().head(1).tolist())
        elif pd.api.types.is_bool_dtype(column):
            if name in ranged:
                kinds["number_in_range"][name] = "true/false"
        elif pd.api.types.is_numeric_dtype(column):
            _look_at_numbers(name, column.to_numpy(float, na_value=np.nan), kinds)
        elif pd.api.types.is_datetime64_any_dtype(column) or name == "date":
            _add(kinds["not_in_future"], name, _future(column, today))
        else:
            _look_at_texts(name, column, kinds, today)
    return [
        one for kind, found in kinds.items() for one in by_column(kind, COLUMN_RULES[kind], found, length)
    ] + by_column("dates_in_order", "warn", out_of_order(table), length)


def _only(values: list[Any]) -> Text:
    """What a column has alone, if it has a value at all."""
    return in_each(lambda say: say("details.all_are", value=_shown(values)) if values else say("details.all_missing"))


def _shown(values: list[Any]) -> str:
    text = ", ".join(map(repr, values))
    return text if len(text) <= 60 else f"{text[:57]}…"


def _add(found: dict[str, Any], name: str, wrong: np.ndarray) -> None:
    if wrong.any():
        found[name] = wrong


def _type_fault(column: pd.Series) -> Text:
    """What is in a column for which pandas found no plain type; empty if all is well."""
    if column.dtype != object:
        return ""
    types = {type(value) for value in column.dropna().unique()} if _hashable(column) else {type(column.iloc[0])}
    plain: tuple[type, ...] = (str, bool, int, float, dt.date, dt.datetime, np.generic)
    strange = sorted(kind.__name__ for kind in types if not issubclass(kind, plain))
    if strange:
        return in_each(lambda say: say("details.types", names=say("results.list").join(strange)))
    kinds = {"text" if issubclass(kind, str) else "date" if issubclass(kind, dt.date) else "number" for kind in types}
    return in_each(lambda say: _mixed(sorted(kinds), say)) if len(kinds) > 1 else ""


def _mixed(kinds: list[str], say: Say) -> str:
    return say("details.mixed", kinds=say("figures.and").join(say(f"details.{kind}") for kind in kinds))


def _hashable(column: pd.Series) -> bool:
    try:
        column.unique()
    except TypeError:
        return False
    return True


def _look_at_numbers(name: str, values: np.ndarray, kinds: dict[str, dict[str, Any]]) -> None:
    _add(kinds["finite"], name, np.isinf(values))
    values = np.where(np.isinf(values), np.nan, values)
    _add(kinds["plausible"], name, implausible(values))
    known = values[np.isfinite(values)]
    zeros = float((known == 0).mean()) if len(known) else 0.0
    others = known[known != 0]
    # A 0 that nothing else comes near; where nearly all are 0, that is what the column is about (a pool, a fine).
    if 0.4 <= zeros <= 0.9 and len(np.unique(others)) > 20:
        low, middle = np.abs(np.quantile(others, [0.01, 0.5]))
        if low > 0.25 * middle:
            kinds["zero_means_zero"][name] = in_each(lambda say: say("details.zeros", share=f"{zeros:.0%}"))


def implausible(values: np.ndarray) -> np.ndarray:
    """Values that are far from all others by their logarithm: a slip of the unit is a factor. Zeros are apart."""
    far = np.zeros(len(values), bool)
    known = np.isfinite(values) & (values != 0)
    if known.sum() < 20:
        return far
    size = np.log(np.abs(values[known]))
    low, first, middle, third, high = np.quantile(size, [0.05, 0.25, 0.5, 0.75, 0.95])
    spread = max((third - first) / 1.349, (high - low) / 3.29, (high - middle) / 1.645) or 0.2
    side = (size - middle) / spread
    if low > middle - 1:  # else numbers come near 0, where the next is any factor away
        side = np.abs(side)
    ordered = np.sort(side[side > 0])
    gaps = np.diff(ordered, prepend=0) * spread > 1  # a factor of e with nothing between
    beyond = ordered[gaps & (ordered > 5)]
    far[known] = side >= min([7.0, *beyond[:1]])
    return far


def _look_at_texts(name: str, column: pd.Series, kinds: dict[str, dict[str, Any]], today: dt.date | None) -> None:
    values = pd.Series(column.dropna().map(str).unique())
    if len(values) > max(50, 0.05 * len(column)):  # no categories
        few = values.head(200)
    else:
        few = values
        folded = values.map(lambda text: " ".join(unicodedata.normalize("NFKC", text).casefold().split()))
        twins = values[folded.duplicated(keep=False)].tolist()
        if twins:
            kinds["one_spelling"][name] = _shown(sorted(twins))
    if few.str.fullmatch(r"\s*[-+]?[\d,]*\.?\d+(e[-+]?\d+)?\s*", case=False).mean() > 0.95 and len(values) > 2:
        kinds["number_as_number"][name] = _shown(values.head(3).tolist())
    elif few.str.fullmatch(r"\d{4}-\d\d-\d\d([ T].*)?").mean() > 0.95:
        _add(kinds["not_in_future"], name, _future(column, today))


def _future(column: pd.Series, today: dt.date | None) -> np.ndarray:
    """One day of grace: somewhere it is tomorrow."""
    dates = pd.to_datetime(column, errors="coerce", utc=True)
    end = pd.Timestamp(today or dt.datetime.now(dt.UTC).date(), tz="UTC") + pd.Timedelta(days=2)
    return (dates >= end).to_numpy(bool)


def out_of_order(table: pd.DataFrame) -> dict[str, np.ndarray]:
    """Pairs of dates or years of which one is nearly always the earlier: the rows where it is the later."""
    dates = {}
    for name in table:
        column = table[name]
        if pd.api.types.is_datetime64_any_dtype(column):
            dates[name] = column.to_numpy("datetime64[D]").astype(float)
            dates[name][column.isna()] = np.nan
        elif pd.api.types.is_integer_dtype(column) and column.between(1500, 2200).all() and column.nunique() > 2:
            dates[name] = column.to_numpy(float)
    found = {}
    for first, second in permutations(dates, 2):
        later = dates[first] > dates[second]
        if 0 < later.mean() <= 0.02 and (dates[first] < dates[second]).mean() > 0.2:
            found[f"{first} ≤ {second}"] = later
    return found
