"""``uv run lab try novel``: does the method learn, and how long will it take? Nothing in ``runs/`` is touched."""

from __future__ import annotations

import math
import tempfile
import time
from itertools import chain
from pathlib import Path

from torch import Tensor
from torch.utils.data import Dataset

from lab.console import called, padded, said
from lab.contract import Examples, Problem
from lab.errors import UserError
from lab.paths import RAW, SPLITS
from lab.scaling.processes import Processes
from lab.settings import Params, read_params
from lab.team_code.example_checks import loaded
from lab.team_code.loading import load_method, load_problem
from lab.team_code.method_checks import optimizers_of
from lab.team_code.problem_checks import measured, scored
from lab.training.batches import batches, count, shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.devices import peak_memory
from lab.training.evaluation import validate
from lab.training.loop import TrainingInterruptedError, fit
from lab.training.predictions import predict, prediction_table
from lab.training.rehearsal import first_batches, learn_once, rehearse, untrained
from lab.training.run import read_splits
from lab.training.sanity import changed_by_a_stop, dependent_answers, idle_parameters, memory
from lab.training.step import Step
from lab.training.trial import Trial

HEART_SECONDS = 20
"""How long a few examples may take to be learned by heart."""
TIMED_SECONDS = 3
"""How long steps are timed."""
REPEATED = 3
"""How often all examples are seen for that, if they are few: a single step cannot be timed."""


def main(name: str, seed: int | None) -> None:
    """Try a method of params.yaml: for a minute, or one seed whole."""
    params, problem = read_params(), load_problem()
    if name not in params.methods:
        raise UserError(f"params.yaml has no method {name!r}: it has {', '.join(params.methods)}")
    if not SPLITS.is_file():
        raise UserError("there are no data yet: run `uv run dvc repro split`, which prepares them for training")
    ids = read_splits()
    examples = loaded(problem, RAW, ids)
    rehearse(name, params, problem, examples, ids)
    tested = count(examples.pop("test"))  # what is chosen here must not be chosen by the test split
    with tempfile.TemporaryDirectory() as folder:
        if seed is None:
            settings = params.training(name).model_copy(update={"compile": False, "workers": 0})
            look(Trial(name, params, problem, examples, settings, Path(folder)), tested)
        else:
            train_whole(name, seed, params, problem, examples, ids, Path(folder))


def look(trial: Trial, tested: int) -> None:
    """Run the checks and time a few steps.

    Raises:
        UserError: a check failed.
    """
    start, steps, rest = pace(trial, tested)
    if start is not None:
        tell("loss_before", said("try.first_batch", loss=f"{start:.4g}", guess=theory(trial)))
    failed = []
    if trial.has_own_step:
        tell("by_heart", said("try.by_heart_not_tried"))
    else:
        found = memory(trial, HEART_SECONDS)
        first, lowest = (f"{loss:.4g}" for loss in (found.first, found.lowest))
        fall = said("try.fall", first=first, lowest=lowest, steps=found.steps)
        failed += verdict(
            "by_heart", "" if found.succeeded else said("try.no_fall", fall=fall, aim=f"{found.aim:.0%}"), fall
        )
    between = said("try.list")
    failed += verdict("all_learn", between.join(idle_parameters(trial)), said("try.all_learn_fine"))
    worst = dependent_answers(trial)
    mixed = [said("try.dependent", column=column, by=f"{by:.3g}") for column, by in worst.items()]
    failed += verdict("independent", between.join(mixed), said("try.independent_fine"))
    hardware = trial.trained.processes.hardware
    if hardware.device.type == "cpu":
        changed = said("try.continues_other") if changed_by_a_stop(trial) else ""
        failed += verdict("continues", changed, said("try.continues_fine"))
    else:
        tell("continues", said("try.continues_not_tried"))
    speed, memory_used = f"{trial.settings.batch_size / steps:,.0f}", f"{peak_memory(hardware.device) / 1e9:.1f}"
    tell("speed", said("try.speed_found", speed=speed, step=f"{1000 * steps:.3g}", memory=memory_used))
    seeds, epochs = trial.params.seeds, trial.settings.epochs
    number = len(shuffled(count(trial.examples["train"]), trial.settings.batch_size, 0, 0))
    total = len(seeds) * (epochs * number * steps + rest)
    tell("whole", said("try.whole_found", time=span(total), seeds=len(seeds), epochs=epochs, steps=number))
    if failed:
        raise UserError(said("try.failed", method=trial.name, checks=between.join(failed)))
    print(said("try.ready", method=trial.name))


