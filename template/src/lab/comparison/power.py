"""What a comparison can show: how often a true difference would be found, before any training.

The decision rule of ``intervals.py`` is played many times. What it looks at is drawn from what it would be drawn from:
scores from a normal distribution on the scale of their interval, and each estimate of a variance from a scaled
chi-squared one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import stdtrit

from lab.comparison.intervals import Bounds, correlated, joined, moved, slope, widest
from lab.comparison.statistics import Arm, Estimate, combine

USUAL = 0.8
"""The share of cases in which a difference should be seen, by convention (Cohen 1988, section 2.4)."""
PLAYED = 5_000
"""With so many, chance moves a share of 80 % by 0.6 points."""


@dataclass(frozen=True)
class Plan:
    """Test examples, seeds and methods of a planned comparison."""

    examples: int
    seeds: int
    methods: int = 1
    """That are compared with the baseline: with several, Holm's correction makes each test stricter."""
    alpha: float = 0.05
    resamples: int = 300


def planned(found: Estimate, of: Plan, plan: Plan) -> Estimate:
    """``found``, the estimate of a difference by the comparison ``of``, as it would be in ``plan``.

    More examples reduce only the variance of the examples. More seeds reduce that of the seeds, and of the examples'
    the part that is each seed's own.
    """
    by_examples, by_seeds = of.examples / plan.examples, of.seeds / plan.seeds
    arms = []
    for arm in found.arms:
        own = min(arm.own, arm.examples)
        examples = by_examples * (arm.examples - own + own * by_seeds)
        arms.append(Arm(arm.mean, examples, own * by_examples * by_seeds, arm.beyond * by_seeds))
    return Estimate(tuple(arms), plan.examples, np.inf, found.together * by_examples)


def powers(differences: np.ndarray, there: Estimate, plan: Plan, bounds: Bounds) -> np.ndarray:
    """How often ``plan`` would find each of the true ``differences`` from the second arm, with its direction.

    ``there`` has the variances of the difference in ``plan``: see ``planned``.
    """
    random, seeds = np.random.default_rng(0), plan.seeds
    known = 1 / max(plan.examples - 1, 1) + 1 / (plan.resamples - 1)
    own, beyond = (np.array([[getattr(arm, name)] for arm in there.arms]) for name in ("own", "beyond"))
    drawn = random.chisquare(1 / known, PLAYED) * known
    between = (own + beyond) * random.chisquare(seeds - 1, (2, PLAYED)) / (seeds - 1)
    found, freedom = combine(there.examples * drawn, between, own, known, seeds)
    reach = -stdtrit(freedom, plan.alpha / plan.methods / 2)
    correlation = correlated(there)
    noise = np.linalg.cholesky([[1, correlation], [correlation, 1 + 1e-9]]) @ random.standard_normal((2, PLAYED))

    def finds(difference: float) -> float:
        ends = []
        for place, (arm, truth) in enumerate(zip(there.arms, (difference, 0.0), strict=True)):
            mean = there.arms[1].mean + truth
            spread = np.sqrt(_variance(arm.examples, arm.beyond, arm.mean, mean, bounds))
            seen = moved(mean, spread * noise[place], bounds)
            margin = reach * np.sqrt(_variance(arm.examples * drawn, found[place], arm.mean, seen, bounds))
            ends.append((*widest(seen, margin, bounds), seen))
        low, high = joined(ends[0], ends[1], correlation)
        return float(np.mean(low > 0 if difference > 0 else high < 0))

    return np.array([finds(difference) for difference in differences])


def _variance(examples: np.ndarray | float, beyond: np.ndarray | float, mean: float, at: Any, bounds: Bounds) -> Any:
    """Of a score that was measured at ``mean`` and is elsewhere, ``at``: near a bound both variances are smaller."""
    nearer = slope(at, bounds) / slope(mean, bounds)
    by_example = nearer if None not in bounds else nearer**2  # of a share of right answers: p (1 - p)
    return examples * by_example + beyond * nearer**2


def detectable(there: Estimate, plan: Plan, bounds: Bounds, higher_is_better: bool, share: float = USUAL) -> float:
    """The smallest true improvement that ``plan`` would see in a ``share`` of cases; infinite if there is none.

    Infinite too where nothing varies: answers that are all alike say nothing of those that will differ.
    """
    if there.variance == 0:
        return np.inf
    sign, bound = (1, bounds[1]) if higher_is_better else (-1, bounds[0])
    spread = float(np.sqrt(there.variance))
    room = np.inf if bound is None else abs(bound - there.arms[1].mean)
    tried = np.geomspace(0.5, 50, 40) * spread
    tried = tried[tried < 0.99 * room]
    found = powers(sign * tried, there, plan, bounds)
    if not (found >= share).any():
        return np.inf
    place = int((found >= share).argmax())
    return float(np.interp(share, found[: place + 1], tried[: place + 1]))
