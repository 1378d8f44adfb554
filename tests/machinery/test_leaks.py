"""A mark that gives the class away stops the pipeline; pictures whose classes are as unlike as day and night do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.contract import Contents
from lab.data.leaks import check_leaks
from lab.words import in_language

DAY = np.arange(200) % 2


@pytest.mark.parametrize(
    ("where", "severity"),
    [((slice(None), slice(0, 2), slice(0, 2)), "stop"), ((slice(None), slice(0, 12)), "warn")],
    ids=["a mark in a corner", "the sky"],
)
def test_what_gives_the_class_away(where: tuple[slice, ...], severity: str) -> None:
    pictures = np.random.default_rng(0).integers(0, 8, (200, 24, 24), dtype=np.uint8)
    pictures[where] += (8 * DAY[:, None, None]).astype(np.uint8)
    given, almost = check_leaks(Contents([], pictures=pictures), pd.Series(DAY, name="label"), None)
    assert (given.holds, given.severity) == (False, severity)
    assert "pixel (0, 0)" in in_language(given.detail, "en")
    assert almost.holds
