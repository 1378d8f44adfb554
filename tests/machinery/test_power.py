"""What a comparison is said to show is what simulated comparisons show; more seeds and examples show more."""

from __future__ import annotations

from types import ModuleType

import numpy as np
import pytest
from test_coverage import benchmark

from lab.comparison.planning import assumed
from lab.comparison.power import Plan, detectable, planned, powers
from lab.comparison.statistics import Arm, Estimate
from lab.contract import Metric
from lab.errors import UserError

__all__ = ["benchmark"]  # a fixture
FOUND = Estimate((Arm(90.0, 1.0, 0.1, 0.3), Arm(90.0, 1.0, 0.2, 0.7)), 400, np.inf, together=0.5)
OF, ANY = Plan(400, 3), (None, None)


# 600 comparisons find a power of 70 % to within 4 points in 19 of 20 tries, and these are seeded.
@pytest.mark.parametrize(
    ("metric", "seeds", "share"),
    [("accuracy 90 %", 3, 0.0), ("RMSE", 3, 0.9), ("RMSE", 5, 0.5), ("accuracy 90 %", 5, 0.9)],
)
def test_the_promise_is_kept(benchmark: ModuleType, metric: str, seeds: int, share: float) -> None:
    found = benchmark.run(benchmark.Setting(metric, seeds, 500, share), comparisons=600)
    assert found["promised"] == pytest.approx(found["power"], abs=0.05)


def test_more_examples_and_more_seeds_show_smaller_differences() -> None:
    def smallest(examples: int, seeds: int, methods: int = 1) -> float:
        plan = Plan(examples, seeds, methods)
        return detectable(planned(FOUND, OF, plan), plan, ANY, higher_is_better=True)

    assert smallest(1600, 3) < smallest(400, 3)
    assert smallest(400, 10) < smallest(400, 5) < smallest(400, 3)
    assert smallest(400, 3, methods=5) > smallest(400, 3)
    # Four times the examples and four times the seeds halve the standard deviation; the t quantile falls as well.
    assert smallest(1600, 12) < smallest(400, 3) / 2
    plan = Plan(400, 3)
    assert powers(np.array([smallest(400, 3)]), planned(FOUND, OF, plan), plan, ANY)[0] == pytest.approx(0.8, abs=0.01)


def test_a_plan_as_the_comparison_was_has_its_variances() -> None:
    there = planned(FOUND, OF, OF)
    assert there.examples == pytest.approx(FOUND.examples)
    assert there.seeds == pytest.approx(FOUND.seeds)
    assert there.arms == FOUND.arms


def test_near_the_end_of_the_scale_no_larger_improvement_is_promised_than_there_is_room_for() -> None:
    found = detectable(planned(FOUND, OF, OF), OF, (0, 100), higher_is_better=True)
    assert 0 < found < 10
    assert found < detectable(planned(FOUND, OF, OF), OF, ANY, higher_is_better=True)  # good scores vary less
    noisy = Estimate(tuple(Arm(99.0, 0.2, beyond=0.2) for _ in range(2)), 400, np.inf)
    assert detectable(noisy, OF, (0, 100), higher_is_better=True) == np.inf
    assert np.isfinite(detectable(noisy, OF, (0, 100), higher_is_better=False))


def test_a_share_of_right_answers_has_the_variance_of_its_mean() -> None:
    found, of, _ = assumed(Metric("accuracy", True, bounds=(0, 100)), 90, 1.0, 400)
    assert found.examples == pytest.approx(2 * 100**2 * 0.9 * 0.1 / 400 / 2)
    assert found.seeds == 2
    assert np.isfinite(detectable(planned(found, of, Plan(400, 3)), Plan(400, 3), (0, 100), higher_is_better=True))
    with pytest.raises(UserError, match="must lie between the bounds of accuracy"):
        assumed(Metric("accuracy", True, bounds=(0, 1)), 90, 1.0, 400)
    for std in (-1.0, np.nan):
        with pytest.raises(UserError, match="--std must be 0 or more"):
            assumed(Metric("accuracy", True, bounds=(0, 100)), 90, std, 400)
    with pytest.raises(UserError, match="--mean: rmse is no share of right answers"):
        assumed(Metric("rmse", False, bounds=(0, None)), 90, 1.0, 400)
