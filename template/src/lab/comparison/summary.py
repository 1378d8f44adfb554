"""From predictions to ``results/comparison.json``: scores, and which differences to the baseline are real."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lab.comparison.statistics import (
    Estimate,
    Scores,
    difference_interval,
    estimate,
    holm,
    holm_alphas,
    interval,
    resample,
    verdict,
)
from lab.contract import Metric, Problem
from lab.errors import UserError
from lab.results import Compared, Difference, MethodResult, MetricRecord, VarianceShares
from lab.settings import CompareSettings
from lab.team_code.problem_checks import measured, scored

Predictions = dict[str, dict[int, pd.DataFrame]]
"""By method and seed."""


def compare(
    problem: Problem, predictions: Predictions, settings: CompareSettings, parameters: dict[str, int]
) -> Compared:
    """Scores by method, metric and seed, and each method's difference to the baseline with interval and p-value.

    ``parameters`` is how many each method has.
    """
    seeds = list(next(iter(predictions.values())))
    tests, validations = (of_split(problem, predictions, split) for split in ("test", "validation"))
    scores, steering = scores_of(problem, tests, "test"), scores_of(problem, validations, "validation")
    draws = {
        method: resample(list(runs.values()), problem.score, settings.resamples, settings.seed)
        for method, runs in tests.items()
    }
    alpha = round(1 - settings.confidence, 9)
    methods: dict[str, MethodResult] = {method: {"metrics": {}, "parameters": parameters[method]} for method in tests}
    for metric in problem.metrics:
        found = {
            method: Scores(
                np.array([scores[method][seed][metric.name] for seed in seeds]),
                finite(draws[method][metric.name], metric.name, method),
                len(runs[seeds[0]]),
            )
            for method, runs in tests.items()
        }
        for method, one in found.items():
            chosen_by = [steering[method][seed][metric.name] for seed in seeds]
            methods[method]["metrics"][metric.name] = {
                "values": by_seed(seeds, one.values),
                "mean": float(one.values.mean()),
                "std": float(one.values.std(ddof=1)) if len(seeds) > 1 else None,
                "interval": interval(estimate(one), alpha, metric.bounds, one.size),
                "bias": float((one.draws - one.values).mean()) if metric.biased else None,
                "validation": {"values": by_seed(seeds, chosen_by), "mean": float(np.mean(chosen_by))},
                "difference": None,
            }
        for method, difference in differences(metric, found, alpha).items():
            methods[method]["metrics"][metric.name]["difference"] = difference
    primary = problem.metrics[0]
    sign = 1 if primary.higher_is_better else -1
    return {
        "baseline": "baseline",
        # The best of several test scores is partly luck, and would be luck that the report then praises.
        "champion": max(methods, key=lambda name: sign * methods[name]["metrics"][primary.name]["validation"]["mean"]),
        "confidence": settings.confidence,
        "resamples": settings.resamples,
        "seeds": seeds,
        "order": list(methods),
        "metrics": [recorded(metric) for metric in problem.metrics],
        "methods": methods,
    }


def recorded(metric: Metric) -> MetricRecord:
    return {
        "name": metric.name,
        "higher_is_better": metric.higher_is_better,
        "unit": metric.unit,
        "digits": metric.digits,
        "bounds": list(metric.bounds),
        "biased": metric.biased,
    }


def differences(metric: Metric, found: dict[str, Scores], alpha: float) -> dict[str, Difference]:
    """Each method's difference to the baseline by one metric.

    Each method that is held against the baseline is one more chance to be fooled (Demšar 2006, "Statistical
    Comparisons of Classifiers over Multiple Data Sets", section 3.2.2), so p-values are corrected and intervals
    widened alike. The primary metric was named beforehand: there is no correction for the number of metrics.
    """
    estimates = {name: estimate(one, found["baseline"]) for name, one in found.items() if name != "baseline"}
    judged = len(found["baseline"].values) > 1  # one seed says nothing about the next: no p-value, no verdict
    p_values = [one.p_value() for one in estimates.values()]
    alphas = holm_alphas(p_values, alpha) if judged else [alpha] * len(p_values)
    rows = zip(estimates.items(), p_values, holm(p_values), alphas, strict=True)
    return {
        name: {
            "mean": one.mean,
            "interval": difference_interval(one, own_alpha, metric.bounds),
            "p": p if judged else None,
            "p_corrected": corrected if judged else None,
            "verdict": verdict(one.mean, corrected, metric.higher_is_better, alpha) if judged else None,
            "variance": shares(one),
        }
        for (name, one), p, corrected, own_alpha in rows
    }


def shares(one: Estimate) -> VarianceShares | None:
    """Of the difference's variance, what more test examples would lessen, and what only more seeds would."""
    if one.seeds is None or one.variance == 0:
        return None
    return {"examples": one.examples / one.variance, "seeds": one.seeds / one.variance}


def of_split(problem: Problem, predictions: Predictions, split: str) -> Predictions:
    """The predictions of one split, with what ``measure`` adds."""
    return {
        method: {
            seed: measured(problem, frame[frame["split"] == split].reset_index(drop=True))
            for seed, frame in runs.items()
        }
        for method, runs in predictions.items()
    }


def scores_of(problem: Problem, frames: Predictions, split: str) -> dict[str, dict[int, dict[str, float]]]:
    """The scores of each method and seed."""
    scores = {method: {seed: scored(problem, frame) for seed, frame in runs.items()} for method, runs in frames.items()}
    for method, runs in scores.items():
        for seed, found in runs.items():
            check_scores(found, problem.metrics, f"{method}, seed {seed}, split {split}")
    return scores


def by_seed(seeds: list[int], values: Iterable[float]) -> dict[str, float]:
    return {str(seed): float(value) for seed, value in zip(seeds, values, strict=True)}


def finite(draws: np.ndarray, name: str, method: str) -> np.ndarray:
    """The draws, if all are numbers: a rare class, say, is in no example of some resamples."""
    if broken := int((~np.isfinite(draws)).any(axis=1).sum()):
        raise UserError(
            f"score in problem.py gives no finite {name} for {broken} of {len(draws)} resamples of the test examples "
            f"({method}): resamples repeat some examples and lack others, so give it a value there too"
        )
    return draws


def check_scores(found: dict[str, float], metrics: tuple[Metric, ...], where: str) -> None:
    """Raise a ``UserError`` for a score that is no finite number, or beyond the bounds of its metric."""
    for metric in metrics:
        value, (low, high) = found[metric.name], metric.bounds
        if not np.isfinite(value):
            raise UserError(
                f"score in problem.py gives {metric.name} = {value} for {where}: it must be a finite number"
            )
        if (low is not None and value < low) or (high is not None and value > high):
            raise UserError(
                f"score in problem.py gives {metric.name} = {value} for {where}, "
                f"beyond the bounds {metric.bounds} of its Metric: correct either"
            )
