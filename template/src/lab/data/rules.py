"""Rules of data that every project gets, besides those of its ``problem.py``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.data.checks import Check, by_column
from lab.data.splitting import HELD_OUT, NAMES
from lab.words import Say, Text, in_each

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation


def standing_rules(rows: pd.DataFrame, rules: list[Expectation]) -> list[Expectation]:
    """What holds for every problem: ids are unique, digests are digests, and no value is missing.

    A column that may have gaps has an ``ExpectColumnValuesToNotBeNull`` with ``mostly`` of the problem's own.
    """
    import great_expectations.expectations as gxe

    own = {rule.column for rule in rules if isinstance(rule, gxe.ExpectColumnValuesToNotBeNull)}
    return [
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToMatchRegex(column="sha256", regex="^[0-9a-f]{64}$"),
        *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in rows.columns if column not in own],
    ]


def unruled(rows: pd.DataFrame, rules: list[Expectation]) -> list[Check]:
    """Columns without a rule of the problem. Of a group and a date it is enough that they are never missing."""
    ruled: set[str | None] = {"id", "sha256", "group", "date"}
    for rule in rules:
        ruled |= {getattr(rule, name, None) for name in ("column", "column_A", "column_B")}
        ruled |= set(getattr(rule, "column_list", None) or [])
    left = [name for name in rows.columns if name not in ruled]
    return [Check("ruled", "stop", column=name, holds=False) for name in left] or [Check("ruled", "stop")]


def class_rules() -> list[Expectation]:
    """What holds for own examples of classes: each has one, and there are at least two."""
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToMatchRegex(column="label", regex=r"\S"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="label", min_value=2, max_value=1000),
    ]


def picture_rules(examples: pd.DataFrame, smallest: int, fewest: int) -> list[Expectation]:
    """What holds for own pictures: the fewest there may be, how light they are, and the fewest pixels of a side."""
    import great_expectations.expectations as gxe

    sides = [side for side in ("width", "height") if side in examples]  # not there where all pictures have one size
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=fewest),
        gxe.ExpectColumnValuesToBeBetween(column="brightness", min_value=0, max_value=1),
        *[gxe.ExpectColumnValuesToBeBetween(column=side, min_value=smallest, max_value=100_000) for side in sides],
    ]


def leakage_rules(examples: pd.DataFrame, stratify: str | None) -> list[Expectation]:
    """No id, content, near-duplicate or group in two splits; no split empty; every class in every split.

    What is held out is in the test split alone: its classes need not be in the others.
    """
    import great_expectations.expectations as gxe

    rules: list[Expectation] = [
        gxe.ExpectColumnValuesToBeUnique(column="id", meta=_told("id_in_one_split", "id")),
        gxe.ExpectColumnDistinctValuesToEqualSet(
            column="split", value_set=list(NAMES), meta=_told("all_splits", "split")
        ),
    ]
    for kind, column in {"content": "sha256", "group": "group", "near_duplicates": None}.items():
        if column is None or column in examples:
            meta = _told(f"{kind}_in_one_split", column)
            rules.append(gxe.ExpectColumnValuesToBeInSet(column=f"splits_of_{kind}", value_set=[1], meta=meta))
    if stratify:
        meta = _told("class_in_every_split", stratify)
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="splits_of_class", value_set=[len(NAMES)], meta=meta))
    if HELD_OUT in examples:
        meta = _told("held_out_only_tested", HELD_OUT)
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="split_of_held_out", value_set=["test"], meta=meta))
    return rules


def _told(kind: str, column: str | None) -> dict[str, str | None]:
    """How a rule about a helper column is shown."""
    return {"kind": kind, "column": column, "detail": ""}


def check_alike(rows: pd.DataFrame) -> list[Check]:
    """Whether values are distributed alike in all splits: information only, as splits by group or date may differ.

    Each split is compared with all rows: numbers by the largest distance between their distribution functions
    (Kolmogorov and Smirnov), categories by half the sum of the differences between their shares. Both go from 0 to 1.
    """
    found: dict[str, Text] = {}
    for name in rows.columns.difference(["id", "sha256", "split", "group", HELD_OUT]):
        column = rows[name]
        if name.startswith("splits_of_") or not 2 <= column.nunique() <= (np.inf if _is_number(column) else 100):
            continue
        parts = {split: column[rows["split"] == split] for split in NAMES}
        distances = {split: _distance(part, column) for split, part in parts.items()}
        worst = max(NAMES, key=lambda split: distances[split])
        chance = np.sqrt(min(column.nunique(), 20) / max(len(parts[worst]), 1))
        if distances[worst] > 0.1 + chance:
            found[name] = in_each(partial(_apart, worst, distances[worst]))
    return by_column("alike_across_splits", "info", found, len(rows))


def _apart(split: str, distance: float, say: Say) -> str:
    return say("details.apart", split=say(f"terms.{split}"), distance=f"{distance:.2f}")


def _is_number(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column)) and column.nunique() > 20


def _distance(part: pd.Series, every: pd.Series) -> float:
    if _is_number(every):
        points = np.sort(every.dropna().to_numpy(float))
        own = np.searchsorted(np.sort(part.dropna().to_numpy(float)), points, side="right") / max(len(part), 1)
        return float(np.abs(own - np.searchsorted(points, points, side="right") / len(every)).max())
    shares = (column.astype(str).value_counts(normalize=True) for column in (part, every))
    return float(next(shares).sub(next(shares), fill_value=0).abs().sum() / 2)
