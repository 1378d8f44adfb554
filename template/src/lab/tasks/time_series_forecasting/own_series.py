"""A team's own series, from a table with a column of times."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from lab.errors import UserError, some
from lab.tasks.time_series_forecasting.series import KNOWN, on_grid

if TYPE_CHECKING:
    from lab.data.sources import Found
    from lab.data_settings import DataSettings


def read_own(found: Found, options: DataSettings, known: Any) -> tuple[pd.DataFrame, list[str]]:
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
