"""The corruptions of tables of measurements, whose gaps are to be filled."""

from __future__ import annotations

import numpy as np
from corruptions import RANDOM, Corruption, change, decimals, few, put

MEASURED: dict[str, tuple[str, Corruption]] = {
    "rows copied": ("no_near_duplicate", lambda data: data.copies()),
    "rows copied, one number a little larger": (
        "no_near_duplicate",
        lambda data: data.copies(mean_area=lambda x: x * 1.0001),
    ),
    "one measurement changed, its digest not": ("digest_of_content", put("mean_area", 999.0)),
    "a column of other rows": ("digest_of_content", change("mean_area", lambda x: np.roll(x, 1))),
    "a measurement in another unit": (
        "plausible",
        change("mean_area", lambda x: x.where(x.index != 7, x * 100), rehash=True),
    ),
    "all areas in another unit": (
        "scale_as_before",
        lambda data: change("mean_area", lambda x: x / 100, rehash=True)(data.remembered()),
    ),
    "a number below zero": ("expect_column_values_to_be_between", put("mean_radius", -1.0)),
    "a number out of range": ("expect_column_values_to_be_between", put("worst_area", 90_000.0)),
    "a gap where there is none": ("expect_column_values_to_not_be_null", put("mean_texture", None)),
    "a number without an end": ("finite", change("mean_area", lambda x: x.where(x.index != 7, np.inf))),
    "60 % zeros for missing": (
        "zero_means_zero",
        change("mean_radius", lambda x: few(x, lambda y: y * 0, 0.6), rehash=True),
    ),
    "a column all the same": ("varies", change("mean_radius", lambda x: x * 0 + 12)),
    "numbers as texts": ("number_as_number", change("mean_area", lambda x: x.astype(str))),
    "numbers and texts": ("plain_type", put("mean_area", "unknown")),
    "numbers as decimals": ("plain_type", change("mean_area", decimals)),
    "lists": ("plain_type", change("mean_area", lambda x: [[value] for value in x])),
    "a column that became text": (
        "type_as_before",
        lambda data: change("mean_area", lambda x: x.astype(str))(data.remembered()),
    ),
    "a column without a rule, of random numbers": ("ruled", lambda data: data.but(more=RANDOM.random(len(data.rows)))),
}
