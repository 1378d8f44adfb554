"""A worker: trains one trial after the other until there are enough. ``python -m lab.tuning <method> <trials> …``."""

from __future__ import annotations

import math
import os
from argparse import ArgumentParser

from lab.errors import UserError, run
from lab.scaling.signals import stop_with_parent
from lab.settings import read_params

FAILURES = 3
"""Trials that may fail before any succeeds: then it is not the settings that are wrong."""


def main() -> None:
    """What ``lab tune`` starts, as often as it has workers."""
    parser = ArgumentParser(prog="lab.tuning")
    parser.add_argument("method")
    parser.add_argument("trials", type=int)
    parser.add_argument("--study", required=True)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--number", type=int, default=0, help="of this worker, for its own random numbers")
    given = parser.parse_args()
    stop_with_parent()
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = str(given.threads)  # NumPy reads these when it is imported
    work(given.method, given.trials, given.study, given.threads, given.number)


def work(method: str, most: int, fingerprint: str, threads: int, number: int) -> None:
    """Train trials until there are ``most``, those of all workers counted."""
    from lab.console import called, localised, said, tell
    from lab.paths import RAW
    from lab.team_code.example_checks import loaded
    from lab.team_code.loading import load_problem
    from lab.training.loop import TrainingInterruptedError
    from lab.training.rehearsal import rehearse
    from lab.training.run import read_splits
    from lab.tuning import space, study, trial

    params, problem, ids = read_params(), load_problem(), read_splits()
    examples = loaded(problem, RAW, ids)
    rehearse(method, params, problem, examples, ids)
    examples = {split: examples[split] for split in ("train", "validation")}  # nothing is chosen by the test split
    metric, folder = problem.metrics[0], study.folder_of(method, fingerprint)
    opened = study.open_study(folder, metric.higher_is_better, params.tune.seed + number)
    ranges = space.distributions(params.tune.space(method))
    tuned = trial.Tuned(method, params, problem, examples, ids, fingerprint, threads)
    failures = 0
    while claim := study.next_trial(opened, folder, ranges, most):
        error: BaseException | None = None
        value = math.nan
        try:
            try:
                value = trial.train(claim, tuned)
            except TrainingInterruptedError as reason:
                raise UserError(f"{method}: {reason}; `uv run lab tune {method}` goes on from there") from None
            except (trial.CutOffError, UserError) as reason:
                error = reason
            if error is None and not math.isfinite(value):
                error = UserError(f"{metric.name} is {value}")
            opened.tell(claim.trial, None if error else value, trial.state_of(error), skip_if_finished=True)
        finally:
            claim.release()  # only now: a trial that is not over and has no lock is one that somebody left
        best = study.best(opened)
        so_far = said("tune.so_far", value=f"{best.value:.{metric.digits}f}", number=best.number) if best else ""
        result = f"{called(metric)} {value:.{metric.digits}f}" if error is None else said("tune.cut_off")
        result = said("tune.failed", reason=localised(error)) if isinstance(error, UserError) else result
        tried = trial.told(space.rounded(claim.trial.params))
        number = claim.trial.number
        tell("tune.trial", method=method, number=number, result=result, so_far=so_far, settings=tried)
        failures = failures + 1 if isinstance(error, UserError) else 0
        if isinstance(error, UserError) and failures >= FAILURES and best is None:
            raise UserError(f"{method}: {failures} trials in a row failed: {error}")


if __name__ == "__main__":
    run(main)
