"""Shares of what is right, by kind, and which kinds are shown."""

from __future__ import annotations

import pandas as pd

from lab.comparison.shares import by_kind, in_print


def test_what_is_right_is_counted_by_kind_in_the_order_of_the_first() -> None:
    share, counts = by_kind([("size", True), ("colour", False), ("size", False), ("size", True)])
    assert share.round(2).to_dict() == {"size": 0.67, "colour": 0}
    assert list(counts.items()) == [("size", 3), ("colour", 1)]


def test_all_known_kinds_are_shown_and_of_words_the_most_frequent() -> None:
    counts = pd.Series({"once": 1, "the": 9, "a": 9, "two": 2})
    assert in_print(counts, {"size": {"en": "sizes"}, "colour": "colours"}) == {"size": "sizes", "colour": "colours"}
    assert list(in_print(counts, {}, most=3)) == ["the", "a", "two"]
