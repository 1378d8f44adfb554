"""The training loop: epochs of steps, validation, and checkpoints. A step itself is in ``step.py``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from lab.contract import Examples, Method
from lab.errors import UserError
from lab.scaling.processes import GO_ON, SAVE, STOP, Processes, Strategy, check_shares
from lab.scaling.sharding import load_weights
from lab.scaling.signals import stop_signals
from lab.team_code.method_checks import built, check_scalars, optimizers_of
from lab.train_settings import TrainSettings
from lab.training.batches import batches, count, resident, shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.devices import accelerator, repeatable
from lab.training.evaluation import means, validate
from lab.training.optimizers import learning_rate_factor
from lab.training.progress import ProgressBar
from lab.training.state import Row, TrainingState
from lab.training.step import Step, add

ANOTHER_PROCESS = 1_000_003
"""Added to the seed of each further process: the same weights, but random draws of its own."""


class TrainingInterruptedError(Exception):
    """A signal asked to stop; the checkpoint holds everything up to the last step."""


@dataclass
class Fitted:
    """A trained method, its weights those of ``best_epoch``, and what training it took."""

    method: Method
    processes: Processes
    history: list[Row]
    best_epoch: int
    seconds: float
    examples_per_second: float


def fit(
    method_class: type[Method],
    options: dict[str, Any],
    examples: dict[str, Examples],
    settings: TrainSettings,
    seed: int,
    checkpoint: Checkpoint,
    report: Callable[[list[Row]], None],
    strategy: Strategy = "ddp",
    begin: Callable[[], None] = lambda: None,
) -> Fitted:
    """Train on ``examples["train"]``, choose the epoch on ``examples["validation"]``; continue from ``checkpoint``.

    ``begin`` is called when all is built, before the checkpoint is read and the first step is made.
    ``report`` receives all rows so far after each epoch. A continued run ends with the very weights of an
    uninterrupted one, on the CPU bit for bit. Several processes each call this, and share each batch.
    """
    repeatable(seed, settings.threads)
    method = built(method_class, examples["train"], options)
    processes = Processes(accelerator(settings, method), strategy)
    check(method, examples, settings, processes)
    device, draws = processes.hardware.device, seed + ANOTHER_PROCESS * processes.rank
    if processes.rank:
        repeatable(draws)
    train, validation = resident(examples["train"], device), resident(examples["validation"], device)
    method.to(device)
    if settings.compile:
        torch.use_deterministic_algorithms(True, warn_only=True)  # what the compiler makes, too
        method.compile()
    model = processes.wrap(method, hasattr(method, "train_step"))
    # Not `hardware.prepare_optimizer`: in each step its wrapper looks on the disk for packages that are rarely there.
    optimizers = optimizers_of(method, settings)
    steps_per_epoch = len(shuffled(count(train), settings.batch_size, seed, epoch=0))
    factor = learning_rate_factor(settings.schedule, settings.warmup, settings.epochs * steps_per_epoch)
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, factor) for optimizer in optimizers.values()]
    state = TrainingState(processes, method, optimizers, schedules)
    begin()
    processes.main_says(True)  # no process reads a checkpoint that the main one is about to set aside
    saved = checkpoint.load()
    processes.check_same((saved["epoch"], saved["step"]) if saved else None)
    if saved:
        state.restore(saved)
    step = Step(method, model, optimizers, processes, settings)
    saved_at = time.perf_counter()

    def save() -> float:
        """Write the checkpoint; return when that was."""
        whole = state.saved()
        if processes.main:
            checkpoint.save(whole)
        return time.perf_counter()

    with stop_signals() as stop, ProgressBar(state, steps_per_epoch, settings.epochs) as bar:
        while not state.is_over(settings.epochs, settings.patience):
            method.train()
            began = time.perf_counter()
            plan = shuffled(count(train), settings.batch_size, seed, state.epoch)
            rows = processes.cut(plan[state.step :])
            drawn = draws * 1_000_003 + state.epoch
            for batch in batches(train, rows, device, settings.workers, drawn, first=state.step):
                measured = step(batch)
                if measured.keys() != state.sums.keys():  # once an epoch, if all is well: more would cost time
                    check_scalars(step.own_step or method.loss, measured, before=state.sums)
                add(state.sums, measured)
                for schedule in schedules:
                    schedule.step()
                state.step += 1
                bar.advance()
                due = time.perf_counter() - saved_at > 60 * settings.checkpoint_minutes
                agreed = processes.agree(STOP if stop else SAVE if due else GO_ON)
                if agreed:
                    state.learning_seconds += time.perf_counter() - began
                    saved_at = began = save()
                    if agreed == STOP:
                        raise TrainingInterruptedError(f"stopped in epoch {state.epoch + 1}")
            row: Row = {"epoch": state.epoch + 1, "step": (state.epoch + 1) * steps_per_epoch}
            trained = means(processes.total(state.sums), len(plan) * processes.size)
            state.learning_seconds += time.perf_counter() - began
            validated = validate(method, validation, settings, processes, seed)
            row |= {f"train_{name}": mean for name, mean in trained.items()}
            row |= {f"validation_{name}": mean for name, mean in validated.items()}
            row["learning_rate"] = float(schedules[0].get_last_lr()[0])
            state.history.append(row)
            state.keep_best(row)
            state.epoch, state.step, state.sums = state.epoch + 1, 0, {}
            if processes.main_says(time.perf_counter() - saved_at > 1):  # a kill costs a second of short epochs at most
                saved_at = save()
            if processes.main:
                report(state.history)

    load_weights(method, state.best["weights"])
    seen = state.history[-1]["step"] * min(settings.batch_size, count(train))
    speed = seen / state.learning_seconds
    return Fitted(method, processes, state.history, state.best["epoch"], state.count_seconds(), speed)


def check(method: Method, examples: dict[str, Examples], settings: TrainSettings, processes: Processes) -> None:
    """Raise a ``UserError`` if method, settings and processes do not go together."""
    if hasattr(method, "train_step") and settings.accumulate > 1:
        name = type(method).__name__
        raise UserError(f"params.yaml: train.accumulate: {name} has its own train_step: set it to 1")
    if hasattr(method, "train_step") and settings.compile:
        name, mend = type(method).__name__, "set it to false, and let its __init__ call .compile() of its networks"
        raise UserError(f"params.yaml: train.compile: {name} has its own train_step, which nothing compiles: {mend}")
    check_shares(settings, count(examples["train"]), processes.size)
