"""The statistics: known answers, coverage where theory gives it, and no significance in noise."""

import numpy as np
import pandas as pd
import pytest

from lab.comparison.statistics import bootstrap, holm, interval, p_value, verdict


def score(frame: pd.DataFrame) -> dict[str, float]:
    return {"mean": float(frame["value"].mean())}


def normal(seed: int, shift: float = 0.0, size: int = 400) -> pd.DataFrame:
    return pd.DataFrame({"value": np.random.default_rng(seed).normal(shift, 1, size)})


def test_interval_of_a_mean_is_that_of_theory() -> None:
    draws = bootstrap([normal(0)], score, resamples=4000, seed=0, stream=0)["mean"]
    low, high = interval(draws, 0.95)
    assert (high - low) / 2 == pytest.approx(1.96 / np.sqrt(400), rel=0.08)


def test_seeds_add_their_own_spread_in_full() -> None:
    # Three seeds whose scores differ by a constant: theory gives std / sqrt(3) with the unbiased std.
    constants = [-1.0, 0.0, 1.0]
    frames = [pd.DataFrame({"value": np.full(50, constant)}) for constant in constants]
    draws = bootstrap(frames, score, resamples=8000, seed=0, stream=0)["mean"]
    assert draws.std() == pytest.approx(np.std(constants, ddof=1) / np.sqrt(3), rel=0.05)


def test_two_methods_answer_the_same_resampled_examples() -> None:
    frame = normal(1)
    better = frame.assign(value=frame["value"] + 0.01)
    first, second = (
        bootstrap([one], score, 200, seed=3, stream=number)["mean"] for number, one in enumerate((frame, better))
    )
    # Unpaired, this difference of a hundredth would drown in the noise of the examples.
    assert second - first == pytest.approx(np.full(200, 0.01))


def test_noise_is_rarely_called_significant() -> None:
    found = []
    for trial in range(60):
        first = bootstrap([normal(1000 + trial, size=100)], score, 300, seed=trial, stream=0)["mean"]
        second = bootstrap([normal(2000 + trial, size=100)], score, 300, seed=trial, stream=1)["mean"]
        found.append(p_value(second - first) < 0.05)
    assert np.mean(found) <= 0.15  # 5 % expected; 60 trials exceed 15 % once in a thousand


def test_p_value_is_two_sided_and_never_zero() -> None:
    assert p_value(np.full(999, 1.0)) == pytest.approx(2 / 1000)
    assert p_value(np.full(999, -1.0)) == pytest.approx(2 / 1000)
    assert p_value(np.zeros(99)) == 1.0


def test_holm_agrees_with_a_hand_calculation() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.6, 0.5]) == pytest.approx([1.0, 1.0])


def test_verdict_follows_direction_and_corrected_p() -> None:
    assert verdict(0.1, 0.01, higher_is_better=True, confidence=0.95) == "better"
    assert verdict(0.1, 0.01, higher_is_better=False, confidence=0.95) == "worse"
    assert verdict(0.1, 0.05, higher_is_better=True, confidence=0.95) == "not significant"
