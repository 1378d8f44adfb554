"""What a method is worth on examples it does not learn from: validation scalars, and predictions for a split."""

from __future__ import annotations

import math

import numpy as np
import torch
from accelerate import Accelerator
from torch import Tensor

from lab.batches import batches, count, in_order
from lab.contract import Examples, Method
from lab.distributed import Team
from lab.errors import UserError
from lab.settings import TrainSettings


def add(sums: dict[str, Tensor], measured: dict[str, Tensor], weight: float = 1.0) -> None:
    """Add on the device: asking for a number would make the processor wait for it."""
    for name, value in measured.items():
        value = value.detach() * weight
        sums[name] = sums[name] + value if name in sums else value


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
    method: Method, examples: Examples, settings: TrainSettings, hardware: Accelerator, team: Team, seed: int
) -> dict[str, float]:
    """Means of ``method.validate`` over all examples. Its random draws are the same in each epoch, and its own."""
    method.eval()
    team.spread(list(method.buffers()))
    sums: dict[str, Tensor] = {}
    plan = in_order(count(examples), settings.batch_size)
    turns = team.turns(len(plan))
    loaded = batches(examples, [plan[turn % len(plan)] for turn in turns], hardware.device, settings.workers)
    devices = [hardware.device] if hardware.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices), hardware.autocast():
        for turn in turns:
            torch.manual_seed(seed + turn)  # a batch draws the same whichever process validates it
            measured = method.validate(next(loaded))
            add(sums, measured, weight=len(plan[turn]) if turn < len(plan) else 0)
    return means(team.total(sums), count(examples))


@torch.no_grad()
def predict(
    method: Method, examples: Examples, targets: tuple[str, ...], settings: TrainSettings, hardware: Accelerator
) -> dict[str, np.ndarray]:
    """What the method answers to each example, and the ``targets``, which it does not see."""
    method.eval()
    device = hardware.device
    columns: dict[str, list[np.ndarray]] = {}
    plan = in_order(count(examples), settings.batch_size)
    for batch in batches(examples, plan, device, settings.workers):
        answers = {name: batch.pop(name) for name in targets}
        with hardware.autocast():
            predicted = method.predict(batch)
        if clash := set(predicted) & {*targets, "id", "split"}:
            raise UserError(f"predict of {type(method).__name__} returns {', '.join(clash)}: choose other names")
        for name, value in (answers | predicted).items():
            value = value.float() if value.is_floating_point() else value
            columns.setdefault(name, []).append(value.cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in columns.items()}
