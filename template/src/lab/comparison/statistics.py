"""Is the difference real? Intervals and p-values that cover new test examples and new seeds at once.

A method's mean score varies for two reasons: another test set has other examples, and another seed gives other
weights. Both variances are estimated, added, and put into a t interval with Satterthwaite's degrees of freedom
(Satterthwaite 1946, "An Approximate Distribution of Estimates of Variance Components"): with three seeds their
variance is itself hardly known, and the interval must be wider for that. Simulated (benchmarks/statistics.py of the
template), intervals of 95 % hold the true difference in 93 to 99 of 100 cases with two to ten seeds; in 88 to 93 where
seeds alone count and scatter so widely that the better method's come to the end of the scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit, stdtr, stdtrit

from lab.results import Verdict

Bounds = tuple[float | None, float | None]


@dataclass(frozen=True)
class Scores:
    """One metric of one method, on ``size`` test examples."""

    values: np.ndarray
    """(seeds,): the score with each seed."""
    draws: np.ndarray
    """(resamples, seeds): the same on resampled test examples; a row has the same examples for all methods."""
    size: int


@dataclass(frozen=True)
class Estimate:
    """A mean score, or the difference of two, and how far it may be from that of all examples and all seeds."""

    mean: float
    examples: float
    """Variance that comes from the test examples."""
    beyond: tuple[float, ...] | None
    """For each method, variance that comes from its seeds beyond that; None with one seed, which tells nothing."""
    freedom: float
    own: tuple[float, ...] = ()
    """For each method, the part of ``examples`` that more seeds reduce: each seed is wrong about other examples."""

    @property
    def seeds(self) -> float | None:
        """Variance that comes from the seeds of all methods beyond that of the examples."""
        return None if self.beyond is None else sum(self.beyond)

    @property
    def variance(self) -> float:
        return self.examples + (self.seeds or 0.0)

    def margin(self, alpha: float) -> float:
        """Half the width of the interval that misses the truth in a share ``alpha`` of all cases."""
        return float(stdtrit(self.freedom, 1 - alpha / 2) * np.sqrt(self.variance))

    def p_value(self) -> float:
        """Two-sided: how often a difference as large as this appears where there is none."""
        if self.variance == 0:
            return float(self.mean == 0)
        return float(2 * stdtr(self.freedom, -abs(self.mean) / np.sqrt(self.variance)))


def resample(
    frames: list[pd.DataFrame], score: Callable[[pd.DataFrame], dict[str, float]], resamples: int, seed: int
) -> dict[str, np.ndarray]:
    """For each metric, (resamples, seeds): scores of one method on test examples drawn with replacement.

    ``frames`` has the predictions of each seed, their rows in one order for all seeds and methods. The examples drawn
    follow from ``seed`` alone, so that all methods answer the same ones and their differences are paired.
    """
    random = np.random.default_rng(seed)
    size, joined = len(frames[0]), pd.concat(frames, ignore_index=True)  # one `take` for all seeds takes a third
    starts = size * np.arange(len(frames))[:, None]
    draws: dict[str, list[list[float]]] = {}
    for _ in range(resamples):
        drawn = joined.take((starts + random.integers(size, size=size)).ravel())
        scores = [score(drawn.iloc[start : start + size]) for start in starts[:, 0]]
        for name in scores[0]:
            draws.setdefault(name, []).append([one[name] for one in scores])
    return {name: np.asarray(values, dtype=float) for name, values in draws.items()}


def estimate(scores: Scores, against: Scores | None = None) -> Estimate:
    """The mean of ``scores`` over its seeds, or its difference from that of ``against``.

    ``against`` may have a single score where it has no seeds: a classical method that always gives the same answers.
    """
    arms = [scores] if against is None else [scores, against]
    resamples, seeds = scores.draws.shape
    signs = (1, -1)
    mean = sum(sign * arm.values.mean() for sign, arm in zip(signs, arms, strict=False))
    drawn = sum(sign * arm.draws.mean(axis=1) for sign, arm in zip(signs, arms, strict=False))
    # A resample repeats some examples, so it varies by (n - 1) / n too little.
    unbiased = scores.size / max(scores.size - 1, 1)
    examples = unbiased * float(np.var(drawn, ddof=1))
    known = 1 / max(scores.size - 1, 1) + 1 / (resamples - 1)  # 1 / degrees of freedom: examples and resamples are few
    if seeds == 1:
        return Estimate(float(mean), examples, None, 1 / known)
    between, own = [], []
    for arm in arms:
        if len(arm.values) == 1:
            continue
        between.append(float(arm.values.var(ddof=1)) / seeds)
        centred = arm.draws - arm.draws.mean(axis=0)
        own.append(unbiased * float(centred.var(axis=1, ddof=1).sum()) / (resamples - 1) / seeds)
    beyond, freedom = combine(examples, np.array(between), np.array(own), known, seeds)
    return Estimate(float(mean), examples, tuple(beyond.tolist()), float(freedom), tuple(own))


def combine(
    examples: float | np.ndarray, between: np.ndarray, own: np.ndarray, known: float, seeds: int
) -> tuple[np.ndarray, np.ndarray]:
    """By method the variance of the seeds beyond that of the ``examples``; and all variances' degrees of freedom.

    ``between`` (methods, …) is the variance of each method's mean over ``seeds`` as its scores show it. Each seed is
    wrong about other examples, so the seeds' scores would differ on few examples even if all seeds were equally good:
    that part, ``own`` (methods, …), is in ``examples`` already and is not counted twice. 1 / ``known`` are the degrees
    of freedom of ``examples``.
    """
    beyond = np.maximum(0.0, between - own)
    uncertainty = known * np.square(examples) + (np.square(between) / (seeds - 1)).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = np.where(uncertainty > 0, np.square(examples + beyond.sum(axis=0)) / uncertainty, 1 / known)
    return beyond, np.maximum(freedom, seeds - 1)


def interval(found: Estimate, alpha: float, bounds: Bounds, size: int) -> list[float]:
    """The interval of a mean score. It stays within ``bounds``: the t interval is that of its logit or logarithm."""
    low, high = bounds
    mean = found.mean
    if low is not None and high is not None:
        room = high - low
        if mean in bounds:
            # All examples right: they do not vary, but another might be wrong (Clopper & Pearson 1934).
            width = room * (1 - (alpha / 2) ** (1 / size))
            return [low, low + width] if mean == low else [high - width, high]
        share = (mean - low) / room
        margin = found.margin(alpha) / (room * share * (1 - share))
        return [float(low + room * expit(logit(share) + sign * margin)) for sign in (-1, 1)]
    distance = mean - low if low is not None else high - mean if high is not None else 0.0
    if distance == 0:
        return [mean - found.margin(alpha), mean + found.margin(alpha)]
    edges = sorted(distance * float(np.exp(sign * found.margin(alpha) / distance)) for sign in (-1, 1))
    return [low + edge for edge in edges] if low is not None else [high - edge for edge in reversed(edges)]  # type: ignore[operator]


def difference_interval(found: Estimate, alpha: float, bounds: Bounds) -> list[float]:
    """The interval of a difference, symmetric about it.

    A difference of two bounded scores may have either sign and is rarely near its own bounds, so no transformation is
    needed. Where the interval reaches beyond what is possible, cutting it off loses no true difference.
    """
    low, high = bounds
    limit = high - low if low is not None and high is not None else np.inf
    return [float(np.clip(found.mean + sign * found.margin(alpha), -limit, limit)) for sign in (-1, 1)]


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