def pace(trial: Trial, tested: int) -> tuple[float | None, float, float]:
    """The loss before training, seconds for a step, and seconds of a seed for validating and predicting."""
    settings, train, validation = trial.settings, trial.examples["train"], trial.examples["validation"]
    method, hardware = untrained(trial.name, trial.params, trial.examples, settings)
    batch = next(first_batches(train, settings, 0, hardware))
    measured_first = learn_once(method, batch, settings, hardware)
    start = None if trial.has_own_step else measured_first["loss"].item()
    processes = Processes(hardware, "ddp")
    step = Step(method, method, optimizers_of(method, settings), processes, settings)
    method.train()
    plan = shuffled(count(train), settings.batch_size, 0, 0)
    taken, began = 0, time.perf_counter()
    for batch in chain.from_iterable(batches(train, plan, hardware.device) for _ in range(REPEATED)):
        scalars = step(batch)
        if taken == 0:  # the first is slower than all others
            began = time.perf_counter()
        taken += 1
        if time.perf_counter() - began > TIMED_SECONDS:
            break
    wait_for(scalars)
    steps = (time.perf_counter() - began) / max(1, taken - 1)
    few = trial.some("validation", settings.batch_size)
    began = time.perf_counter()
    validate(method, few, settings, processes, 0)
    validated = time.perf_counter()
    predict(method, few, trial.problem.targets, settings, hardware)
    predicted = time.perf_counter()
    size, shown = count(validation), count(few)
    rest = settings.epochs * size * (validated - began) / shown + (size + tested) * (predicted - validated) / shown
    return start, steps, rest


def wait_for(scalars: dict[str, Tensor]) -> None:
    """Until the device has computed them."""
    for value in scalars.values():
        value.item()


def theory(trial: Trial) -> str:
    """The loss of a model that knows only the targets, for the two usual losses."""
    train: Examples = trial.examples["train"]
    told: list[str] = []
    if isinstance(train, Dataset):
        return ""
    for name in trial.problem.targets:
        value = train[name]
        if value.ndim != 1:
            continue
        shares = value.unique(return_counts=True)[1] / len(value)
        if len(shares) <= 100:
            loss = f"{math.log(len(shares)):.4g}"
            told.append(said("try.guess_class", classes=len(shares), loss=loss, name=name))
        elif value.is_floating_point():
            told.append(said("try.guess_number", loss=f"{value.var().item():.4g}", name=name))
    return said("try.guess", losses=said("try.or").join(told)) if told else ""


def train_whole(
    name: str,
    seed: int,
    params: Params,
    problem: Problem,
    examples: dict[str, Examples],
    ids: dict[str, list[str]],
    folder: Path,
) -> None:
    """Train one seed, and print what it scores on the validation split."""
    settings = params.training(name)
    checkpoint = Checkpoint(folder / "checkpoint.pt", fingerprint="try")
    try:
        fitted = fit(load_method(name), params.options(name), examples, settings, seed, checkpoint, lambda _: None)
    except TrainingInterruptedError as reason:
        raise UserError(f"{name}, seed {seed}: {reason}: nothing of it is kept") from None
    answers = {"validation": examples["validation"]}
    table = prediction_table(fitted.method, answers, ids, problem.targets, settings, fitted.processes.hardware)
    found = scored(problem, measured(problem, table))
    epochs, best = len(fitted.history), fitted.best_epoch
    print(
        said("try.seed", method=name, seed=seed, time=span(fitted.seconds), epochs=epochs, best=best, rows=len(table))
    )
    for metric in problem.metrics:
        print(f"  {called(metric)} {found[metric.name]:.{metric.digits}f} {metric.unit}".rstrip())


def tell(check: str, text: str) -> None:
    """Print what a check, named as in the table of words, came to."""
    print(f"{padded(said(f'try.{check}'), 24)} {text}", flush=True)


def verdict(check: str, fault: str, fine: str) -> list[str]:
    """Print a check; return what it is called if it found a ``fault``."""
    tell(check, said("try.no", text=fault) if fault else said("try.yes", text=fine))
    return [said(f"try.{check}")] if fault else []


def span(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 90:
        return said("try.seconds", number=f"{seconds:.0f}")
    if seconds < 5400:
        return said("try.minutes", number=f"{seconds / 60:.0f}")
    return said("try.hours", number=f"{seconds / 3600:.1f}")
