"""Means of a method's scalars, over an epoch of training and over the validation split."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from lab.contract import Examples, Method
from lab.errors import UserError
from lab.scaling.processes import Processes
from lab.team_code.method_checks import check_scalars
from lab.train_settings import TrainSettings
from lab.training.batches import batches, count, in_order
from lab.training.step import add


def means(sums: dict[str, Tensor], divisor: float, check: bool = True) -> dict[str, float]:
    """The mean of each scalar; the first that is no finite number ends the training."""
    found = {name: value.item() / divisor for name, value in sums.items()}
    for name, value in found.items():
        if check and not math.isfinite(value):
            raise UserError(
                f"{name} became {value}: lower train.learning_rate or train.clip in params.yaml, "
                "and look for a division or a logarithm of zero in the method's loss"
            )
    return found


@torch.no_grad()
def validate(
    method: Method, examples: Examples, settings: TrainSettings, processes: Processes, seed: int
) -> dict[str, float]:
    """Means of ``method.validate`` over all examples. Its random draws are the same in each epoch, and its own."""
    method.eval()
    device = processes.hardware.device
    processes.spread(list(method.buffers()))
    sums: dict[str, Tensor] = {}
    plan = in_order(count(examples), settings.batch_size)
    turns = processes.turns(len(plan))
    loaded = batches(examples, [plan[turn % len(plan)] for turn in turns], device, settings.workers)
    devices = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), processes.hardware.autocast():
        for turn in turns:
            torch.manual_seed(seed + turn)  # a batch draws the same whichever process validates it
            measured = method.validate(next(loaded))
            check_scalars(method.validate, measured, before=sums)
            add(sums, measured, weight=len(plan[turn]) if turn < len(plan) else 0)
    return means(processes.total(sums), count(examples))
