"""What a comparison can show: how often a true difference would be found, before any training.

The decision rule of ``lab.comparison.statistics`` is played many times. What it looks at is drawn from what it would be
drawn from: the difference from a normal distribution, and each estimate of a variance from a scaled chi-squared one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from lab.comparison.statistics import Estimate, combine

USUAL = 0.8
"""The share of cases in which a difference should be seen, by convention (Cohen 1988, section 2.4)."""
PLAYED = 20_000
"""With so many, chance moves a share of 80 % by 0.3 points."""


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
    every_seed, each_seed = max(0.0, found.examples - sum(found.own)), min(found.examples, sum(found.own))
    return Estimate(
        found.mean,
        by_examples * (every_seed + each_seed * by_seeds),
        tuple(part * by_seeds for part in found.beyond or ()),
        np.inf,
        tuple(part * by_examples * by_seeds for part in found.own),
    )


def powers(differences: np.ndarray, there: Estimate, plan: Plan) -> np.ndarray:
    """How often ``plan`` would find each of the true ``differences``, with its direction.

    ``there`` has the variances of the difference in ``plan``: see ``planned``.
    """
    random, seeds = np.random.default_rng(0), plan.seeds
    known = 1 / max(plan.examples - 1, 1) + 1 / (plan.resamples - 1)
    examples = there.examples * random.chisquare(1 / known, PLAYED) * known
    own = np.array(there.own)[:, None]
    both = np.array(there.beyond)[:, None] + own
    between = both * random.chisquare(seeds - 1, (len(both), PLAYED)) / (seeds - 1)
    beyond, freedom = combine(examples, between, own, known, seeds)
    margins = stdtrit(freedom, 1 - plan.alpha / plan.methods / 2) * np.sqrt(examples + beyond.sum(axis=0))
    noise = np.sqrt(there.variance) * random.standard_normal(PLAYED)
    return np.array([np.mean(abs(difference) + noise > margins) for difference in differences])


def detectable(there: Estimate, plan: Plan, share: float = USUAL) -> float:
    """The smallest true difference that ``plan`` would see in a ``share`` of cases; infinite if there is none."""
    if there.variance == 0:
        return 0.0
    tried = np.sqrt(there.variance) * np.geomspace(0.5, 50, 80)
    found = powers(tried, there, plan)
    return float(np.interp(share, found, tried)) if found[-1] >= share else np.inf
