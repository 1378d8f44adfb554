"""Before a training: everything that it and the comparison will ask of the team's code, once, with an untrained method.

A mistake in ``predict`` or ``figures`` is found in a second, not after all seeds. Nothing that is made here is kept.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterator
from difflib import get_close_matches

import numpy as np
import pandas as pd
import torch
from accelerate import Accelerator
from torch import Tensor

from lab.console import said
from lab.contract import Examples, Method, Problem
from lab.errors import UserError, ask
from lab.files import read_json, sha256, write_json
from lab.fingerprint import digest
from lab.paths import HOME
from lab.settings import Params, read_project
from lab.team_code.loading import load_method
from lab.team_code.method_checks import built, check_scalars, check_update, optimizers_of
from lab.team_code.problem_checks import drawn, measured, scored
from lab.train_settings import TrainSettings
from lab.training.batches import batches, count, in_order, shuffled, take
from lab.training.devices import accelerator, repeatable
from lab.training.predictions import prediction_table
from lab.training.random_state import random_state, set_random_state

FEW = 8
"""Examples to validate and to predict: an agent plays a game for each."""
JUDGED = 64
"""Predictions to score and to draw."""
REHEARSED = HOME / "rehearsed.json"
"""What was scored and drawn already: digests of that code and of the form of the predictions."""
REMEMBERED = 20
"""Of these digests, the last ones."""


def rehearse(name: str, params: Params, problem: Problem, examples: dict[str, Examples], ids: dict) -> None:
    """Raise a ``UserError`` if the method's or the problem's code fails, or returns what the contract forbids."""
    before = random_state()
    try:
        # One thread: several wait for each other while MLflow starts.
        settings, seed = params.training(name).model_copy(update={"threads": 1}), params.seeds[0]
        method, hardware = untrained(name, params, examples, settings)
        learn_once(method, next(first_batches(examples["train"], settings, seed, hardware)), settings, hardware)
        kept = kept_epoch(validate_once(method, examples["validation"], settings, hardware))
        print(said("try.rehearsed", method=name, kept=kept))
        few = predictions(method, {"test": examples["test"]}, ids, FEW, problem, settings, hardware)
        form = [(column, str(few[column].dtype), np.shape(few[column].iloc[0])) for column in few]
        team = f"lab.tasks.{read_project().task}.problem"
        code = digest(*[(team, each) for each in ("metrics", "measure", "score", "figures")])
        key, known = sha256(repr((code, form)).encode()), read_json(REHEARSED) if REHEARSED.is_file() else []
        if key not in known and judge(name, params, problem, examples, ids):
            write_json(REHEARSED, [*known, key][-REMEMBERED:])
    finally:
        set_random_state(before)
        if torch.cuda.is_initialized():
            torch.cuda.reset_peak_memory_stats()  # the training's own peak is what counts


def untrained(
    name: str, params: Params, examples: dict[str, Examples], settings: TrainSettings
) -> tuple[Method, Accelerator]:
    """The method as training begins with it, on its device."""
    repeatable(params.seeds[0], settings.threads)
    method = built(load_method(name), examples["train"], params.options(name))
    hardware = accelerator(settings, method)
    return method.to(hardware.device), hardware


def first_batches(
    examples: Examples, settings: TrainSettings, seed: int, hardware: Accelerator
) -> Iterator[dict[str, Tensor]]:
    """Batches of the size that one process learns from at once."""
    size = settings.batch_size // (settings.accumulate * int(os.environ.get("WORLD_SIZE", "1")))
    plan = [rows[: max(1, size)] for rows in shuffled(count(examples), settings.batch_size, seed, epoch=0)]
    return batches(examples, plan, hardware.device)


def learn_once(method: Method, batch: dict[str, Tensor], settings: TrainSettings, hardware: Accelerator) -> dict:
    """One step, as plain as can be. Returns the method's scalars."""
    method.train()
    optimizers = optimizers_of(method, settings)

    def update(loss: Tensor, optimizer: str = "main") -> None:
        check_update(loss, optimizer, optimizers)
        optimizers[optimizer].zero_grad()
        with torch.autocast(hardware.device.type, enabled=False):
            loss.backward()
        optimizers[optimizer].step()

    own_step = getattr(method, "train_step", None)
    with hardware.autocast():
        measured = ask(own_step, batch, update) if own_step else ask(method.loss, batch)
    check_scalars(own_step or method.loss, measured, learns=own_step is None)
    if own_step is None:
        ask(measured["loss"].backward, of=method.loss)
    return measured


