"""Comparisons at the ends of what there is: two test examples, answers all right or all alike, swapped names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_comparison import SETTINGS, compare, frame, problem, runs

from lab.comparison.intervals import p_value
from lab.comparison.power import Plan, detectable
from lab.comparison.statistics import Arm, Estimate, Scores, estimate
from lab.errors import UserError


def alike(right: bool, size: int) -> dict[int, Any]:
    """Three seeds whose answers are all right, or all wrong."""
    return {seed: frame(0, 0.5, size=size).assign(right=right) for seed in range(3)}


def found(size: int, **methods: bool) -> Any:
    predictions = {name: alike(right, size) for name, right in methods.items()}
    return compare(problem(), predictions, SETTINGS)["methods"]["novel"]["metrics"]["accuracy"]["difference"]


def test_both_of_two_examples_against_none_is_no_proof() -> None:
    few = found(2, baseline=False, novel=True)
    assert (few["mean"], few["verdict"]) == (1, "not significant")
    assert few["interval"][0] < 0
    assert few["interval"][1] == 1
    many = found(20, baseline=False, novel=True)
    assert (many["verdict"], many["interval"][1]) == ("better", 1)
    assert 0.6 < many["interval"][0] < 0.8


def test_of_two_methods_that_were_never_wrong_another_example_may_show_one_to_be() -> None:
    both = found(20, baseline=True, novel=True)
    assert both["p"] == 1
    assert both["interval"] == pytest.approx([-0.168, 0.168], abs=0.001)  # Clopper and Pearson's, of 20 of 20


def test_under_no_difference_few_examples_give_few_verdicts() -> None:
    random, verdicts = np.random.default_rng(0), 0
    for _ in range(300):
        right = random.random((2, 2)) < 0.5  # of each method two answers, the same with each seed
        rows = random.integers(2, size=(50, 2))
        scores = [Scores(np.full(3, one.mean()), np.repeat(one[rows].mean(1)[:, None], 3, 1), 2) for one in right]
        verdicts += p_value(estimate(*scores), (0, 1)) < 0.05
    assert verdicts == 0


def test_what_does_not_vary_does_not_say_what_could_have_been_seen() -> None:
    baseline = runs(baseline=0.8)["baseline"]
    same = compare(problem(), {"baseline": baseline, "novel": baseline}, SETTINGS)["methods"]["novel"]["metrics"]
    for metric in same.values():
        assert metric["difference"]["interval"] == [0, 0]
        assert metric["difference"]["detectable"] is None
    nothing = Estimate((Arm(1.0, 0.0), Arm(1.0, 0.0)), 20, np.inf)
    assert detectable(nothing, Plan(20, 3), (0, 1), higher_is_better=True) == np.inf


@pytest.mark.parametrize(
    "labels",
    [
        {"novel": "baseline"},
        {"novel": "baseline", "baseline": "novel"},
        {"novel": "Ours", "other": "Ours"},
        {"other": "neural network"},
    ],
)
def test_no_method_is_called_what_another_is(labels: dict[str, str]) -> None:
    settings = SETTINGS.model_copy(update={"labels": labels})
    with pytest.raises(UserError, match=r"compare\.labels: '\w+' cannot be called '.+', which is '\w+'"):
        compare(
            problem(),
            runs(baseline=0.7, novel=0.8, other=0.8),
            settings,
            neural_network=frame(0, 0.7).query("split == 'test'").reset_index(drop=True),
        )


def test_a_method_may_keep_its_name() -> None:
    settings = SETTINGS.model_copy(update={"labels": {"novel": "novel"}})
    assert compare(problem(), runs(baseline=0.7, novel=0.8), settings)["methods"]["novel"]["label"] == "novel"
