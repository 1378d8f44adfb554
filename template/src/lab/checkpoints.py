"""Checkpoints that a kill cannot spoil: whole or not there, and never loaded into a run they do not belong to."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor

from lab.contract import Method
from lab.distributed import Team
from lab.files import atomic
from lab.sharding import load_optimizer_state, load_weights, optimizer_state, weights

State = dict[str, Any]

DIGEST_BYTES = hashlib.sha256().digest_size


class Checkpoint:
    """One file for one unfinished run, written over at each save and removed when the run is complete.

    ``fingerprint`` is of code, params and data: a checkpoint with another one is stale.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self.fingerprint = fingerprint

    def save(self, state: State) -> None:
        buffer = io.BytesIO()
        torch.save(state | {"fingerprint": self.fingerprint}, buffer)
        content = buffer.getbuffer()
        with atomic(self.path) as temporary, temporary.open("wb") as stream:
            stream.write(hashlib.sha256(content).digest())
            stream.write(content)

    def load(self) -> State | None:
        """The saved state; None if there is none to go on from.

        What is there but cannot be used is named, and left for the next save to replace.
        """
        if not self.path.is_file():
            return None
        content = self.path.read_bytes()
        if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
            print(f"{self.path} is damaged: not loaded, this run starts anew")
            return None
        # weights_only: a checkpoint may hold tensors, numbers and texts, but no code.
        state = torch.load(io.BytesIO(content[DIGEST_BYTES:]), map_location="cpu", weights_only=True)
        if state["fingerprint"] != self.fingerprint:
            print(f"{self.path} is of other code, params or data: not loaded, this run starts anew")
            return None
        return state

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def snapshot(
    team: Team,
    method: Method,
    optimizers: list[torch.optim.Optimizer],
    schedules: list[torch.optim.lr_scheduler.LambdaLR],
    sums: dict[str, Tensor],
) -> State:
    """All that a step changes, whole in the main process; of all processes what is their own."""
    return {
        "weights": weights(method),
        "optimizers": [optimizer_state(method, optimizer) for optimizer in optimizers],
        "schedules": [schedule.state_dict() for schedule in schedules],
        "scaler": team.hardware.scaler.state_dict() if team.hardware.scaler else {},  # of fp16 losses
        "ranks": team.gather({"random": random_state(), "sums": sums}),
    }


def restore(
    state: State,
    team: Team,
    method: Method,
    optimizers: list[torch.optim.Optimizer],
    schedules: list[torch.optim.lr_scheduler.LambdaLR],
) -> dict[str, Tensor]:
    """Set all to a ``snapshot``; return the sums."""
    load_weights(method, state["weights"])
    for optimizer, saved in zip(optimizers, state["optimizers"], strict=True):
        load_optimizer_state(method, optimizer, saved)
    for schedule, saved in zip(schedules, state["schedules"], strict=True):
        schedule.load_state_dict(saved)
    if team.hardware.scaler:
        team.hardware.scaler.load_state_dict(state["scaler"])
    ranks, device = state["ranks"], team.hardware.device
    if len(ranks) == team.size:
        set_random_state(ranks[team.rank]["random"])
        return {name: value.to(device) for name, value in ranks[team.rank]["sums"].items()}
    # Another number of processes goes on with the average of what each had summed up.
    return {name: sum(rank["sums"][name].to(device) for rank in ranks) / len(ranks) for name in ranks[0]["sums"]}


def random_state() -> State:
    """Where each random generator stands: Python's, NumPy's, PyTorch's on the CPU and on this process's GPU."""
    _, keys, position, has_gauss, cached = cast(tuple, np.random.get_state())
    return {
        "python": random.getstate(),
        "numpy": (torch.from_numpy(keys.astype(np.int64)), int(position), int(has_gauss), float(cached)),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None,
    }


def set_random_state(state: State) -> None:
    random.setstate(state["python"])
    keys, *rest = state["numpy"]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    if state["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
