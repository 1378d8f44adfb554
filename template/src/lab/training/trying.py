"""``uv run lab try novel``: does the method learn, and how long will it take? Nothing in ``runs/`` is touched."""

from __future__ import annotations

import math
import tempfile
import time
from itertools import chain
from pathlib import Path

from torch import Tensor
from torch.utils.data import Dataset

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
        say("loss before training", f"{start:.4g} in training's first batch{theory(trial)}")
    failed = []
    if trial.has_own_step:
        say("learns by heart", "not tried: what a train_step returns need not fall")
    else:
        found = memory(trial, HEART_SECONDS)
        fall = f"loss {found.first:.4g} -> {found.lowest:.4g} in {found.steps} steps with the same 8 examples"
        failed += verdict("learns by heart", "" if found.succeeded else f"{fall}, not below {found.aim:.0%}", fall)
    failed += verdict("every parameter learns", ", ".join(idle_parameters(trial)), "each has a gradient and moves")
    worst = dependent_answers(trial)
    mixed = ", ".join(f"{column} changes by {by:.3g}" for column, by in worst.items())
    failed += verdict("answers are independent", mixed, "an example's answer does not depend on the rest of its batch")
    hardware = trial.trained.processes.hardware
    if hardware.device.type == "cpu":
        stopped = "others than without a stop: what it keeps from step to step must be a parameter or a buffer"
        changed = stopped if changed_by_a_stop(trial) else ""
        failed += verdict("continues after a stop", changed, "to the same weights as without one")
    else:
        say(
            "continues after a stop",
            "not tried: a GPU may not repeat itself bit for bit; `uv run pytest` tries it",
        )
    speed, memory_used = trial.settings.batch_size / steps, peak_memory(hardware.device) / 1e9
    say("speed", f"{speed:,.0f} examples/s, {1000 * steps:.3g} ms a step, {memory_used:.1f} GB of memory")
    seeds, epochs = trial.params.seeds, trial.settings.epochs
    number = len(shuffled(count(trial.examples["train"]), trial.settings.batch_size, 0, 0))
    total = len(seeds) * (epochs * number * steps + rest)
    say("whole training", f"{span(total)} on this machine; seeds: {len(seeds)}, epochs: {epochs} of {number} steps")
    if failed:
        raise UserError(f"{trial.name}: {', '.join(failed)}: no. Fix that before you train it")
    print(f"{trial.name} is ready to be trained: `uv run dvc repro`, or `uv run lab try {trial.name} --seed 0` first")


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
            told.append(f"ln {len(shares)} = {math.log(len(shares)):.4g} for the cross-entropy of {name}")
        elif value.is_floating_point():
            told.append(f"{value.var().item():.4g} for the squared error of {name} (1 if it is standardised)")
    return f"; a guess gives {' or '.join(told)}" if told else ""


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
    print(f"{name}, seed {seed}: {span(fitted.seconds)}, {len(fitted.history)} epochs, of which epoch", end=" ")
    print(f"{fitted.best_epoch} is kept; on the {len(table)} validation examples, by which it was chosen:")
    for metric in problem.metrics:
        print(f"  {metric.name} {found[metric.name]:.{metric.digits}f} {metric.unit}".rstrip())


def say(what: str, text: str) -> None:
    print(f"{what:<24} {text}", flush=True)


def verdict(what: str, fault: str, fine: str) -> list[str]:
    """Print a check; return its name if it found a ``fault``."""
    say(what, f"no: {fault}" if fault else f"yes: {fine}")
    return [what] if fault else []


def span(seconds: float) -> str:
    """A time as a person says it."""
    if seconds < 90:
        return f"about {seconds:.0f} s"
    return f"about {seconds / 60:.0f} min" if seconds < 5400 else f"about {seconds / 3600:.1f} h"
