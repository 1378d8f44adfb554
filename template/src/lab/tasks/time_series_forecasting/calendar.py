"""What is known of each time ahead: hour, weekday, season of the year, and columns such as holidays."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.data.series import KNOWN

DAY = pd.Timedelta(days=1)


def features(values: pd.DataFrame, train_end: pd.Timestamp) -> np.ndarray:
    """(times, features). A cycle that the training part does not hold twice is left out: nothing is known of it.

    Scales of columns that are known ahead are those of the training part, which ends at ``train_end``.
    """
    times = pd.DatetimeIndex(values.index)
    spacing, span = times[1] - times[0], train_end - times[0]
    found: list[np.ndarray] = []
    if spacing < DAY and span >= 2 * DAY:
        hours = (times - times.normalize()) / DAY
        found += [wave(2 * np.pi * harmonic * hours) for harmonic in (1, 2) for wave in (np.sin, np.cos)]
    if spacing < 7 * DAY and span >= 14 * DAY:
        found += [(times.day_of_week == day).astype(float) for day in range(7)]
    if span >= 730 * DAY and spacing < 300 * DAY:
        year = times.day_of_year / 366
        found += [wave(2 * np.pi * harmonic * year) for harmonic in (1, 2) for wave in (np.sin, np.cos)]
    for name in [name for name in values if name.startswith(KNOWN)]:
        known = values[name].astype(float)
        train = known[:train_end]
        found.append(((known - train.mean()) / (train.std() or 1.0)).fillna(0).to_numpy())
    if not found:
        found = [np.zeros(len(times))]
    return np.stack(found, axis=1).astype(np.float32)
