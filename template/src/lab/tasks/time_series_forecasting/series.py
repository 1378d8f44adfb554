"""From a table with times to series on an even grid, and from these to forecast origins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view as windows_of

from lab.errors import UserError, some
from lab.files import sha256

SERIES = "series.parquet"
"""``date``, evenly spaced, and a column of values for each series; gaps are NaN. What is known ahead is there too."""
KNOWN = "known: "
"""Before the names of columns that are known ahead (holidays, prices that are set): they are not forecast."""
CALENDAR = {"month": (27, 32), "quarter": (89, 93), "year": (364, 367)}
"""Spacings that have no fixed length: the least and the largest number of days."""


def on_grid(table: pd.DataFrame, where: str) -> tuple[pd.DataFrame, list[str]]:
    """``table`` has a column ``date`` and columns of numbers: sorted, evenly spaced, with NaN where a time is missing.

    Also in words what was done.

    Raises:
        UserError: a time is no time, or appears twice, or the times have no spacing.
    """
    dates = pd.to_datetime(table["date"], errors="coerce", format="mixed")
    if (wrong := dates.isna()).any():
        shown = some([str(value) for value in table.loc[wrong, "date"].head(3)])
        raise UserError(
            f"{where}: {wrong.sum()} rows have no time in data.columns.date ({shown}): as in 2026-01-31 13:30"
        )
    if dates.dt.tz is not None:
        dates = dates.dt.tz_localize(None)
    if (twice := dates[dates.duplicated()]).size:
        mend = "keep one; of several series in one column, name the column that tells them apart in data.columns.id"
        raise UserError(f"{where}: the time {twice.iloc[0]} appears twice ({len(twice)} such rows): {mend}")
    told = [] if dates.is_monotonic_increasing else ["rows put in the order of their times"]
    values = table.drop(columns="date").set_axis(pd.DatetimeIndex(dates, name="date")).sort_index()
    if len(values) < 3:
        raise UserError(f"{where} has {len(values)} times: a series needs many")
    spacing = pd.Series(values.index).diff().dropna()
    usual = spacing.mode().iloc[0]
    days = usual / pd.Timedelta(days=1)
    unit = next((name for name, (low, high) in CALENDAR.items() if low <= days <= high), None)
    if unit:
        periods = values.index.to_period(unit[0].upper())
        values.index = periods.to_timestamp()
        grid = pd.period_range(periods[0], periods[-1]).to_timestamp()
    else:
        grid = pd.date_range(values.index[0], values.index[-1], freq=usual)
    if (off := values.index[~values.index.isin(grid)]).size or values.index.has_duplicates:
        at = off[0] if len(off) else values.index[values.index.duplicated()][0]
        apart = f"a {unit}" if unit else spoken(usual)
        raise UserError(f"{where}: times should be {apart} apart, but {at} is not: make them even")
    values = values.reindex(pd.DatetimeIndex(grid, name="date"))
    told.append(f"{len(grid)} times, {f'one a {unit}' if unit else f'{spoken(usual)} apart'}")
    if missing := len(grid) - len(table):
        told.append(f"{missing} missing times are gaps, and no forecast sees or asks for a gap")
    return values, told


def spoken(spacing: pd.Timedelta) -> str:
    """``00:30:00`` or ``1 days``, not both."""
    return str(spacing).removeprefix("0 days ").removesuffix(" 00:00:00")


def origins(values: pd.DataFrame, past: int, horizon: int, every: int, block: int) -> pd.DataFrame:
    """A row for each series and each time at which the next ``horizon`` values are asked, ``past`` being seen.

    ``date`` is the time of the last value that is seen, ``until`` that of the last one that is asked.
    ``group`` is when a ``block`` of times begins: neighbours see and ask nearly the same, and so do all series then.
    """
    if len(values) < past + horizon:
        told = f"data.past ({past}) and data.horizon ({horizon})"
        raise UserError(f"params.yaml: {told} are longer than the series, which has {len(values)} times")
    names = [name for name in values if not name.startswith(KNOWN)]
    last = np.arange(past - 1, len(values) - horizon, every)
    clock = values.index.to_series()
    whole_days = bool((clock == clock.dt.normalize()).all())
    form = "%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M"
    stamps = values.index[last].strftime(form)
    usable = values[[name for name in values if name.startswith(KNOWN)]].notna().all(axis=1).to_numpy()
    tables = []
    for name in names:
        windows = windows_of(values[name].to_numpy(float), past + horizon)
        whole = np.asarray(windows_of(usable & values[name].notna().to_numpy(), past + horizon).all(axis=1))
        chosen = last[whole[last - past + 1]]
        seen = windows[chosen - past + 1]
        table = pd.DataFrame({"id": stamps[np.isin(last, chosen)]})
        if len(names) > 1:
            table["id"] += f" {name}"
            table["series"] = name
        table["group"] = values.index[chosen // block * block].strftime(form)
        table["date"], table["until"] = values.index[chosen], values.index[chosen + horizon]
        table["past_mean"], table["future_mean"] = seen[:, :past].mean(axis=1), seen[:, past:].mean(axis=1)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def places(values: pd.DataFrame, examples: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Of each origin the row in ``values``, and the number of its series."""
    names = [name for name in values if not name.startswith(KNOWN)]
    once = np.flatnonzero(~values.index.duplicated())  # the gate tells of times that are there twice
    rows = once[values.index[once].get_indexer(pd.DatetimeIndex(examples["date"]))]
    series = examples["series"].map(names.index).to_numpy() if "series" in examples else np.zeros(len(examples), int)
    return rows, series


def window_contents(values: pd.DataFrame, examples: pd.DataFrame, past: int, horizon: int) -> Iterator[bytes]:
    """What is seen and asked at each origin, with its times: a change of either changes the digest."""
    numbers, stamps = values.to_numpy(float), values.index.to_numpy("datetime64[s]")
    names = [name for name in values if not name.startswith(KNOWN)]
    kept = [column for column, name in enumerate(values) if name.startswith(KNOWN)]
    columns = [list(values).index(name) for name in names]
    for row, series in zip(*places(values, examples), strict=True):
        span = slice(max(row - past + 1, 0), row + horizon + 1)
        yield numbers[span][:, [columns[series], *kept]].tobytes() + stamps[span].tobytes() + names[series].encode()


def write(raw: Path, values: pd.DataFrame) -> None:
    values.reset_index().to_parquet(raw / SERIES, index=False)


def read(raw: Path) -> pd.DataFrame:
    return pd.read_parquet(raw / SERIES).set_index("date")


def digests(values: pd.DataFrame, examples: pd.DataFrame, past: int, horizon: int) -> list[str]:
    return [sha256(content) for content in window_contents(values, examples, past, horizon)]
