"""Ablations are held against novel and references against the champion; neither makes a candidate less significant."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from test_comparison import SETTINGS, compare, frame, problem, runs

from lab.comparison.references import answers
from lab.errors import UserError
from lab.stages.compare import verdicts
from lab.words import speaker


def difference(found: Any, method: str) -> Any:
    return found["methods"][method]["metrics"]["accuracy"]["difference"]


def test_an_ablation_changes_no_verdict_on_novel() -> None:
    predictions = runs(baseline=0.75, novel=0.83)
    alone = compare(problem(), predictions, SETTINGS)
    parts = {f"without_{part}": {seed: frame(50 + seed, 0.8) for seed in range(3)} for part in "abcdef"}
    among = compare(problem(), predictions | parts, SETTINGS.model_copy(update={"ablations": list(parts)}))
    assert difference(among, "novel") == difference(alone, "novel")
    assert difference(among, "without_a")["against"] == "novel"
    assert difference(among, "without_a")["mean"] < 0
    candidates = compare(problem(), predictions | parts, SETTINGS)
    assert difference(candidates, "novel")["p_corrected"] > 2 * difference(alone, "novel")["p_corrected"]


def test_an_ablation_is_no_champion() -> None:
    predictions = runs(baseline=0.6, novel=0.7, without_part=0.9)
    assert compare(problem(), predictions, SETTINGS)["champion"] == "without_part"
    settings = SETTINGS.model_copy(update={"ablations": ["without_part"]})
    assert compare(problem(), predictions, settings)["champion"] == "novel"


def test_a_reference_that_is_as_good_is_told_so() -> None:
    predictions = runs(baseline=0.6, novel=0.9)
    test = predictions["novel"][0].query("split == 'test'").reset_index(drop=True)
    weak = test.assign(right=frame(9, 0.5).query("split == 'test'")["right"].to_numpy())
    found = compare(problem(), predictions, SETTINGS, equal=test, weak=weak)
    told = {name: one["metrics"]["accuracy"]["champion"]["verdict"] for name, one in found["references"].items()}
    assert told == {"equal": "not significant", "weak": "better"}
    assert found["references"]["equal"]["metrics"]["accuracy"]["value"] == test["right"].mean()
    assert difference(found, "novel") == difference(compare(problem(), predictions, SETTINGS), "novel")
    assert any(
        "classical reference equal" in line and "not significant" in line for line in verdicts(found, speaker("en"))
    )


def test_what_could_have_been_seen_stands_beside_not_significant() -> None:
    found = difference(compare(problem(), runs(baseline=0.80, novel=0.81), SETTINGS), "novel")
    assert found["verdict"] == "not significant"
    low, high = found["interval"]
    # 80 % of cases need the margin of the interval and about one standard deviation more.
    assert (high - low) / 2 < found["detectable"] < 2 * (high - low)


SPLITS = pd.DataFrame({"id": ["a", "b", "c", "d"], "split": ["train", "train", "test", "test"]})
TABLE = pd.DataFrame({"id": ["c", "d"], "split": "test", "y": [0, 1], "answer": [[0.1, 0.9], [0.2, 0.8]]})


def test_a_reference_answers_beside_ids_and_targets() -> None:
    def references(raw: Path, splits: dict[str, list[str]]) -> Any:
        assert splits == {"train": ["a", "b"], "validation": [], "test": ["c", "d"]}
        return {"guess": {"answer": np.zeros((2, 2)), "more": np.zeros(2)}}

    found = answers(problem(references=references, targets=("y",)), SPLITS, TABLE)["guess"]
    assert list(found) == ["id", "split", "y", "answer"]
    assert found["y"].tolist() == [0, 1]
    assert np.vstack(found["answer"].tolist()).tolist() == [[0, 0], [0, 0]]
    assert answers(SimpleNamespace(targets=("y",)), SPLITS, TABLE) == {}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        (None, "return a dict"),
        ({"guess": [1, 2]}, "give a dict of arrays"),
        ({"guess": {"other": [1, 2]}}, "gives no 'answer' for 'guess'"),
        ({"guess": {"answer": [[1.0, 2.0], [np.nan, 1.0]]}}, "gives NaN in 'answer' for 'guess': it must answer each"),
        ({"guess": {"answer": [[1, 2]]}}, "gives 1 rows of 'answer' for 'guess': there are 2"),
    ],
)
def test_a_mistake_in_references_is_told_in_one_line(returned: Any, message: str) -> None:
    with pytest.raises(UserError, match=message):
        answers(problem(references=lambda raw, splits: returned, targets=("y",)), SPLITS, TABLE)
