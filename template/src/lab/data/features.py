"""What a table's columns are: numbers, dates or categories; and what of them cannot be learned from."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pandas as pd

from lab.data.sources import some
from lab.errors import UserError

SHARE = 0.95
"""Of a column's cells that must be numbers (dates) for the others to count as gaps."""
DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}([ T]\d.*)?|\d{4}[-/]\d{1,2}"
    r"|\d{1,2}[ -][A-Za-z]{3,9}\.?[ -]\d{4}|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
CHINESE = (r"^\s*(?:民國)?\s*(\d+)\s*年\s*(\d+)\s*月(?:\s*(\d+)\s*日)?\s*$", r"\1-\2-\3")
"""Dates in words and how they are written in numbers."""
TAIWANESE = re.compile(r"(\d{2,3})([-/.]\d{1,2}[-/.]\d{1,2})")
"""A date whose year counts from 1912: 106/10/24 is in 2017."""
MOST = 500
"""Categories of a column: a column with more is left out, for most of them are too rare."""


def tidy(table: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The columns as int, float, datetime or text, with NaN and None for gaps; and in words what was found in them."""
    kept: dict[str, pd.Series] = {}
    lost: list[str] = []
    told: list[str] = []
    for name in table:
        column, odd = typed(table[name])
        if odd:
            told.append(f"{len(odd)} cells of {name} are not numbers ({some(odd, 3)}) and count as gaps")
        number = column.nunique()
        if number == 0:
            lost.append(f"{name} (empty)")
        elif is_text(column) and (number > MOST or (number > 20 and number > 0.5 * column.count())):
            lost.append(f"{name} ({number} different texts)")
        else:
            kept[name] = column
    tidied = pd.DataFrame(kept, index=table.index)
    kinds = [is_text(tidied[name]) + 2 * pd.api.types.is_datetime64_any_dtype(tidied[name]) for name in tidied]
    counts = {"number": kinds.count(0), "date": kinds.count(2), "category": kinds.count(1)}
    plural = {"number": "numbers", "date": "dates", "category": "categories"}
    words = [f"{count} {kind if count == 1 else plural[kind]}" for kind, count in counts.items() if count]
    gaps = tidied.isna().sum()
    head = [f"columns: {', '.join(words) or 'none that can be learned from'}"]
    if gaps.any():
        head.append(f"{gaps.sum()} gaps in {some([f'{name} ({count})' for name, count in gaps[gaps > 0].items()], 8)}")
    if lost:
        head.append(f"left out: {some(lost, 8)}")
    return tidied, head + told


def is_text(column: pd.Series) -> bool:
    """Whether its values are texts, whatever pandas calls them."""
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column))


def typed(column: pd.Series) -> tuple[pd.Series, list[str]]:
    """The column as numbers, dates or texts; and those of its cells that are something else than most."""
    if pd.api.types.is_bool_dtype(column):
        return column.astype(np.int64), []
    if pd.api.types.is_numeric_dtype(column):
        values = column.to_numpy(np.float64, na_value=np.nan)
        if np.isfinite(values).all() and pd.api.types.is_integer_dtype(column):
            return column.astype(np.int64), []
        return pd.Series(np.where(np.isfinite(values), values, np.nan), column.index), []
    if pd.api.types.is_datetime64_any_dtype(column):
        return pd.to_datetime(column, utc=True).dt.tz_localize(None).astype("datetime64[us]"), []
    texts = column.map(lambda value: str(value).strip(), na_action="ignore")
    texts = texts.where(texts != "")
    known = texts.notna()
    for convert in (_numbers, _dates):
        values = convert(texts)
        if known.any() and values[known].notna().mean() >= SHARE:
            return values, texts[known & values.isna()].tolist()
    return texts.astype(object).where(known, None), []


def _numbers(texts: pd.Series) -> pd.Series:
    """Also ``1,234.5``, as people write it."""
    plain = texts.str.replace(r"(?<=\d),(?=\d{3}(\D|$))", "", regex=True)
    values = pd.to_numeric(plain, errors="coerce").astype(np.float64)
    return values.where(np.isfinite(values))


def _dates(texts: pd.Series) -> pd.Series:
    texts = texts.str.replace(*CHINESE, regex=True).str.removesuffix("-")
    taiwanese = texts.dropna().str.fullmatch(TAIWANESE.pattern)
    if taiwanese.all() and texts.str.match(r"\d{3}", na=False).any():
        texts = texts.map(lambda text: TAIWANESE.sub(lambda date: f"{int(date[1]) + 1911}{date[2]}", text), "ignore")
    like = texts.str.fullmatch(DATE.pattern, na=False)
    if not like.any():
        return pd.Series(pd.NaT, texts.index)
    # 31.12.2026 is a day first; 2026-12-31 a year first, whatever the setting.
    first = pd.to_numeric(texts[like].str.extract(r"^(\d+)", expand=False))
    day_first = bool(((first > 12) & (first <= 31)).any()) and not bool((first > 31).any())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        values = pd.to_datetime(texts.where(like), errors="coerce", format="mixed", dayfirst=day_first, utc=True)
    return values.dt.tz_localize(None).astype("datetime64[us]")


def numeric_target(column: pd.Series, name: str) -> pd.Series:
    """The target as numbers, NaN where it is missing.

    Raises:
        UserError: it holds something else.
    """
    values, odd = typed(column)
    if not pd.api.types.is_numeric_dtype(values):
        cells = column.dropna().astype(str).unique().tolist()
        raise UserError(f"params.yaml: data.columns.target: {name} holds no numbers but {some(cells, 3)}")
    if odd:
        raise UserError(f"{len(odd)} cells of the target {name} are no numbers: {some(odd, 5)}: correct or empty them")
    return values.astype(np.float64)
