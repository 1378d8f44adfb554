"""Is the difference real? Intervals and tests from predictions, over the test examples and the seeds at once.

A method's score varies for two reasons: another test set would have other examples, and another seed would give
other weights. The bootstrap here draws both anew (Bouthillier et al. 2021, "Accounting for Variance in Machine
Learning Benchmarks"): the examples in pairs, the same for all methods, since all answer the same ones; the seeds
for each method by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

Score = Callable[[pd.DataFrame], dict[str, float]]
Draws = dict[str, np.ndarray]
"""For each metric, one value for each resample."""


def bootstrap(frames: list[pd.DataFrame], score: Score, resamples: int, seed: int, stream: int) -> Draws:
    """Mean scores of one method, with examples and seeds drawn anew ``resamples`` times.

    ``frames`` has the predictions of each seed, their rows in one order for all seeds and methods. The examples
    drawn follow from ``seed`` alone, so that draws of two methods are pairs; the seeds also from ``stream``,
    a number of the method's own.

    A mean of n drawn seeds varies too little, by (n - 1) / n, because it varies about the mean of those n
    (Davison & Hinkley 1997, section 2.3). With three seeds that matters, so the deviation is scaled back.
    """
    rows_random, seeds_random = np.random.default_rng(seed), np.random.default_rng([seed, stream])
    size, number = len(frames[0]), len(frames)
    rescale = np.sqrt(number / (number - 1)) if number > 1 else 0.0
    draws: dict[str, list[float]] = {}
    for _ in range(resamples):
        rows = rows_random.integers(size, size=size)
        chosen = seeds_random.integers(number, size=number)
        scores = [score(frame.take(rows)) for frame in frames]
        for name in scores[0]:
            values = np.array([one[name] for one in scores])
            draws.setdefault(name, []).append(values.mean() + rescale * (values[chosen].mean() - values.mean()))
    return {name: np.asarray(values) for name, values in draws.items()}


def interval(draws: np.ndarray, confidence: float) -> list[float]:
    """The percentile interval: the middle ``confidence`` share of the draws."""
    tail = (1 - confidence) / 2
    return [float(edge) for edge in np.quantile(draws, [tail, 1 - tail])]


def p_value(differences: np.ndarray) -> float:
    """Two-sided: how rarely a resample puts the difference on the other side of zero.

    One is added to both counts, so that no finite number of resamples proves a p of zero
    (Phipson & Smyth 2010, "Permutation P-values Should Never Be Zero").
    """
    at_most, at_least = np.sum(differences <= 0), np.sum(differences >= 0)
    return float(min(1.0, 2 * (min(at_most, at_least) + 1) / (len(differences) + 1)))


def holm(p_values: list[float]) -> list[float]:
    """P-values corrected for having made several comparisons (Holm 1979), in the given order."""
    corrected, so_far = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(np.argsort(p_values, kind="stable")):
        so_far = max(so_far, min(1.0, (len(p_values) - rank) * p_values[index]))
        corrected[index] = so_far
    return corrected


def verdict(difference: float, p_corrected: float, higher_is_better: bool, confidence: float) -> str:
    """``better``, ``worse`` or ``not significant``."""
    if p_corrected >= round(1 - confidence, 9):
        return "not significant"
    return "better" if (difference > 0) == higher_is_better else "worse"
