"""The corruptions of pictures of which some are held out, and of pictures whose labels only judge."""

from __future__ import annotations

from corruptions import Corruption, change, put
from corruptions_of_pictures import PICTURES

SEEN = (
    "pictures in another order",
    "one picture black",
    "pictures of another size",
    "copies",
    "copies moved by a pixel",
    "copies with another label",
    "labels of other rows",
    "half of the labels wrong",
    "a class of two",
    "a missing label",
    "ink without an end",
    "a payload cut in half",
)
CLUSTERED: dict[str, tuple[str, Corruption]] = {name: PICTURES[name] for name in SEEN}
OUTLIERS: dict[str, tuple[str, Corruption]] = {
    **{name: PICTURES[name] for name in SEEN[:-3]},
    "no outlier": ("expect_column_distinct_values_to_equal_set", change("held_out", lambda x: x & False)),
    "outliers alone": ("expect_column_distinct_values_to_equal_set", change("held_out", lambda x: x | True)),
    "nobody says of a picture whether it is an outlier": ("expect_column_values_to_not_be_null", put("held_out", None)),
    "outliers as words": ("expect_column_distinct_values_to_equal_set", change("held_out", lambda x: x.map(str))),
}
