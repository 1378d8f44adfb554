"""A team's own values by time: from a table with a column of times to series on an even grid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lab.errors import UserError, some

if TYPE_CHECKING:
    from lab.data.sources import Found
    from lab.data_settings import DataSettings

KNOWN = "known: "
"""Before the names of columns that are known ahead (holidays, prices that are set): they are not forecast."""
CALENDAR = {"month": (27, 32), "quarter": (89, 93), "year": (364, 367)}
"""Spacings that have no fixed length: the least and the largest number of days."""


def own_series(found: Found, options: DataSettings, known: Any) -> tuple[pd.DataFrame, list[str]]:
    """``data.columns``: ``date`` are the times. Each other column of numbers is a series, or ``target`` alone.

    With ``id``, which names the series of each row, a table may have the series below one another.
    """
    options.need("date")
    table, columns = found.read(options), options.columns
    if not isinstance(known, list) or any(name not in table for name in known):
        raise UserError(f"params.yaml: data.known: {known}: it must be a list of columns of {found.said}")
    if columns.id and not columns.target:
        raise UserError("params.yaml: data.columns.id tells series apart, so data.columns.target must name the values")
    told = []
    ahead = table[[columns.date, *known]].drop_duplicates().rename(columns={columns.date: "date"})
    ahead = ahead.rename(columns={name: f"{KNOWN}{name}" for name in known})
    if columns.id:
        if (twice := table.duplicated([columns.date, columns.id])).any():
            time, name = table.loc[twice, [columns.date, columns.id]].iloc[0]
            raise UserError(f"{found.said}: {name} has two rows of the time {time}: keep one")
        wide = table.pivot(index=columns.date, columns=columns.id, values=columns.target)
        wide = wide.set_axis([str(name) for name in wide], axis=1)
    else:
        if columns.target:
            names = [columns.target]
        else:
            others = table.drop(columns=[columns.date, *known])
            names = list(others.select_dtypes("number"))
            if left := [str(name) for name in others if name not in names]:
                told.append(f"left out, for they are no numbers: {some(left)}")
        if not names:
            raise UserError(f"{found.said} has no column of numbers beside its times: there is nothing to forecast")
        wide = table[names]
        wide.index = table[columns.date]
    if strange := [name for name in wide if not pd.api.types.is_numeric_dtype(wide[name])]:
        raise UserError(f"{found.said}: {strange[0]} has values that are no numbers")
    values, done = on_grid(wide.rename_axis("date").reset_index(), found.said)
    if known:
        values = values.join(on_grid(ahead, f"{found.said}, data.known")[0].astype(float))
    if flat := [name for name in wide if values[name].nunique() < 2]:
        raise UserError(f"{found.said}: {flat[0]} never changes: name it in data.columns.ignore")
    return values, [f"{wide.shape[1]} series ({some(list(wide), 5)})", *done, *told]


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
