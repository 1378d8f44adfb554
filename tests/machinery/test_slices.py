"""Parts of the test split: every example in one of them, scored as by hand, and no verdict."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lab.comparison.slices import parts, slices
from lab.contract import Metric


def problem(**names: Any) -> Any:
    def score(frame: pd.DataFrame) -> dict[str, float]:
        return {"error": float((frame["target"] - frame["answer"]).abs().mean())}

    given = {"metrics": (Metric("error", False),), "targets": ("target",), "stratify": "kind", "score": score}
    return SimpleNamespace(**given | names)


@pytest.fixture
def answers() -> pd.DataFrame:
    random = np.random.default_rng(0)
    ids = [f"{number:03d}" for number in random.permutation(100)]
    return pd.DataFrame({"id": ids, "target": random.normal(size=100), "answer": random.normal(size=100)})


@pytest.fixture
def examples() -> pd.DataFrame:
    """In another order than the answers."""
    kinds = ["貓" if number % 4 else "dog" for number in range(100)]
    groups = [f"house {number}" for number in range(100)]  # one for each example: no parts to look at
    return pd.DataFrame({"id": [f"{number:03d}" for number in range(100)], "kind": kinds, "group": groups})


def test_parts_are_classes_and_ranges_of_equal_size(answers: pd.DataFrame, examples: pd.DataFrame) -> None:
    divided = parts(problem(), answers, examples)
    assert list(divided) == ["kind", "target"]
    for named in divided.values():
        assert (np.sum(list(named.values()), axis=0) == 1).all()
    assert {name: chosen.sum() for name, chosen in divided["kind"].items()} == {"dog": 25, "貓": 75}
    assert set(answers["id"][divided["kind"]["dog"]].astype(int) % 4) == {0}
    assert [chosen.sum() for chosen in divided["target"].values()] == [25] * 4
    lowest = answers["target"][next(iter(divided["target"].values()))]
    assert lowest.max() <= answers["target"].quantile(0.25)


def test_nothing_to_divide_by_gives_no_parts(answers: pd.DataFrame, examples: pd.DataFrame) -> None:
    assert parts(problem(stratify=None, targets=()), answers, examples) == {}
    alike = examples.assign(kind="dog")
    assert "kind" not in parts(problem(), answers, alike)


def test_each_part_is_scored_for_each_seed(answers: pd.DataFrame, examples: pd.DataFrame) -> None:
    other = answers.assign(answer=answers["target"] + 2)
    tests = {"baseline": {0: answers, 1: other}, "novel": {0: other, 1: other}}
    (found,) = slices(problem(), tests, {"kind": parts(problem(), answers, examples)["kind"]})
    assert found["column"] == "kind"
    dog = next(row for row in found["rows"] if row["name"] == "dog")
    rows = answers[answers["id"].astype(int) % 4 == 0]
    assert dog["examples"] == 25
    assert dog["values"]["baseline"] == pytest.approx([(rows["target"] - rows["answer"]).abs().mean(), 2])
    assert dog["values"]["novel"] == pytest.approx([2, 2])


def test_a_metric_that_has_no_value_for_a_part_is_not_shown_there(answers: pd.DataFrame) -> None:
    def score(frame: pd.DataFrame) -> dict[str, float]:
        if len(frame) < 10:
            raise ValueError("too few")
        return {"error": float("nan") if len(frame) < 50 else 1.0}

    part = {name: np.arange(100) < size for name, size in (("few", 5), ("some", 20), ("many", 80))}
    (found,) = slices(problem(score=score), {"baseline": {0: answers}}, {"kind": part})
    assert [row["values"]["baseline"] for row in found["rows"]] == [[None], [None], [1.0]]
