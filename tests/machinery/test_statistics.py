"""The statistics: known answers, few false alarms where seeds differ, intervals that agree with their p-values."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from lab.comparison.intervals import Bounds, difference_interval, interval, p_value
from lab.comparison.statistics import (
    Arm,
    Estimate,
    Scores,
    combine,
    estimate,
    holm,
    holm_alphas,
    resample,
    verdict,
)

ANY = (None, None)


def score(frame: pd.DataFrame) -> dict[str, float]:
    return {"mean": float(frame["value"].mean())}


def scored(seeds: np.ndarray, resamples: int = 400, seed: int = 0) -> Scores:
    """Of the values of each seed's examples, (seeds, examples)."""
    frames = [pd.DataFrame({"value": values}) for values in seeds]
    return Scores(seeds.mean(axis=1), resample(frames, score, resamples, seed)["mean"], seeds.shape[1])


def drawn(seeds: np.ndarray, resamples: int = 100) -> Scores:
    """The same for hundreds of trials: resampled means by how often each example was drawn."""
    size = seeds.shape[1]
    return Scores(seeds.mean(axis=1), times(size, resamples) @ seeds.T / size, size)


def one(mean: float, examples: float, seeds: float, freedom: float = 2) -> Estimate:
    """Of one method on 30 examples."""
    return Estimate((Arm(mean, examples, beyond=seeds),), 30, freedom)


def two(first: float, second: float, examples: float, seeds: float, freedom: float = 4) -> Estimate:
    """Of two methods that vary alike, and half of whose variance by example is shared."""
    arms = tuple(Arm(mean, examples, beyond=seeds) for mean in (first, second))
    return Estimate(arms, 30, freedom, together=examples / 2)


@cache
def times(size: int, resamples: int) -> np.ndarray:
    return np.random.default_rng(0).multinomial(size, np.full(size, 1 / size), size=resamples) * 1.0


def test_interval_of_a_mean_is_that_of_theory() -> None:
    values = np.random.default_rng(0).normal(size=(1, 40))
    found = estimate(scored(values, resamples=8000))
    assert found.seeds is None  # one seed: this is the textbook's t interval of 40 values, with 2.023 = t(39)
    low, high = interval(found, 0.05, ANY)
    assert (high - low) / 2 == pytest.approx(2.023 * values.std(ddof=1) / np.sqrt(40), rel=0.03)
    assert (low + high) / 2 == pytest.approx(values.mean())


def test_three_seeds_that_differ_give_the_interval_of_three_values() -> None:
    seeds = np.array([-1.0, 0.0, 1.0])[:, None] + np.zeros((1, 50))
    found = estimate(scored(seeds))
    assert found.freedom == 2
    low, high = interval(found, 0.05, ANY)
    assert (high - low) / 2 == pytest.approx(4.303 / np.sqrt(3), rel=1e-3)  # t(2) is 4.303; a normal's is 1.96
    both = estimate(scored(seeds + 5), scored(seeds))
    assert (both.mean, both.freedom) == (5, 4)
    assert both.variance == pytest.approx(2 / 3)


def test_two_methods_answer_the_same_resampled_examples() -> None:
    values = np.random.default_rng(1).normal(size=(2, 300))
    found = estimate(scored(values + 0.01), scored(values))
    # Unpaired, this difference of a hundredth would drown in the noise of the examples.
    assert found.mean == pytest.approx(0.01)
    assert found.examples == pytest.approx(0, abs=1e-15)


def test_noise_that_examples_put_into_the_seeds_is_counted_once() -> None:
    # Ten equally good seeds, each wrong about other examples: all that their scores differ by is the examples'.
    random = np.random.default_rng(2)
    found = [estimate(drawn(random.normal(size=(10, 200)))) for _ in range(200)]
    assert np.mean([each.variance for each in found]) == pytest.approx(
        1 / 2000, rel=0.25
    )  # twice, it would be 2 / 2000
    spread = random.normal(0, 0.3, (200, 10, 1))
    found = [estimate(drawn(random.normal(size=(10, 200)) + moved)) for moved in spread]
    assert np.mean([each.seeds for each in found]) == pytest.approx(0.3**2 / 10, rel=0.1)


def test_seeds_that_differ_no_more_than_examples_explain_cost_no_degree_of_freedom() -> None:
    own, known = np.array([0.02, 0.03]), 1 / 200
    for between in (own, own / 10):
        beyond, freedom = combine(0.1, between, own, known, seeds=2)
        assert (list(beyond), freedom) == ([0, 0], pytest.approx(200))
    _, little = combine(0.1, 1.5 * own, own, known, seeds=2)
    _, much = combine(0.1, 50 * own, own, known, seeds=2)
    assert 200 > little > much > 1
    _, nothing = combine(0.0, 0 * own, 0 * own, known, seeds=2)
    assert nothing == pytest.approx(200)


def test_few_seeds_do_not_widen_the_interval_of_methods_that_only_examples_tell_apart() -> None:
    random = np.random.default_rng(4)
    inside = []
    for _ in range(1000):  # the seeds of both answer alike but for each example's luck: nothing is moved
        first, second = (drawn(random.normal(size=(2, 100))) for _ in range(2))
        low, high = difference_interval(estimate(second, first), 0.05, ANY)
        inside.append(low <= 0 <= high)
    assert 0.935 <= np.mean(inside) <= 0.985  # 98.6 % by Satterthwaite's degrees of freedom


