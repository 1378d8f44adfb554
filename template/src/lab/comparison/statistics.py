"""Is the difference real? Variances and p-values that cover new test examples and new seeds at once.

A method's mean score varies for two reasons: another test set has other examples, and another seed gives other
weights. Both variances are estimated, added, and put into a t interval with Satterthwaite's degrees of freedom
(Satterthwaite 1946, "An Approximate Distribution of Estimates of Variance Components"): with three seeds their
variance is itself hardly known, and the interval must be wider for that. ``intervals.py`` makes intervals of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from lab.results import Verdict


@dataclass(frozen=True)
class Scores:
    """One metric of one method, on ``size`` test examples (or groups of examples, where those are drawn)."""

    values: np.ndarray
    """(seeds,): the score with each seed."""
    draws: np.ndarray
    """(resamples, seeds): the same on resampled test examples; a row has the same examples for all methods."""
    size: int


@dataclass(frozen=True)
class Arm:
    """One method's mean score, and how much it varies."""

    mean: float
    examples: float
    """Variance that comes from the test examples."""
    own: float = 0.0
    """The part of ``examples`` that more seeds reduce: each seed is wrong about other examples."""
    beyond: float = 0.0
    """Variance that comes from the seeds, beyond that of the examples."""

    @property
    def variance(self) -> float:
        return self.examples + self.beyond


@dataclass(frozen=True)
class Estimate:
    """A mean score, or the difference of two, and how far it may be from that of all examples and all seeds."""

    arms: tuple[Arm, ...]
    """The method, or the two whose difference it is: the first less the second."""
    size: int
    """Test examples, or groups of them."""
    freedom: float
    """Degrees of freedom of the variance."""
    together: float = 0.0
    """Covariance of the two arms: what is hard for both does not move their difference."""
    has_seeds: bool = True
    """Whether there are several: one seed tells nothing of what another would give."""

    @property
    def mean(self) -> float:
        return self.arms[0].mean - sum(arm.mean for arm in self.arms[1:])

    @property
    def examples(self) -> float:
        """Variance that comes from the test examples. What rounding leaves of equal answers is none."""
        apart = sum(arm.examples for arm in self.arms)
        return apart - 2 * self.together if apart - 2 * self.together > 1e-12 * apart else 0.0

    @property
    def seeds(self) -> float | None:
        """Variance that comes from the seeds of all methods, beyond that of the examples."""
        return sum(arm.beyond for arm in self.arms) if self.has_seeds else None

    @property
    def variance(self) -> float:
        return self.examples + (self.seeds or 0.0)


def resample(
    frames: list[pd.DataFrame],
    score: Callable[[pd.DataFrame], dict[str, float]],
    resamples: int,
    seed: int,
    groups: list[np.ndarray] | None = None,
) -> dict[str, np.ndarray]:
    """For each metric, (resamples, seeds): scores of one method on test examples drawn with replacement.

    ``frames`` has the predictions of each seed, their rows in one order for all seeds and methods. The examples drawn
    follow from ``seed`` alone, so that all methods answer the same ones and their differences are paired. With
    ``groups``, the rows of each, whole groups are drawn: see ``lab.comparison.groups``.
    """
    random = np.random.default_rng(seed)
    size, joined = len(frames[0]), pd.concat(frames, ignore_index=True)  # one `take` for all seeds takes a third
    starts = size * np.arange(len(frames))[:, None]
    draws: dict[str, list[list[float]]] = {}
    for _ in range(resamples):
        if groups is None:
            rows = random.integers(size, size=size)
        else:
            rows = np.concatenate([groups[group] for group in random.integers(len(groups), size=len(groups))])
        drawn = joined.take((starts + rows).ravel())
        scores = [score(drawn.iloc[place * len(rows) : (place + 1) * len(rows)]) for place in range(len(frames))]
        for name in scores[0]:
            draws.setdefault(name, []).append([one[name] for one in scores])
    return {name: np.asarray(values, dtype=float) for name, values in draws.items()}


