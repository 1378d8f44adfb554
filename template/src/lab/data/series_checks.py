"""Checks of series, values by time: are the times in order and even, and do the values go on as they began?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from lab.data.checks import Check, implausible
from lab.words import LANGUAGES, Text, in_each, in_language, speaker

STUCK = 0.02
"""Share of all times from which on a run of one value is suspicious; of short series at least ``LEAST`` times."""
LEAST = 20
PARTS, OTHER = 24, 3.0
"""Into how many parts of time a series is cut, and how many times larger or smaller than usual one may be."""
GAPS = 0.05


def check_series(values: pd.DataFrame) -> list[Check]:
    """``values``: the index are times, each column is a series; what is missing is NaN."""
    times = pd.DatetimeIndex(values.index)
    steps = np.diff(times.to_numpy()) / np.timedelta64(1, "s")
    twice, back = times[times.duplicated()], times[1:][steps < 0]
    checks = [
        _whole("times_once", "stop", [f"{time}" for time in twice]),
        _whole("times_in_order", "stop", [f"{time}" for time in back]),
        _whole("times_even", "stop", [f"{time}" for time in times[1:][~_even(steps)]]),
    ]
    numbers = {str(name): values[name].to_numpy(float) for name in values}
    found: dict[str, list[Text]] = {"finite": [], "series_varies": [], "series_not_stuck": [], "series_level": []}
    found |= {"series_plausible": [], "series_gaps": []}
    for name, column in numbers.items():
        known = column[~np.isnan(column)]
        if np.isinf(column).any():
            found["finite"].append(name)
            continue
        if len(known) < 2 or known.min() == known.max():
            found["series_varies"].append(name)
            continue
        if np.isnan(column).mean() > GAPS:
            found["series_gaps"].append(f"{name} ({np.isnan(column).mean():.0%})")
        if len(np.unique(known)) > 20:  # few values, as of a calendar or a switch, stay as they are for long
            where, length = longest_run(column)
            if length >= max(LEAST, STUCK * len(column)):
                found["series_not_stuck"].append(_told("stuck", name, times[where], length))
            if len(odd := np.flatnonzero(implausible(column))):
                found["series_plausible"].append(_told("odd", name, times[odd[0]], len(odd)))
            if (part := other_level(column)) is not None:
                found["series_level"].append(_told("level", name, times[part]))
    severities = {"finite": "stop", "series_varies": "stop"}
    return checks + [_whole(kind, severities.get(kind, "warn"), told) for kind, told in found.items()]


def _told(what: str, name: str, time: pd.Timestamp, number: int = 0) -> Text:
    return in_each(lambda say: say(f"details.{what}", name=name, time=time, number=number))


def _whole(kind: str, severity: str, told: Sequence[Text]) -> Check:
    shown = {
        language: speaker(language)("results.list").join(
            [in_language(one, language) for one in told[:3]] + ["…"] * (len(told) > 3)
        )
        for language in LANGUAGES
    }
    return Check(kind, severity, None, None, shown, holds=not told)  # type: ignore[arg-type]


def _even(steps: np.ndarray) -> np.ndarray:
    """Which steps are as long as the usual one; months, quarters and years need not be equally long."""
    if not len(steps):
        return np.ones(0, bool)
    usual = np.median(steps)
    slack = 0.11 * usual if usual >= 27 * 86_400 else 0.0
    return np.abs(steps - usual) <= slack


def longest_run(column: np.ndarray) -> tuple[int, int]:
    """Where the longest run of one value begins, and its length; zeros and gaps do not count."""
    same = (column[1:] == column[:-1]) & (column[1:] != 0)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], same.astype(np.int8), [0]])))
    if not len(edges):
        return 0, 1
    starts, ends = edges[::2], edges[1::2]
    longest = int(np.argmax(ends - starts))
    return int(starts[longest]), int(ends[longest] - starts[longest] + 1)


def other_level(column: np.ndarray) -> int | None:
    """Where a part begins whose middle is a factor away from that of the parts before: a unit that changed, say."""
    if np.nanmin(column) <= 0 or len(column) < 4 * PARTS:
        return None
    edges = np.linspace(0, len(column), PARTS + 1).astype(int)
    middles = np.array([np.nanmedian(column[one:other]) for one, other in pairwise(edges)])
    jumps = np.abs(np.diff(np.log(middles))) > np.log(OTHER)
    return int(edges[int(np.argmax(jumps)) + 1]) if np.nan_to_num(jumps).any() else None
