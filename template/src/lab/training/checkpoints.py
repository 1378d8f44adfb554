"""Checkpoints that a kill cannot spoil: whole or not there, and never loaded into a run they do not belong to."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import torch

from lab.console import tell
from lab.files import atomic

DIGEST_BYTES = hashlib.sha256().digest_size


class Checkpoint:
    """One file for one unfinished run, written over at each save and removed when the run is complete.

    ``fingerprint`` is of code, params and data: a checkpoint with another one is stale.
    """

    def __init__(self, path: Path, fingerprint: str) -> None:
        self.path = path
        self.fingerprint = fingerprint

    def save(self, state: dict[str, Any]) -> None:
        """Write ``state``, which holds tensors, numbers and texts."""
        buffer = io.BytesIO()
        torch.save(state | {"fingerprint": self.fingerprint}, buffer)
        content = buffer.getbuffer()
        with atomic(self.path) as temporary, temporary.open("wb") as stream:
            stream.write(hashlib.sha256(content).digest())
            stream.write(content)

    def load(self) -> dict[str, Any] | None:
        """The saved state; None if there is none to go on from.

        What is there but cannot be used is named, and left for the next save to replace.
        """
        if not self.path.is_file():
            return None
        content = self.path.read_bytes()
        if hashlib.sha256(content[DIGEST_BYTES:]).digest() != content[:DIGEST_BYTES]:
            tell("train.damaged", path=self.path.as_posix())
            return None
        # weights_only: a checkpoint may hold tensors, numbers and texts, but no code.
        state = torch.load(io.BytesIO(content[DIGEST_BYTES:]), map_location="cpu", weights_only=True)
        if state["fingerprint"] != self.fingerprint:
            tell("train.stale", path=self.path.as_posix())
            return None
        return state

    def remove(self) -> None:
        """The run is complete and needs no checkpoint any more."""
        self.path.unlink(missing_ok=True)