def estimate(scores: Scores, against: Scores | None = None) -> Estimate:
    """The mean of ``scores`` over its seeds, or its difference from that of ``against``.

    ``against`` may have a single score where it has no seeds: a classical method that always gives the same answers.
    """
    both = [scores] if against is None else [scores, against]
    resamples, seeds = scores.draws.shape
    # A resample repeats some examples, so it varies by (n - 1) / n too little.
    unbiased = scores.size / max(scores.size - 1, 1)
    covariance = unbiased * np.atleast_2d(np.cov([one.draws.mean(axis=1) for one in both]))
    known = 1 / max(scores.size - 1, 1) + 1 / (resamples - 1)  # 1 / degrees of freedom: examples and resamples are few
    between, own = np.zeros(len(both)), np.zeros(len(both))
    for place, one in enumerate(both):
        if len(one.values) > 1:
            between[place] = one.values.var(ddof=1) / seeds
            centred = one.draws - one.draws.mean(axis=0)
            own[place] = unbiased * centred.var(axis=1, ddof=1).sum() / (resamples - 1) / seeds
    together = float(covariance[0, 1]) if against else 0.0
    examples = float(np.trace(covariance)) - 2 * together
    beyond, freedom = combine(examples, between, own, known, seeds) if seeds > 1 else (np.zeros(len(both)), 1 / known)
    arms = [
        Arm(float(one.values.mean()), float(covariance[place, place]), float(own[place]), float(beyond[place]))
        for place, one in enumerate(both)
    ]
    return Estimate(tuple(arms), scores.size, float(freedom), together, has_seeds=seeds > 1)


def combine(
    examples: float | np.ndarray, between: np.ndarray, own: np.ndarray, known: float, seeds: int
) -> tuple[np.ndarray, np.ndarray]:
    """By method the variance of the seeds beyond that of the ``examples``; and all variances' degrees of freedom.

    ``between`` (methods, …) is the variance of each method's mean over ``seeds`` as its scores show it. Each seed is
    wrong about other examples, so the seeds' scores would differ on few examples even if all seeds were equally good:
    that part, ``own`` (methods, …), is in ``examples`` already and is not counted twice. 1 / ``known`` are the degrees
    of freedom of ``examples``.

    Where seeds alone differ, these are Satterthwaite's. What examples explain needs no estimate: without anything left
    ``beyond`` it, no degree of freedom is lost. With both, a few seeds too often show too little of their variance by
    chance: it counts as up to three times as uncertain. This form was chosen by coverage in simulation.
    """
    beyond = np.maximum(0.0, between - own)
    variance = examples + beyond.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        seen = (between * beyond / (seeds - 1)).sum(axis=0) * (1 + 2 * examples / variance)
        freedom = np.square(variance) / (known * np.square(examples) + seen)
    freedom = np.where(variance > 0, freedom, 1 / known)
    return beyond, np.maximum(freedom, seeds - 1)


def holm(p_values: list[float]) -> list[float]:
    """P-values corrected for having made several comparisons (Holm 1979), in the given order."""
    corrected, so_far = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = so_far
    return corrected


def holm_alphas(p_values: list[float], alpha: float) -> list[float]:
    """The ``alpha`` of each interval with which it leaves out 0 exactly where Holm's p-value is below ``alpha``.

    Holm divides alpha by the number of hypotheses that are left; the step at which he stops is used for all that
    remain. No interval is narrower than without the correction, so each still covers at least as often.
    """
    rejected = sum(p < alpha for p in holm(p_values))
    alphas = [0.0] * len(p_values)
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        alphas[index] = alpha / (len(p_values) - min(rank, rejected))
    return alphas


def verdict(difference: float, p_corrected: float, higher_is_better: bool, alpha: float) -> Verdict:
    if p_corrected >= alpha:
        return "not significant"
    return "better" if (difference > 0) == higher_is_better else "worse"