@torch.no_grad()
def validate_once(
    method: Method, examples: Examples, settings: TrainSettings, hardware: Accelerator
) -> dict[str, Tensor]:
    """The scalars of ``validate`` on a few examples."""
    method.eval()
    last = in_order(count(examples), settings.batch_size)[-1][:FEW]
    batch = next(batches(examples, [last], hardware.device))
    with hardware.autocast():
        measured = ask(method.validate, batch)
    check_scalars(method.validate, measured)
    return measured


def kept_epoch(validated: dict[str, Tensor]) -> str:
    """Which weights a run keeps: a ``loss`` that is misspelt changes that without a word."""
    if "loss" in validated:
        return said("try.keeps_best")
    meant = [name for name in validated if "loss" in name.lower()] or get_close_matches("loss", validated, n=1)
    return said("try.keeps_last", hint=said("try.not_loss", name=repr(meant[0])) if meant else "")


def predictions(
    method: Method,
    examples: dict[str, Examples],
    ids: dict[str, list[str]],
    number: int | None,
    problem: Problem,
    settings: TrainSettings,
    hardware: Accelerator,
) -> pd.DataFrame:
    """What ``predictions.parquet`` would hold, of ``number`` examples of each split or of all.

    Splits that ``load`` adds are left whole: their rows may belong together.
    """
    chosen, names = dict(examples), dict(ids)
    for split in chosen.keys() & ids.keys():
        size = count(examples[split])
        rows = np.linspace(0, size - 1, min(number or size, size)).astype(int).tolist()  # all kinds, if they are sorted
        chosen[split], names[split] = take(examples[split], rows), [ids[split][row] for row in rows]
    changes = {"batch_size": 5, "workers": 0} if number == FEW else {"workers": 0}  # batches of 5 and 3
    return prediction_table(method, chosen, names, problem.targets, settings.model_copy(update=changes), hardware)


def judge(name: str, params: Params, problem: Problem, examples: dict[str, Examples], ids: dict) -> bool:
    """Score the answers of the untrained method and draw them together with those of the others: see ``judge_some``."""
    try:
        return judge_some(name, JUDGED, params, problem, examples, ids)
    except UserError:  # of few examples a class may be missing: what counts is whether all can be judged
        return judge_some(name, None, params, problem, examples, ids)


def judge_some(
    name: str, number: int | None, params: Params, problem: Problem, examples: dict[str, Examples], ids: dict
) -> bool:
    """Judge ``number`` answers, or all. Returns whether figures were drawn, too, for which all methods must answer."""
    tables: dict[str, pd.DataFrame] = {}
    predicted = {split: value for split, value in examples.items() if split != "train"}
    for each in params.methods:
        try:
            # On the device that the method asks for which is trained: a process keeps to one.
            here = params.training(name)
            settings = params.training(each).model_copy(update={"device": here.device, "precision": here.precision})
            method, hardware = untrained(each, params, examples, settings)
            tables[each] = predictions(method, predicted, ids, number, problem, settings, hardware)
        except Exception:
            if each == name:
                raise  # another method's mistake is shown when that one is trained
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numbers of an untrained method may be odd
        own = tables[name]
        scored(problem, measured(problem, own[own["split"] == "test"].reset_index(drop=True)))
        if len(tables) == len(params.methods):
            draw(problem, tables)
    return len(tables) == len(params.methods)


def draw(problem: Problem, tables: dict[str, pd.DataFrame]) -> None:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt

    for each in drawn(problem, tables).values():
        ask(each.figure.savefig, io.BytesIO(), format="svg", of=problem.figures)  # formulas are only read here
        plt.close(each.figure)
