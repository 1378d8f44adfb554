"""``uv run lab tune novel``: search settings by validation data, in this process, in several, or in Slurm jobs."""

from __future__ import annotations

import sys
import time

from optuna.study import Study
from optuna.trial import FrozenTrial

from lab.console import called, said, tell
from lab.data.raw_files import collected_digest
from lab.errors import UserError
from lab.paths import SPLITS, TRIALS
from lab.runs import only_trainer
from lab.scaling.signals import end, start, stop_signals
from lab.scaling.slurm import run_in_jobs
from lab.settings import Params, read_params
from lab.team_code.loading import load_problem
from lab.tracking.follower import Follower
from lab.tuning import study as studies
from lab.tuning.applying import apply
from lab.tuning.counts import Count, note, trials_by_method
from lab.tuning.space import fingerprint, rounded, space_of
from lab.tuning.trial import told

COUNT_SECONDS = 10.0
"""How often trials are counted while they go on."""


def main(method: str | None, every: bool, workers: int, trials: int | None, applied: bool) -> None:
    """Tune a method, or all with the same number of trials; or write the best settings into params.yaml."""
    params = read_params()
    if not SPLITS.is_file():
        raise UserError("there are no data yet: run `uv run dvc repro split`, which takes them as far as training")
    if every == (method is not None):
        raise UserError("name a method, as in `uv run lab tune novel`, or all of them: `uv run lab tune --for all`")
    methods = list(params.methods) if every else [str(method)]
    for name in methods:
        space_of(params, name)  # all mistakes before any trial
    if workers < 1 or (trials is not None and trials < 1):
        raise UserError("--workers and --trials: 1 or more")
    for name in methods:
        if applied:
            write_best(params, name)
        else:
            tune(params, name, workers, trials or params.tune.trials)
    if len(params.methods) > 1 and not applied:
        tell_fairness(params)


def tune(params: Params, method: str, workers: int, most: int) -> None:
    """Begin or go on with the search for one method, until there are ``most`` trials."""
    mark = fingerprint(params, method, collected_digest())
    folder, metric = studies.folder_of(method, mark), load_problem().metrics[0]
    with only_trainer(folder.parent):
        studies.mend(folder)
        opened = studies.open_study(folder, metric.higher_is_better, params.tune.seed)
        before = len(studies.finished(opened))
        tell("tune.there", method=method, before=before, most=most, study=mark)
        problem: BaseException | None = None
        began = time.monotonic()
        if before < most:
            with Follower(folder):
                try:
                    work(params, method, most, mark, workers, opened)
                except (UserError, SystemExit) as error:
                    problem = error
        ended = count(method, mark, opened)
    best = studies.best(opened)
    if problem and (
        best is None or len(ended) < most
    ):  # one of several workers was killed, and the others did its part
        raise problem
    from lab.tuning.figures import draw  # matplotlib and SciPy

    for path in draw(method, opened, metric):
        tell("console.wrote", path=path.as_posix())
    seconds = f"{time.monotonic() - began:.0f}"
    tell("tune.ended", method=method, number=len(ended) - before, seconds=seconds, workers=workers)
    if best is None:
        raise UserError(f"{method}: no trial was trained to the end: see {folder.as_posix()}/*/run.json")
    value = f"{best.value:.{metric.digits}f}"
    tell("tune.best", method=method, number=best.number, metric=called(metric), value=value)
    print(f"    {told(rounded(best.params))}")
    tell("tune.apply", method=method)


def count(method: str, mark: str, opened: Study) -> list[FrozenTrial]:
    """Write down how many trials are over, and return them."""
    ended = studies.finished(opened)
    states = [trial.state.name for trial in ended]
    note(Count(method, mark, len(ended), states.count("PRUNED"), states.count("FAIL")))
    return ended


def work(params: Params, method: str, most: int, mark: str, workers: int, opened: Study) -> None:
    """Train trials until there are enough: each worker takes the next one from the same storage."""
    threads = max(1, params.training(method).threads // (1 if params.launch.slurm else workers))
    words = ["-m", "lab.tuning", method, str(most), "--study", mark, "--threads", str(threads)]
    commands = [[*words, "--number", str(number)] for number in range(workers)]
    on = f"`uv run lab tune {method}` goes on from there"
    stopped = f"{method}: stopped; {on}"
    if params.launch.slurm is not None:
        jobs = {f"tune-{method}-{number}": command for number, command in enumerate(commands)}
        if failed := run_in_jobs(jobs, params.launch, lambda number: stopped):
            raise UserError(f"{method}: {failed[0].failure()}; log: {failed[0].log.as_posix()}")
        return
    children = [start([sys.executable, *command]) for command in commands]
    counted = time.monotonic()
    with stop_signals() as stop:
        try:
            while any(child.poll() is None for child in children) and not stop:
                time.sleep(0.2)
                if time.monotonic() - counted > COUNT_SECONDS:  # whoever is killed has tried these all the same
                    count(method, mark, opened)
                    counted = time.monotonic()
        finally:
            end(children)
    if stop:
        raise UserError(stopped)
    codes = [child.returncode for child in children if child.returncode]
    if 1 in codes:
        raise SystemExit(1)  # that worker has said why
    if codes:
        hint = "if memory was short, take fewer workers or a smaller model"
        raise UserError(f"{method}: a worker ended with exit code {codes[0]}: {hint}; {on}")


def write_best(params: Params, method: str) -> None:
    mark = fingerprint(params, method, collected_digest())
    folder, metric = studies.folder_of(method, mark), load_problem().metrics[0]
    opened = studies.open_study(folder, metric.higher_is_better, params.tune.seed) if folder.is_dir() else None
    best = studies.best(opened) if opened else None
    if best is None:
        raise UserError(f"{method}: there is no trial of this code, data and ranges: run `uv run lab tune {method}`")
    if opened:
        count(method, mark, opened)
    for line in apply(method, rounded(best.params)) or [said("tune.same")]:
        print(f"params.yaml: {line.strip()}")
    tell("tune.applied", method=method)


def tell_fairness(params: Params) -> None:
    """Whether each method had as many trials."""
    found = trials_by_method()
    numbers = {name: found[name].trials if name in found else 0 for name in params.methods}
    if len(set(numbers.values())) > 1:
        told = said("results.list").join(f"{name} {number}" for name, number in numbers.items())
        tell("tune.unequal", numbers=told, path=TRIALS.as_posix())
