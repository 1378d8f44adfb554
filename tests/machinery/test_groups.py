"""Examples of one group are one piece of evidence: intervals count groups."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from test_comparison import SETTINGS, problem, runs

from lab.comparison import summary
from lab.comparison.groups import groups_of, rows_by_group, warn_of_one
from lab.comparison.intervals import interval
from lab.comparison.statistics import Scores, estimate, resample


def mean(table: pd.DataFrame) -> dict[str, float]:
    return {"mean": float(table["right"].mean())}


def frame(right: np.ndarray, copies: int = 1) -> pd.DataFrame:
    ids = [f"{row}-{copy}" for row in range(len(right)) for copy in range(copies)]
    return pd.DataFrame({"id": ids, "right": np.repeat(right, copies)})


def grouped(table: pd.DataFrame) -> pd.Series:
    return table.set_index("id").index.to_series().str.split("-").str[0]


def test_copies_of_examples_add_no_evidence() -> None:
    """Each example ten times over, as a group: the interval is to the last digit that of the examples themselves."""
    right = np.random.default_rng(0).normal(size=60)
    single, tenfold = frame(right), frame(right, copies=10)
    groups = rows_by_group(tenfold["id"], grouped(tenfold))
    assert groups is not None
    once = resample([single], mean, 200, seed=0)["mean"]
    np.testing.assert_allclose(once, resample([tenfold], mean, 200, seed=0, groups=groups)["mean"])
    ends = [
        interval(estimate(Scores(np.array([right.mean()]), draws, size)), 0.05, (None, None))
        for draws, size in ((once, 60), (resample([tenfold], mean, 200, 0)["mean"], 600))
    ]
    assert ends[0][1] - ends[0][0] > 2.5 * (ends[1][1] - ends[1][0])


def test_groups_of_several_sizes_are_drawn_whole_and_the_same_for_all_seeds() -> None:
    table = pd.DataFrame({"id": list("abcdef"), "right": [1.0, 1, 1, 0, 0, 5]})
    group_of = pd.Series(["x", "y", "x", "x", "y", "z"], index=list("abcdef"))
    groups = rows_by_group(table["id"], group_of)
    assert groups is not None
    assert [list(rows) for rows in groups] == [[0, 2, 3], [1, 4], [5]]
    seen: list[str] = []

    def note(drawn: pd.DataFrame) -> dict[str, float]:
        seen.append("".join(sorted(drawn["id"])))
        return mean(drawn)

    resample([table, table], note, 50, seed=1, groups=groups)
    assert seen[::2] == seen[1::2]
    for drawn in seen:
        assert drawn.count("a") == drawn.count("c") == drawn.count("d")
        assert drawn.count("b") == drawn.count("e")
        assert drawn.count("a") + drawn.count("b") + drawn.count("f") == 3


@pytest.mark.parametrize("names", [["a", "b", "c"], ["a", "a", "a"]])
def test_examples_that_stand_for_themselves_are_drawn_as_ever(names: list[str]) -> None:
    ids = pd.Series(["1", "2", "3"])
    assert rows_by_group(ids, pd.Series(names, index=ids)) is None
    assert rows_by_group(ids, None) is None
    assert groups_of(pd.DataFrame({"id": ids})) is None


def test_a_test_split_of_one_group_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    ids = pd.Series(["1", "2"])
    warn_of_one(ids, pd.Series(["a", "b"], index=ids))
    assert capsys.readouterr().out == ""
    warn_of_one(ids, pd.Series(["a", "a"], index=ids))
    assert "one group alone" in capsys.readouterr().out


def test_a_comparison_counts_groups_and_its_intervals_widen() -> None:
    predictions = runs(baseline=0.7, novel=0.75)
    ids = next(iter(predictions["baseline"].values()))["id"]
    answered = dict.fromkeys(predictions, 7)
    every = pd.DataFrame({"id": ids, "group": [f"{row // 25}" for row in range(len(ids))]})
    alone, together = (
        summary.compare(
            problem(measure=lambda table: table.drop(columns=["id", "split"])),
            predictions,
            SETTINGS,
            answered,
            {},
            examples=examples,
        )
        for examples in (None, every)
    )
    assert alone["groups"] is None
    test = next(iter(predictions["baseline"].values())).query("split == 'test'")["id"]
    assert together["groups"] == every.set_index("id").loc[test, "group"].nunique()
    wide = [found["methods"]["novel"]["metrics"]["accuracy"]["interval"] for found in (alone, together)]
    assert wide[0] != wide[1]
