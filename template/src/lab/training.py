"""The training loop. Read it top to bottom: everything that happens to the weights happens in ``fit``."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from accelerate import Accelerator
from torch import Tensor
from tqdm import tqdm

from lab.batches import batches, count, resident, shuffled
from lab.checkpoints import Checkpoint, restore, snapshot
from lab.contract import Batch, Examples, Method
from lab.devices import accelerator, repeatable
from lab.distributed import GO_ON, SAVE, STOP, Strategy, Team, check_shares
from lab.errors import UserError
from lab.evaluation import add, means, validate
from lab.optimizers import learning_rate_factor
from lab.settings import TrainSettings
from lab.sharding import load_weights, weights
from lab.signals import stop_signals

Row = dict[str, float]
"""One epoch: ``epoch``, ``step``, ``learning_rate``, and ``train_…`` and ``validation_…`` scalars."""


class TrainingInterruptedError(Exception):
    """A signal asked to stop; the checkpoint holds everything up to the last step."""


@dataclass
class Fitted:
    """A trained method, its weights those of ``best_epoch``, and what training it took."""

    method: Method
    hardware: Accelerator
    team: Team
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
    repeatable(seed)
    method = method_class(examples["train"], **options)
    own_step = getattr(method, "train_step", None)
    if own_step and settings.accumulate > 1:
        raise UserError(f"params.yaml: train.accumulate: {method_class.__name__} has its own train_step: set it to 1")
    hardware = accelerator(settings, settings.accumulate)
    device, team = hardware.device, Team(hardware, strategy)
    check_shares(settings, count(examples["train"]), team.size)
    if team.rank:
        repeatable(seed + 1_000_003 * team.rank)  # the same weights as the main process, but noise of its own
    train, validation = resident(examples["train"], device), resident(examples["validation"], device)
    method.to(device)
    if settings.compile:
        torch.use_deterministic_algorithms(True, warn_only=True)  # what the compiler makes, too
        method.compile()
    model = team.wrap(method, own_step is not None)
    # Not `hardware.prepare_optimizer`: in each step its wrapper looks on the disk for packages that nobody has.
    optimizers, scaler = method.configure_optimizers(settings), hardware.scaler
    steps_per_epoch = len(shuffled(count(train), settings.batch_size, seed, epoch=0))
    factor = learning_rate_factor(settings.schedule, settings.warmup, settings.epochs * steps_per_epoch)
    schedules = [torch.optim.lr_scheduler.LambdaLR(optimizer, factor) for optimizer in optimizers.values()]

    def update(loss: Tensor, name: str = "main") -> None:
        """One step of one optimizer down the gradient of ``loss``."""
        optimizer = optimizers[name]
        optimizer.zero_grad()
        with torch.autocast(device.type, enabled=False):
            hardware.backward(loss)
        team.average_gradients(optimizer)
        advance(name)

    def advance(name: str) -> None:
        """One step of one optimizer. Gradients in fp16 come scaled, for small ones would be 0."""
        optimizer = optimizers[name]
        if settings.clip:
            if scaler:
                scaler.unscale_(optimizer)
            parameters = [value for group in optimizer.param_groups for value in group["params"]]
            torch.nn.utils.clip_grad_norm_(parameters, settings.clip)
        if scaler:
            scaler.step(optimizer)  # none, if a gradient is not finite: then the scale was too large
            scaler.update()
        else:
            optimizer.step()
        optimizer.zero_grad()

    def learn(batch: Batch) -> dict[str, Tensor]:
        """One step of the method: its own, or that of its loss, in ``accumulate`` parts if memory is short."""
        if own_step:
            with hardware.autocast():
                return own_step(batch, update)
        parts = _parts(batch, settings.accumulate)
        sums: dict[str, Tensor] = {}
        for part in parts:
            with hardware.accumulate(model):
                with hardware.autocast():
                    measured = model(part)
                hardware.backward(measured["loss"])
            add(sums, measured, 1 / len(parts))
        advance("main")
        return sums

    trained = (team, method, list(optimizers.values()), schedules)
    begin()
    team.main_says(True)  # no process reads a checkpoint that the main one is about to set aside
    state = checkpoint.load() or {}
    history: list[Row] = state.get("history", [])
    best: Any = state.get("best")
    first_epoch, first_step = place = state.get("epoch", 0), state.get("step", 0)
    team.check_same(place)
    sums = restore(state, *trained) if state else {}
    started = saved_at = shown_at = time.perf_counter()
    learning, spent = state.get("learning", 0.0), state.get("seconds", 0.0)

    def save(epoch: int, step: int) -> None:
        nonlocal saved_at
        progress = {"epoch": epoch, "step": step, "history": history, "best": best}
        times = {"seconds": spent + time.perf_counter() - started, "learning": learning}
        whole = snapshot(*trained, sums) | progress | times
        if team.main:
            checkpoint.save(whole)
        saved_at = time.perf_counter()

    silent = None if team.main else True  # None: where there is no terminal
    with stop_signals() as stop, tqdm(total=settings.epochs * steps_per_epoch, unit="step", disable=silent) as bar:
        bar.update(first_epoch * steps_per_epoch + first_step)
        for epoch in range(first_epoch, settings.epochs):
            if finished(history, best, settings.patience):
                break
            method.train()
            began = time.perf_counter()
            plan = shuffled(count(train), settings.batch_size, seed, epoch)
            rows, draws = team.cut(plan[first_step:]), seed + epoch + 1_000_003 * team.rank
            loaded = batches(train, rows, device, settings.workers, draws)
            for step, batch in enumerate(loaded, start=first_step + 1):
                add(sums, learn(batch))
                for schedule in schedules:
                    schedule.step()
                bar.update()
                now = time.perf_counter()
                # Reading the loss waits for the device: once a second costs nothing.
                if team.main and now - shown_at > 1:
                    shown_at = now
                    measured = means(sums, step, check=team.alone)  # several fail together, at the end of the epoch
                    shown = {name: f"{mean:.4g}" for name, mean in measured.items()}
                    bar.set_postfix({"epoch": epoch + 1} | shown)
                due = now - saved_at > 60 * settings.checkpoint_minutes
                agreed = team.agree(STOP if stop else SAVE if due else GO_ON)
                if agreed:
                    learning += time.perf_counter() - began
                    save(epoch, step)
                    if agreed == STOP:
                        raise TrainingInterruptedError(f"stopped in epoch {epoch + 1}")
                    began = time.perf_counter()
            row: Row = {"epoch": epoch + 1, "step": (epoch + 1) * steps_per_epoch}
            row |= {f"train_{name}": mean for name, mean in means(team.total(sums), len(plan) * team.size).items()}
            learning += time.perf_counter() - began
            validated = validate(method, validation, settings, hardware, team, seed)
            row |= {f"validation_{name}": mean for name, mean in validated.items()}
            row["learning_rate"] = float(schedules[0].get_last_lr()[0])
            history.append(row)
            loss = row.get("validation_loss")
            if best is None or loss is None or loss < best["loss"]:
                best = {"epoch": epoch + 1, "loss": loss, "weights": weights(method)}
            sums, first_step = {}, 0
            # Short epochs: a kill costs a second of work at most.
            if team.main_says(time.perf_counter() - saved_at > 1):
                save(epoch + 1, 0)
            if team.main:
                report(history)

    load_weights(method, best["weights"])
    seconds = spent + time.perf_counter() - started
    seen = history[-1]["step"] * min(settings.batch_size, count(train))
    return Fitted(method, hardware, team, history, best["epoch"], seconds, seen / learning)


def finished(history: list[Row], best: dict[str, Any] | None, patience: int) -> bool:
    """Whether the last ``patience`` epochs brought no better validation loss."""
    return bool(patience and best and len(history) - best["epoch"] >= patience)


def _parts(batch: Batch, number: int) -> list[Batch]:
    if number == 1:
        return [batch]
    names, chunks = list(batch), zip(*(value.chunk(number) for value in batch.values()), strict=True)
    return [dict(zip(names, chunk, strict=True)) for chunk in chunks]
