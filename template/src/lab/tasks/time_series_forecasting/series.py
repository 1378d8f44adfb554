"""Series on an even grid, and the forecast origins in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view as windows_of

from lab.data.series import KNOWN
from lab.errors import UserError

SERIES = "series.parquet"
"""``date``, evenly spaced, and a column of values for each series; gaps are NaN. What is known ahead is there too."""


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
