"""One trial: a method trained with other settings, and scored on the validation split. The test split is not there."""

from __future__ import annotations

import json
import os
import warnings
from dataclasses import dataclass
from pathlib import Path

import optuna

from lab.contract import Examples, Problem
from lab.errors import UserError, in_team_code, is_out_of_memory
from lab.files import read_json
from lab.kept_runs import read_record
from lab.paths import PROVENANCE
from lab.results import RunRecord, TrialRecord
from lab.runs import Run, git_state, now, versions, who
from lab.settings import Params
from lab.team_code.loading import load_method
from lab.team_code.method_checks import check_finite
from lab.team_code.problem_checks import measured, scored
from lab.training.checkpoints import Checkpoint
from lab.training.devices import device_name, hardware
from lab.training.loop import TrainingInterruptedError, fit
from lab.training.predictions import prediction_table
from lab.training.state import Row
from lab.tuning.space import Values, rounded, with_values
from lab.tuning.study import Claim


@dataclass(frozen=True)
class Tuned:
    """What all trials of a method share. ``examples`` has no test split."""

    method: str
    params: Params
    problem: Problem
    examples: dict[str, Examples]
    ids: dict[str, list[str]]
    study: str
    threads: int


class CutOffError(Exception):
    """The trial is worse than most were after as many epochs."""


def train(claim: Claim, tuned: Tuned) -> float:
    """Train the trial, or go on with it; return its mean score over the seeds.

    Raises:
        CutOffError: it was pruned.
        UserError: it failed; another trial may not.
        TrainingInterruptedError: it was asked to stop, and goes on when it is asked for again.
    """
    values = rounded(claim.trial.params)
    params = with_values(tuned.params, tuned.method, values)
    seeds = params.seeds[: params.tune.seeds]
    this = Run(tuned.method, seeds[0], claim.folder)
    scores = dict(read_record(claim.folder).get("trial", {}).get("scores", {}))  # of seeds that are done already
    trial: TrialRecord = {"number": claim.trial.number, "study": tuned.study, "tried": values, "scores": scores}
    about: RunRecord = {
        "parameters": params.training(tuned.method).model_dump() | params.options(tuned.method),
        "data_digest": read_json(PROVENANCE, "digest")["digest"],
        "member": who(),
        "versions": versions(),
        "trial": trial,
    }
    this.start(tuned.study, about | git_state())
    try:
        for seed in seeds:
            if str(seed) not in scores:
                scores[str(seed)] = _score(claim, tuned, params, seed, this, prune=seed == seeds[0])
                this.update(trial=trial)
    except TrainingInterruptedError as reason:
        this.update(status="interrupted", error=str(reason), finished=now())
        raise
    except CutOffError:
        this.update(status="finished", finished=now(), trial=trial | {"pruned": True})
        _tidy(claim.folder)
        raise
    except Exception as error:
        told = error if isinstance(error, UserError) else in_team_code(error)
        if told is None and is_out_of_memory(error):
            told = UserError("out of memory")
        this.update(status="failed", error=str(told or error), finished=now())
        _tidy(claim.folder)
        if told is None:
            raise
        raise told from None
    mean = sum(scores.values()) / len(scores)
    this.update(status="finished", finished=now(), trial=trial | {"pruned": False, "score": mean})
    _tidy(claim.folder)
    return mean


def _tidy(folder: Path) -> None:
    for path in folder.glob("checkpoint-*.pt"):
        path.unlink()


def _score(claim: Claim, tuned: Tuned, params: Params, seed: int, this: Run, prune: bool) -> float:
    """The primary metric on the validation split, of one training."""
    metric = tuned.problem.metrics[0]
    sign = -1.0 if metric.higher_is_better else 1.0
    parent = os.getppid()

    def watch(history: list[Row]) -> None:
        this.write_history(history)
        if os.getppid() != parent:  # whoever started this worker was killed
            raise TrainingInterruptedError("nobody waits for this trial any more")
        loss = history[-1].get("validation_loss")
        if prune and loss is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an epoch that was reported before a kill is reported again
                claim.trial.report(sign * loss, int(history[-1]["epoch"]))
            if claim.trial.should_prune():
                raise CutOffError

    settings = params.training(tuned.method).model_copy(update={"threads": tuned.threads})
    mark = json.dumps([tuned.study, settings.model_dump(exclude={"threads"})])
    checkpoint = Checkpoint(claim.folder / f"checkpoint-{seed}.pt", mark)
    fitted = fit(
        load_method(tuned.method),
        params.options(tuned.method),
        tuned.examples,
        settings,
        seed,
        checkpoint,
        watch,
    )
    used = fitted.processes.hardware
    this.record |= {
        "epochs": len(fitted.history),
        "best_epoch": fitted.best_epoch,
        "seconds": fitted.seconds,
        "examples_per_second": fitted.examples_per_second,
        "parameter_count": sum(value.numel() for value in fitted.method.parameters()),
        "device": device_name(used.device),
        "hardware": hardware(),
        "precision": used.mixed_precision.replace("no", "fp32"),
    }
    answers = {"validation": tuned.examples["validation"]}
    table = prediction_table(fitted.method, answers, tuned.ids, tuned.problem.targets, settings, used)
    check_finite(fitted.method, table, tuned.problem.targets)
    return scored(tuned.problem, measured(tuned.problem, table))[metric.name]


def told(values: Values) -> str:
    return ", ".join(f"{key.removeprefix('train.')} {value}" for key, value in values.items())


def state_of(error: BaseException | None) -> optuna.trial.TrialState:
    kinds = optuna.trial.TrialState
    return kinds.COMPLETE if error is None else kinds.PRUNED if isinstance(error, CutOffError) else kinds.FAIL
