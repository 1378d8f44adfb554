"""The corruptions of series, of which examples are windows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from corruptions import RANDOM, Corruption, change, file, file_later, put

NAME = "series.parquet"


def series(how: Callable[[pd.DataFrame], pd.DataFrame]) -> Corruption:
    """The series were another before collect noted its digest."""

    def spoil(path: Path) -> None:
        how(pd.read_parquet(path)).to_parquet(path, index=False)

    return file(NAME, spoil)


def values(how: Callable[[np.ndarray], np.ndarray]) -> Corruption:
    def spoil(table: pd.DataFrame) -> pd.DataFrame:
        name = table.columns[1]
        return table.assign(**{name: how(table[name].to_numpy().copy())})

    return series(spoil)


def between(values: np.ndarray, first: int, last: int, value: object) -> np.ndarray:
    values[first:last] = value
    return values


SERIES: dict[str, tuple[str, Corruption]] = {
    "times missing": ("times_even", series(lambda table: table.drop(index=range(5000, 5010)))),
    "times twice": ("times_once", series(lambda table: pd.concat([table[:900], table[890:]]))),
    "times in no order": ("times_in_order", series(lambda table: table.sample(frac=1, random_state=0))),
    "an hour is lost in spring": (
        "times_even",
        series(
            lambda table: table.assign(date=table["date"].where(table.index < 9000, table["date"] + pd.Timedelta("1h")))
        ),
    ),
    "one value all along": ("series_varies", values(lambda x: x * 0 + 4)),
    "a sensor that stopped": ("series_not_stuck", values(lambda x: between(x, 3000, 3700, x[3000]))),
    "another unit from June on": ("series_level", values(lambda x: between(x, 7000, len(x), x[7000:] * 1000))),
    "a few values in another unit": ("series_plausible", values(lambda x: between(x, 7000, 7003, 4600.0))),
    "an infinite value": ("finite", values(lambda x: between(x, 7, 8, np.inf))),
    "a tenth missing": ("series_gaps", values(lambda x: np.where(RANDOM.random(len(x)) < 0.1, np.nan, x))),
    "values of other times": ("digest_of_content", values(lambda x: np.roll(x, 1))),
    "noise on all values": ("digest_of_content", values(lambda x: x + 0.01 * RANDOM.normal(size=len(x)))),
    "the payload edited later": (
        "payload_as_collected",
        file_later(NAME, lambda path: pd.read_parquet(path)[:-1].to_parquet(path, index=False)),
    ),
    "forecasts made tomorrow": (
        "not_in_future",
        change("until", lambda x: x.where(x.index != 7, pd.Timestamp("2099-01-01"))),
    ),
    "an answer before its question": (
        "expect_column_pair_values_a_to_be_greater_than_b",
        change("until", lambda x: x.where(x.index != 7, pd.Timestamp("2013-01-01"))),
    ),
    "a forecast of another year": (
        "expect_column_values_to_be_between",
        change("date", lambda x: x.where(x.index != 7, pd.Timestamp("2015-06-01"))),
    ),
    "a mean out of range": ("expect_column_values_to_be_between", put("past_mean", 4600.0)),
    "all means in another unit": (
        "scale_as_before",
        lambda data: change("past_mean", lambda x: x * 1000)(data.remembered()),
    ),
    "no group": ("expect_column_values_to_not_be_null", put("group", None)),
    "a column without a rule, of random numbers": ("ruled", lambda data: data.but(more=RANDOM.random(len(data.rows)))),
}
