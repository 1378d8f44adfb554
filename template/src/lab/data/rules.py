"""Rules of data that every project gets, beside those of its ``problem.py``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.data.splitting import NAMES

if TYPE_CHECKING:
    import pandas as pd
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


def leakage_rules(examples: pd.DataFrame, stratify: str | None) -> list[Expectation]:
    """No id, content or group in two splits; no split empty; every class in every split."""
    import great_expectations.expectations as gxe

    rules: list[Expectation] = [
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="split", value_set=list(NAMES)),
        gxe.ExpectColumnValuesToBeInSet(column="splits_of_content", value_set=[1]),
    ]
    if "group" in examples:
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="splits_of_group", value_set=[1]))
    if stratify:
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="splits_of_class", value_set=[len(NAMES)]))
    return rules
