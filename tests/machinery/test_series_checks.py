"""Checks of series: what is normal raises no alarm, what is not is told with its place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from lab.data.series_checks import check_series, longest_run
from lab.words import in_language


def broken(values: pd.DataFrame) -> dict[str, str]:
    return {check.kind: in_language(check.detail, "en") for check in check_series(values) if not check.holds}


def prices(freq: str = "D", number: int = 600) -> pd.DataFrame:
    draw = np.random.default_rng(0)
    times = pd.date_range("2001-01-01", periods=number, freq=freq)
    walk = 50 * np.exp(np.cumsum(draw.normal(0, 0.02, number)))
    return pd.DataFrame({"price": walk, "持有": (np.arange(number) // 50 % 2).astype(float)}, index=times)


@pytest.mark.parametrize("freq", ["30min", "h", "D", "W", "MS", "QS", "YS"])
def test_series_as_they_are_raise_no_alarm(freq: str) -> None:
    assert broken(prices(freq, 200)) == {}


def test_what_is_rare_but_normal_raises_no_alarm() -> None:
    table = prices()
    table.loc[table.index[100:110], "price"] = np.nan  # a gap
    table.loc[table.index[200:215], "price"] = 60.0  # a holiday of the exchange
    rain = np.where(np.random.default_rng(1).random(600) < 0.6, 0.0, table["price"])
    table["rain"] = np.where(np.arange(600) < 60, 0.0, rain)  # a dry season
    assert broken(table) == {}


@pytest.mark.parametrize(
    ("spoil", "kind", "detail"),
    [
        (lambda table: table.drop(index=table.index[70]), "times_even", "2001-03-13"),
        (lambda table: table.iloc[[*range(9), 8, *range(9, 600)]], "times_once", "2001-01-09"),
        (lambda table: table[::-1], "times_in_order", "2002-08-22"),
        (lambda table: table.assign(price=7.0), "series_varies", "price"),
        (
            lambda table: table.assign(price=table["price"] * np.where(np.arange(600) < 300, 1, 30)),
            "series_level",
            "price",
        ),
        (lambda table: table.assign(price=table["price"].where(np.arange(600) % 9 > 0)), "series_gaps", "price (11%)"),
        (lambda table: table.assign(price=table["price"].where(np.arange(600) != 5, np.inf)), "finite", "price"),
        (
            lambda table: table.assign(price=table["price"].where(~np.isin(np.arange(600), range(40, 70)), 51.5)),
            "series_not_stuck",
            "price: 30 times from 2001-02-10",
        ),
        (
            lambda table: table.assign(price=table["price"].where(np.arange(600) != 400, 50_000)),
            "series_plausible",
            "price: 1 values, the first at 2002-02-05",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], kind: str, detail: str
) -> None:
    found = broken(spoil(prices()))
    assert detail in found[kind], found


def test_the_longest_run_is_that_of_one_value() -> None:
    assert longest_run(np.array([1.0, 2, 2, 2, 3, 3, 0, 0, 0, 0, np.nan, np.nan])) == (1, 3)
    assert longest_run(np.array([1.0, 2.0])) == (0, 1)
