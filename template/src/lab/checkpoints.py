"""Checkpoints that a kill cannot spoil: whole or not there, and never loaded into a run they do not belong to."""

from __future__ import annotations

import hashlib
import io
import random
from pathlib import Path
from typing import Any, cast

import numpy as np
import torch

from lab.files import atomic

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
        torch.save(state | {"fingerprint": self.fingerprint, "random": random_state()}, buffer)
        content = buffer.getbuffer()
        with atomic(self.path) as temporary, temporary.open("wb") as stream:
            stream.write(hashlib.sha256(content).digest())
            stream.write(content)

    def load(self) -> State | None:
        """The saved state, with the random generators set as they were; None if there is none to go on from.

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
        set_random_state(state["random"])
        return state

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


def random_state() -> State:
    """Where each random generator stands: Python's, NumPy's, PyTorch's on the CPU and on each GPU."""
    _, keys, position, has_gauss, cached = cast(tuple, np.random.get_state())
    return {
        "python": random.getstate(),
        "numpy": (torch.from_numpy(keys.astype(np.int64)), int(position), int(has_gauss), float(cached)),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def set_random_state(state: State) -> None:
    random.setstate(state["python"])
    keys, *rest = state["numpy"]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    if state["cuda"]:
        torch.cuda.set_rng_state_all(state["cuda"])