@pytest.mark.parametrize("seeds", [2, 3, 5])
@pytest.mark.parametrize("moved", [0.0, 0.1, 1.0])
def test_equal_methods_are_rarely_called_different(seeds: int, moved: float) -> None:
    """Seeds move a method by ``moved``, in units of an example's noise: at 1.0 they are all that counts."""
    random = np.random.default_rng(3)
    alarms = []
    for _ in range(1000):
        first, second = (
            drawn(random.normal(size=(seeds, 100)) + random.normal(0, moved, (seeds, 1))) for _ in range(2)
        )
        alarms.append(p_value(estimate(second, first), ANY) < 0.05)
    assert np.mean(alarms) <= 0.07  # 5 % expected; 1,000 trials exceed 7 % in one of 300 cases


def test_p_value_is_two_sided_and_agrees_with_the_interval() -> None:
    for mean in (-2.0, 2.0):
        found = two(5 + mean, 5, examples=0.5, seeds=0.25)
        assert p_value(found, ANY) == pytest.approx(0.1161, abs=1e-4)  # of a table of Student's t
    assert p_value(two(1, 1, 0.5, 0.25), ANY) == 1
    assert p_value(two(1, 1, 0, 0), ANY) == 1
    assert p_value(two(1.1, 1, 0, 0), ANY) == 0


@pytest.mark.parametrize("bounds", [ANY, (0, 1), (0, None), (None, 1)])
def test_an_interval_ends_at_zero_for_the_alpha_that_is_its_p_value(bounds: Bounds) -> None:
    random, found = np.random.default_rng(6), 0
    for _ in range(100):
        arms = [Arm(*random.uniform(0.01, 0.99, 1), *random.uniform(0, 0.01, 3)) for _ in range(2)]
        shared = random.uniform(-0.9, 0.9) * np.sqrt(arms[0].examples * arms[1].examples)
        both = Estimate(tuple(arms), 100, random.uniform(2, 20), shared)
        p = p_value(both, bounds)
        low, high = difference_interval(both, p, bounds)
        assert low <= both.mean <= high
        if 1e-8 < p < 0.999:
            assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-6)
            found += 1
    assert found > 50


@pytest.mark.parametrize(
    ("mean", "bounds"),
    [(0.98, (0, 1)), (0.02, (0, 1)), (97.0, (0, 100)), (0.1, (0, None)), (0.9, (None, 1)), (-0.5, (None, 1))],
)
def test_intervals_stay_within_what_is_possible(mean: float, bounds: tuple[float | None, float | None]) -> None:
    low, high = interval(one(mean, 0.1, 2.0), 0.05, bounds)
    assert low < mean < high
    assert bounds[0] is None or bounds[0] <= low
    assert bounds[1] is None or high <= bounds[1]
    # Where there is room on both sides, it is the plain one.
    near = interval(one(mean, 1e-8, 0), 0.05, bounds)
    assert near == pytest.approx(interval(one(mean, 1e-8, 0), 0.05, ANY), rel=1e-3)


def test_a_perfect_score_on_few_examples_is_not_certain() -> None:
    found = estimate(scored(np.ones((3, 30))))
    low, high = interval(found, 0.05, (0, 1))
    assert (low, high) == (pytest.approx(0.8843, abs=1e-4), 1)  # Clopper & Pearson for 30 of 30
    assert interval(estimate(scored(np.zeros((3, 30)))), 0.05, (0, 1)) == [0, pytest.approx(0.1157, abs=1e-4)]


def test_a_difference_is_that_of_two_scores_within_their_bounds() -> None:
    low, high = difference_interval(two(0.9, 0.1, 1.0, 1.0, freedom=2), 0.05, (0, 1))
    assert -1 <= low < 0.8 < high <= 1
    # Near the end of the scale the better score can hardly be better still, but may well be less good.
    low, high = difference_interval(two(0.97, 0.90, 2e-4, 2e-4), 0.05, (0, 1))
    assert high - 0.07 < 0.07 - low
    # Far from it, or without bounds, it is the plain t interval: t(4) is 2.776, and the variance 2 × (2 + 2) - 2.
    for bounds, mean in ((ANY, 0.97), ((0, 1), 0.5)):
        low, high = difference_interval(two(mean, mean - 0.01, 2e-6, 2e-6), 0.05, bounds)
        assert (low, high) == pytest.approx((0.01 - 2.776 * 6e-6**0.5, 0.01 + 2.776 * 6e-6**0.5), rel=0.01)


def test_holm_agrees_with_a_hand_calculation() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.5]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_an_interval_leaves_out_zero_exactly_where_the_verdict_does() -> None:
    random = np.random.default_rng(5)
    decided = set()
    for _ in range(300):
        bounds = (ANY, (0, 100), (0, None))[random.integers(3)]
        found = [two(10 + mean, 10, 0.5, 0.25, 6) for mean in random.normal(0, 2.5, random.integers(1, 6))]
        p_values = [p_value(each, bounds) for each in found]
        for each, corrected, alpha in zip(found, holm(p_values), holm_alphas(p_values, 0.05), strict=True):
            low, high = difference_interval(each, alpha, bounds)
            said = verdict(each.mean, corrected, higher_is_better=True, alpha=0.05)
            assert (said != "not significant") == (low > 0 or high < 0)
            assert alpha <= 0.05
            decided.add(said)
    assert decided == {"better", "worse", "not significant"}


def test_verdict_follows_direction_and_corrected_p() -> None:
    assert verdict(0.1, 0.01, higher_is_better=True, alpha=0.05) == "better"
    assert verdict(0.1, 0.01, higher_is_better=False, alpha=0.05) == "worse"
    assert verdict(0.1, 0.05, higher_is_better=True, alpha=0.05) == "not significant"
