"""The corruptions of the smallest problem: numbers from which another number follows."""

from __future__ import annotations

import numpy as np
from corruptions import RANDOM, Corruption, change, decimals, few, put

POINTS: dict[str, tuple[str, Corruption]] = {
    "rows copied": ("no_near_duplicate", lambda data: data.copies()),
    "one number changed, its digest not": ("digest_of_content", put("x", 1.5)),
    "a column of other rows": ("digest_of_content", change("y", lambda x: np.roll(x, 1))),
    "targets of other rows": ("digest_of_content", change("target", lambda x: np.roll(x, 1))),
    "the answer in another column": (
        "answer_not_given",
        lambda data: change("x", lambda x: 3 * data.rows["target"] + 1, rehash=True)(data),
    ),
    "a number in another unit": ("plausible", change("x", lambda x: x.where(x.index != 7, x * 1000), rehash=True)),
    "all numbers in another unit": (
        "scale_as_before",
        lambda data: change("x", lambda x: x / 100, rehash=True)(data.remembered()),
    ),
    "60 % zeros for missing": ("zero_means_zero", change("y", lambda x: few(x, lambda y: y * 0, 0.6), rehash=True)),
    "a missing number": ("expect_column_values_to_not_be_null", put("y", None)),
    "a missing target": ("answer_is_there", put("target", None)),
    "a number without an end": ("finite", change("x", lambda x: x.where(x.index != 7, np.inf))),
    "a column all the same": ("varies", change("x", lambda x: x * 0 + 1)),
    "numbers as texts": ("number_as_number", change("x", lambda x: x.astype(str))),
    "numbers and texts": ("plain_type", put("x", "unknown")),
    "numbers as decimals": ("plain_type", change("y", decimals)),
    "lists": ("plain_type", change("x", lambda x: [[value] for value in x])),
    "a column that became text": (
        "type_as_before",
        lambda data: change("x", lambda x: x.astype(str))(data.remembered()),
    ),
    "a column without a rule, of random numbers": ("ruled", lambda data: data.but(more=RANDOM.random(len(data.rows)))),
}
