"""The examples on which methods differ most: as found by hand, named so that a reader knows them."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lab.comparison.differing import LONGEST, SCORED, differing, in_words
from lab.contract import Metric

RIGHT = np.array([0.0, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 1.0])
NOVEL = np.array([1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0])
TOLD = pd.Series(["貓 · a cat"] * 8, index=[f"{row:02d}" for row in range(8)])


def problem(**names: Any) -> Any:
    def score(frame: pd.DataFrame) -> dict[str, float]:
        return {"accuracy": 100 * float(frame["right"].mean()), "loss": float(frame["loss"].mean())}

    metrics = (Metric("accuracy", higher_is_better=True), Metric("loss", higher_is_better=False))
    return SimpleNamespace(**{"metrics": metrics, "targets": ("label",), "stratify": "kind", "score": score} | names)


def trained() -> dict[str, dict[int, pd.DataFrame]]:
    """Two seeds, alike but for the first example, which the second seed of the baseline answers well."""
    loss = np.array([0.9, 0.2, 0.1, 0.5, 0.1, 0.1, 0.1, 0.1])
    first = pd.DataFrame({"right": RIGHT, "loss": loss})
    second = first.assign(right=np.where(np.arange(8) == 0, 1.0, RIGHT))
    novel = pd.DataFrame({"right": NOVEL, "loss": np.full(8, 0.1)})
    return {"baseline": {0: first, 1: second}, "novel": {0: novel, 1: novel}}


def test_gains_come_first_and_the_largest_loss_last() -> None:
    found = differing(problem(), trained(), "novel", TOLD)
    assert found is not None
    assert (found["method"], found["examples"], found["better"], found["worse"]) == ("novel", 8, 2, 1)
    assert [row["name"] for row in found["rows"]] == ["01 · 貓 · a cat", "00 · 貓 · a cat", "04 · 貓 · a cat"]
    assert [row["values"]["baseline"] for row in found["rows"]] == [[0, 0], [0, 100], [100, 100]]
    assert [row["values"]["novel"] for row in found["rows"]] == [[100, 100], [100, 100], [0, 0]]
    assert {row["examples"] for row in found["rows"]} == {1}


def test_of_equal_gains_the_next_metric_decides() -> None:
    runs = {method: {0: seeds[0]} for method, seeds in trained().items()}  # the first two examples gain alike
    found = differing(problem(), runs, "novel", TOLD)
    assert found is not None
    assert [row["name"][:2] for row in found["rows"]] == ["00", "01", "04"]


def test_a_metric_without_a_value_for_one_example_gives_nothing() -> None:
    distance = (Metric("accuracy", higher_is_better=True, biased=True), Metric("loss", higher_is_better=False))
    assert differing(problem(metrics=distance), trained(), "novel", TOLD) is None
    alone = problem(score=lambda frame: {"accuracy": float("nan"), "loss": 1.0})
    assert differing(alone, trained(), "novel", TOLD) is None

    def fails(frame: pd.DataFrame) -> dict[str, float]:
        raise ValueError("only one class")

    assert differing(problem(score=fails), trained(), "novel", TOLD) is None


def test_methods_that_answer_alike_differ_nowhere() -> None:
    alike = trained()
    assert differing(problem(), alike | {"novel": alike["baseline"]}, "novel", TOLD) is None
    assert differing(problem(), alike, "baseline", TOLD) is None


def test_of_many_examples_some_from_first_to_last_are_looked_at() -> None:
    count = 3 * SCORED
    told = pd.Series("", index=[f"{row}" for row in range(count)], dtype=str)
    frame = pd.DataFrame({"right": np.zeros(count), "loss": np.zeros(count)})
    better = frame.assign(right=np.where(np.arange(count) == count - 1, 1.0, 0.0))
    found = differing(problem(), {"baseline": {0: frame}, "novel": {0: better}}, "novel", told)
    assert found is not None
    assert (found["examples"], found["better"]) == (SCORED, 1)
    assert [row["name"] for row in found["rows"]] == [str(count - 1)]


def test_an_example_is_named_by_its_class_and_its_most_telling_text() -> None:
    table = pd.DataFrame(
        {
            "id": ["a", "b", "c"],
            "sha256": ["x", "y", "z"],
            "group": ["g1", "g2", "g3"],
            "kind": ["貓", "dog", "dog"],
            "source": ["web", "web", "web"],
            "text": ["a  cat\nsits", "b", "c " * LONGEST],
            "ink": [0.1, 0.2, 0.3],
        }
    )
    assert in_words(table, "kind")["a"] == "貓 · a  cat\nsits"
    assert in_words(table[["id", "sha256", "ink"]], None).to_dict() == {"a": "", "b": "", "c": ""}
    assert in_words(table[["id", "ink"]].assign(kind=[1, 2, 3]), "kind")["b"] == "2"
    runs = {name: {0: seeds[0].head(3)} for name, seeds in trained().items()}
    found = differing(problem(), runs, "novel", in_words(table, "kind"))
    assert found is not None
    assert found["rows"][0]["name"] == "a · 貓 · a cat sits"


@pytest.mark.parametrize("length", [LONGEST - 10, LONGEST + 10])
def test_a_long_text_is_cut(length: int) -> None:
    told = TOLD.copy()
    told.iloc[0] = "字" * length
    found = differing(problem(), {name: {0: seeds[0]} for name, seeds in trained().items()}, "novel", told)
    assert found is not None
    assert len(found["rows"][0]["name"]) == min(length + 5, LONGEST)
    assert found["rows"][0]["name"].endswith("…") == (length > LONGEST)


@pytest.mark.filterwarnings("error")
def test_a_metric_that_divides_by_a_variance_warns_of_nothing() -> None:
    """R², say, of one example alone: a student would look for the mistake in vain."""

    def score(frame: pd.DataFrame) -> dict[str, float]:
        right = frame["right"].to_numpy()
        return {"accuracy": 100 * float(right.mean()), "r2": float(1 - frame["loss"].mean() / (0 * right).var())}

    metrics = (Metric("accuracy", higher_is_better=True), Metric("r2", higher_is_better=True))
    found = differing(problem(score=score, metrics=metrics), trained(), "novel", TOLD)
    assert found is not None
    assert (found["better"], found["worse"]) == (2, 1)
