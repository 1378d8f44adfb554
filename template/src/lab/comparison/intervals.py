"""From variances to intervals: how far a mean score or a difference may be from the truth, within what is possible.

A score between bounds has its t interval on the scale of its logit (accuracy) or of its logarithm (an error, which is
never below 0): there it cannot leave the bounds. The interval of a difference is put together from those of the two
scores (Zou & Donner 2008, "Construction of confidence limits about effect measures"); without bounds it is the plain t
interval. An error has no upper bound, and seeds may scatter it by a factor, where the transformed interval misses too
often: there each end is the wider of the plain and the transformed one. Simulated (benchmarks/statistics.py of the
template), intervals of 95 % leave out a difference of 0 in 1 to 6 of 100 cases, with two to ten seeds; where one method
is much better and its seeds scatter far more or less, two or three of them miss the truth in up to 13.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import expit, logit, stdtrit

from lab.comparison.statistics import Arm, Estimate

Bounds = tuple[float | None, float | None]
Ends = Callable[[Any, Any, Bounds], tuple[Any, Any]]
SMALLEST = 1e-100
"""No p-value is followed further down."""


def interval(found: Estimate, alpha: float, bounds: Bounds) -> list[float]:
    """The interval of a mean score that misses the truth in a share ``alpha`` of all cases."""
    (arm,) = found.arms
    return [float(end) for end in _ends(arm, found, alpha, bounds, transformed)]


def difference_interval(found: Estimate, alpha: float, bounds: Bounds) -> list[float]:
    """The interval of the difference of two scores, each of which has ``bounds``."""
    if found.variance == 0 and not _is_all_or_nothing(found, bounds):
        return [found.mean, found.mean]
    first, second = ((*_ends(arm, found, alpha, bounds, widest), arm.mean) for arm in found.arms)
    return [float(end) for end in joined(first, second, correlated(found))]


def p_value(found: Estimate, bounds: Bounds) -> float:
    """Two-sided: the ``alpha`` whose interval ends at 0. How often chance alone gives a difference as large."""
    if found.mean == 0:
        return 1.0
    if found.variance == 0 and not _is_all_or_nothing(found, bounds):
        return 0.0
    towards_zero, sign = (0, 1) if found.mean > 0 else (1, -1)
    low, high = np.log(SMALLEST), 0.0
    for _ in range(60):  # by halves: a smaller alpha gives a wider interval
        middle = (low + high) / 2
        leaves_out_zero = sign * difference_interval(found, np.exp(middle), bounds)[towards_zero] > 0
        low, high = (low, middle) if leaves_out_zero else (middle, high)
    return float(np.exp(high))


def _ends(arm: Arm, found: Estimate, alpha: float, bounds: Bounds, ends: Ends) -> tuple[float, float]:
    """The interval of one score, by the degrees of freedom of what is ``found``."""
    low, high = bounds
    if low is not None and high is not None and _is_at_an_end(arm, bounds):
        # All examples right: they do not vary, but another might be wrong (Clopper & Pearson 1934).
        width = (high - low) * (1 - (alpha / 2) ** (1 / found.size))
        return (low, low + width) if arm.mean == low else (high - width, high)
    return ends(arm.mean, -stdtrit(found.freedom, alpha / 2) * np.sqrt(arm.variance), bounds)


def _is_at_an_end(arm: Arm, bounds: Bounds) -> bool:
    """Whether all examples are right, or all wrong, with every seed."""
    return arm.variance == 0 and None not in bounds and arm.mean in bounds


def _is_all_or_nothing(found: Estimate, bounds: Bounds) -> bool:
    """Whether that is so of each score: two examples of which one method has both and the other none prove little."""
    return all(_is_at_an_end(arm, bounds) for arm in found.arms)


def transformed(mean: Any, margin: Any, bounds: Bounds) -> tuple[Any, Any]:
    """``mean`` ± ``margin``, numbers or arrays, on the scale on which the bounds are infinitely far away."""
    return moved(mean, -margin, bounds), moved(mean, margin, bounds)


def widest(mean: Any, margin: Any, bounds: Bounds) -> tuple[Any, Any]:
    """The transformed ends; of an error, on each side the plain or the transformed one, whichever is further away."""
    low, high = transformed(mean, margin, bounds)
    if bounds.count(None) != 1:
        return low, high
    plain = np.clip([mean - margin, mean + margin], bounds[0], bounds[1])
    return np.minimum(low, plain[0]), np.maximum(high, plain[1])


def moved(mean: Any, step: Any, bounds: Bounds) -> Any:
    """``mean`` + ``step`` on that scale."""
    low, high = bounds
    if low is None and high is None:
        return mean + step
    scaled = np.clip(step / slope(mean, bounds), -300, 300)  # beyond that no number is left
    if low is None:
        return high - (high - mean) * np.exp(-scaled)
    if high is None:
        return low + (mean - low) * np.exp(scaled)
    return low + (high - low) * expit(logit((mean - low) / (high - low)) + scaled)


def slope(mean: Any, bounds: Bounds) -> Any:
    """How much a score moves for a small step of 1 on that scale: little near a bound, and never quite 0."""
    low, high = bounds
    if low is not None and high is not None:
        return np.maximum((mean - low) * (high - mean) / (high - low), 1e-12 * (high - low))
    if low is None and high is None:
        return 1.0
    return np.maximum(abs(mean - (low if low is not None else high)), 1e-12)


def correlated(found: Estimate) -> float:
    """The correlation of the two scores: the test examples are the same."""
    product = np.prod([arm.variance for arm in found.arms])
    return float(found.together / np.sqrt(product)) if product > 0 else 0.0


def joined(first: Any, second: Any, correlation: Any) -> tuple[Any, Any]:
    """The ends of the difference of two scores, each given as (low, high, mean): numbers or arrays.

    For its lower end the first score is as low and the second as high as their intervals allow, not both at once:
    independent errors add like the sides of a right triangle, correlated ones by the law of cosines.
    """
    low, high, mean = first
    other_low, other_high, other_mean = second

    def reach(one: Any, other: Any) -> Any:
        return np.sqrt(np.maximum(0, one**2 + other**2 - 2 * correlation * one * other))

    difference = mean - other_mean
    return (
        difference - reach(mean - low, other_high - other_mean),
        difference + reach(high - mean, other_mean - other_low),
    )
