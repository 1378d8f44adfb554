"""``uv run lab folds``: every method trained on several splits, to see how much of a difference is the split's.

Each example is in the test part of one fold, so this looks at all of them: choose nothing by what it says.
"""

from __future__ import annotations

import math

import pandas as pd

from lab.comparison.folds import Fold, current, note, over_folds
from lab.comparison.summary import check_scores
from lab.comparison.units import decimals
from lab.console import called, said, tell
from lab.contract import Problem
from lab.data.raw_files import collected_digest
from lab.data.splitting import split
from lab.data_results import Validation
from lab.errors import UserError, in_team_code
from lab.files import read_json, read_table
from lab.fingerprint import of_fold
from lab.paths import EXAMPLES, FOLDS, HOME, RAW, VALIDATION
from lab.settings import Params, read_params
from lab.style import interval, number, with_unit
from lab.team_code.example_checks import loaded
from lab.team_code.loading import load_method, load_problem
from lab.team_code.method_checks import check_finite
from lab.team_code.options import check_options
from lab.team_code.problem_checks import measured, scored
from lab.training.checkpoints import Checkpoint
from lab.training.loop import TrainingInterruptedError, fit
from lab.training.predictions import prediction_table
from lab.training.rehearsal import rehearse


def main() -> None:
    """Train what is missing, fold after fold; stopped, it goes on where it was."""
    params, problem = read_params(), load_problem()
    if params.split.method == "time":
        why = "each but the last would train on what happened after its test"
        raise UserError(f"params.yaml: split.method is time, so there are no folds: {why}")
    if not VALIDATION.is_file():
        raise UserError("there are no data yet: run `uv run dvc repro split`, which prepares them for training")
    for method in params.methods:
        check_options(load_method(method), params.options(method), f"params.yaml: methods.{method}")
    examples, validation = read_table(EXAMPLES, "id", "sha256"), read_json(VALIDATION, "near_duplicates")
    known, rehearsed = current(params), set[str]()
    for fold in range(params.split.folds):
        waiting = [name for name in params.methods if (name, fold) not in known]
        if waiting:
            ids = parts(examples, validation, params, problem, fold)
            examples_of = loaded(problem, RAW, ids)
            for method in waiting:
                if method not in rehearsed:
                    rehearse(method, params, problem, examples_of, ids)
                    rehearsed.add(method)
                scores = train(method, fold, params, problem, examples_of, ids)
                note(Fold(method, fold, params.split.folds, of_fold(params, method, fold, collected_digest()), scores))
                first = problem.metrics[0]
                value = with_unit(number(scores[first.name], first.digits), first.unit)
                place = {"fold": fold + 1, "folds": params.split.folds}
                tell("folds.trained", method=method, metric=called(first), value=value, **place)
    for line in told(params, problem):
        print(line)
    tell("folds.next", path=FOLDS.as_posix())


def parts(
    examples: pd.DataFrame, validation: Validation, params: Params, problem: Problem, fold: int
) -> dict[str, list[str]]:
    """The ids of each split of one fold."""
    where = split(examples, params.split, problem.stratify, validation["near_duplicates"], fold)
    return {str(name): rows["id"].tolist() for name, rows in examples.groupby(where.to_numpy())}


def train(
    method: str, fold: int, params: Params, problem: Problem, examples: dict, ids: dict[str, list[str]]
) -> dict[str, float]:
    """The scores on the test part; the epoch is chosen on the validation part, as in every training."""
    settings, seed = params.training(method), params.seeds[0]
    checkpoint = Checkpoint(HOME / "folds" / f"{method}-{fold}.pt", of_fold(params, method, fold, collected_digest()))
    try:
        fitted = fit(load_method(method), params.options(method), examples, settings, seed, checkpoint, lambda _: None)
        tested = {"test": examples["test"]}
        table = prediction_table(fitted.method, tested, ids, problem.targets, settings, fitted.processes.hardware)
        check_finite(fitted.method, table, problem.targets)
        scores = scored(problem, measured(problem, table))
        check_scores(scores, problem.metrics[:1], f"{method}, fold {fold + 1}")
    except TrainingInterruptedError as reason:
        raise UserError(f"{method}, fold {fold + 1}: {reason}; `uv run lab folds` continues from there") from None
    except Exception as error:
        if (found := error if isinstance(error, UserError) else in_team_code(error)) is None:
            raise
        raise UserError(f"{method}, fold {fold + 1}: {found}") from None
    checkpoint.remove()
    return {name: value for name, value in scores.items() if math.isfinite(value)}  # a fold may lack a rare class


def told(params: Params, problem: Problem) -> list[str]:
    """For each method the mean and spread over the folds, and its difference from the baseline."""
    metric, lines = problem.metrics[0], []
    found = over_folds(params, metric.name)
    unit, digits = metric.unit, metric.digits
    if metric.of_target:
        unit, digits = params.data.unit, decimals(found["baseline"].mean)
    for method, one in found.items():
        spread = f"{number(one.mean, digits)} ± {number(one.std, digits)}"
        value, folds = with_unit(spread, unit), params.split.folds
        line = said("folds.over", method=method, metric=called(metric), value=value, folds=folds)
        if one.difference is not None:
            shift, reach = number(one.difference, digits, signed=True), interval(one.interval, digits)
            line = said("folds.against", line=line, difference=shift, interval=reach)
        lines.append(line)
    return lines
