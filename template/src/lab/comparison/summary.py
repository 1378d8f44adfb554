"""From predictions to ``results/comparison.json``: scores, and which differences from the baseline are significant."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from lab.comparison.differences import differences
from lab.comparison.differing import differing, in_words
from lab.comparison.groups import groups_of, rows_by_group
from lab.comparison.intervals import interval
from lab.comparison.predictions import Predictions
from lab.comparison.references import Answers
from lab.comparison.slices import parts, slices
from lab.comparison.statistics import Scores, estimate, resample
from lab.contract import Metric, Problem
from lab.errors import UserError
from lab.results import Compared, Family, MethodResult, MetricRecord, ReferenceResult
from lab.settings import ABLATED, CompareSettings
from lab.strict import did_you_mean
from lab.team_code.problem_checks import measured, scored
from lab.words import in_language, table, translated


def compare(
    problem: Problem,
    predictions: Predictions,
    settings: CompareSettings,
    parameters: dict[str, int],
    answers: Answers,
    examples: pd.DataFrame | None = None,
    language: str = "en",
) -> Compared:
    """Scores by method, metric and seed, and each method's difference from what it is compared with.

    Candidates are compared with the baseline and ablations with ``ABLATED``, each family corrected for its own
    number: another ablation makes no candidate less significant. ``parameters`` is how many each method has, and
    ``answers`` what the classical references say of the test examples. ``examples`` is the table of ``collect``: it has
    their groups, and what the test split divides by. Labels are in ``language``.
    """
    label = labels([*predictions, *answers], settings.labels, language)
    seeds = list(next(iter(predictions.values())))
    tests, validations = (of_split(problem, predictions, split) for split in ("test", "validation"))
    scores, steering = scores_of(problem, tests, "test"), scores_of(problem, validations, "validation")
    answered = predictions["baseline"][seeds[0]].query("split == 'test'").reset_index(drop=True)
    examples = answered[["id"]] if examples is None else examples
    groups = rows_by_group(answered["id"], groups_of(examples))
    drawn = problem.score, settings.resamples, settings.seed, groups
    draws = {method: resample(list(runs.values()), *drawn) for method, runs in tests.items()}
    champion = best(
        problem.metrics[0], {name: runs for name, runs in steering.items() if name not in settings.ablations}
    )
    candidates = [name for name in tests if name != "baseline" and name not in settings.ablations]
    rival = champion if champion != "baseline" else next(iter(candidates), "baseline")
    told = in_words(examples, problem.stratify).loc[answered["id"]]
    given = {name: {0: measured(problem, table)} for name, table in answers.items()}
    given_scores = scores_of(problem, given, "test")
    given_draws = {name: resample([runs[0]], *drawn) for name, runs in given.items()}
    size = len(groups) if groups else len(tests["baseline"][seeds[0]])
    alpha = round(1 - settings.confidence, 9)
    families: dict[str, Family] = {name: "ablation" if name in settings.ablations else "candidate" for name in tests}
    families["baseline"] = "baseline"
    methods: dict[str, MethodResult] = {
        method: {
            "metrics": {},
            "parameters": parameters[method],
            "family": families[method],
            "label": label[method],
        }
        for method in tests
    }
    references: dict[str, ReferenceResult] = {name: {"metrics": {}, "label": label[name]} for name in given}
    for metric in problem.metrics:
        found = {
            method: Scores(
                np.array([scores[method][seed][metric.name] for seed in seeds]),
                finite(draws[method][metric.name], metric.name, method),
                size,
            )
            for method in tests
        }
        for method, one in found.items():
            chosen_by = [steering[method][seed][metric.name] for seed in seeds]
            methods[method]["metrics"][metric.name] = {
                "values": by_seed(seeds, one.values),
                "mean": float(one.values.mean()),
                "std": float(one.values.std(ddof=1)) if len(seeds) > 1 else None,
                "interval": interval(estimate(one), alpha, metric.bounds),
                "bias": float((one.draws - one.values).mean()) if metric.biased else None,
                "validation": {"values": by_seed(seeds, chosen_by), "mean": float(np.mean(chosen_by))},
                "difference": None,
            }
        for family, against in (("candidate", "baseline"), ("ablation", ABLATED)):
            members = {name: one for name, one in found.items() if families[name] == family}
            held = [(against, found[against]) for _ in members]
            for method, difference in differences(metric, members, held, alpha).items():
                methods[method]["metrics"][metric.name]["difference"] = difference
        classical = {
            name: Scores(
                np.array([given_scores[name][0][metric.name]]),
                finite(given_draws[name][metric.name], metric.name, name),
                size,
            )
            for name in given
        }
        of_champion = dict.fromkeys(classical, found[champion])
        for name, difference in differences(metric, of_champion, list(classical.items()), alpha).items():
            one = classical[name]
            references[name]["metrics"][metric.name] = {
                "value": float(one.values[0]),
                "interval": interval(estimate(one), alpha, metric.bounds),
                "champion": difference,
            }
    return {
        "baseline": "baseline",
        "champion": champion,
        "references": references,
        "confidence": settings.confidence,
        "resamples": settings.resamples,
        "groups": len(groups) if groups else None,
        "seeds": seeds,
        "order": list(methods),
        "metrics": [recorded(metric, language) for metric in problem.metrics],
        "methods": methods,
        "slices": slices(problem, tests, parts(problem, answered, examples)),
        "differing": differing(problem, tests, rival, told),
    }


def best(metric: Metric, scores: dict[str, dict[int, dict[str, float]]]) -> str:
    """The method with the best mean of ``metric`` in ``scores``, those of the validation split.

    The best of several test scores is partly luck, and would be luck that the report then praises.
    """
    means = {method: np.mean([one[metric.name] for one in runs.values()]) for method, runs in scores.items()}
    return max(means, key=lambda method: means[method] * (1 if metric.higher_is_better else -1))


def labels(names: list[str], given: dict[str, str], language: str) -> dict[str, str]:
    """What methods and references are called in print: by ``compare.labels`` of params.yaml, else by their names."""
    for name in given:
        if name not in names:
            meant = did_you_mean(name, names)
            raise UserError(f"params.yaml: compare.labels: {name!r} is no method and no classical reference{meant}")
    found = {name: called(name, given, language) for name in names}
    for name, label in given.items():
        for other in names:
            if other != name and label in (other, found[other]):
                told = f"{name!r} cannot be called {label!r}, which is {other!r}: choose another label"
                raise UserError(f"params.yaml: compare.labels: {told}")
    return found


def called(name: str, given: dict[str, str], language: str) -> str:
    """What one method or classical reference is called in print."""
    known = table(language)["references"] | table(language)["methods"]
    return given.get(name) or known.get(name, name.replace("_", " "))


def recorded(metric: Metric, language: str) -> MetricRecord:
    return {
        "name": metric.name,
        "higher_is_better": metric.higher_is_better,
        "unit": translated("units", metric.unit, language),
        "digits": metric.digits,
        "bounds": list(metric.bounds),
        "biased": metric.biased,
        "label": in_language(metric.label, language) or metric.name.replace("_", " "),
    }


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
    """The draws, if all are finite: some resamples may have no example of a rare class."""
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
