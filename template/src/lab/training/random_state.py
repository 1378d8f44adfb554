"""The state of the random generators, which a checkpoint keeps and sets again."""

from __future__ import annotations

import random
from typing import Any, cast

import numpy as np
import torch


def random_state() -> dict[str, Any]:
    """The state of each random generator: Python's, NumPy's, PyTorch's on the CPU and on this process's GPU."""
    _, keys, position, has_gauss, cached = cast(tuple, np.random.get_state())
    return {
        "python": random.getstate(),
        "numpy": (torch.from_numpy(keys.astype(np.int64)), int(position), int(has_gauss), float(cached)),
        "torch": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state() if torch.cuda.is_initialized() else None,
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Set each generator to where ``random_state`` found it."""
    random.setstate(state["python"])
    keys, *rest = state["numpy"]
    np.random.set_state(("MT19937", keys.numpy().astype(np.uint32), *rest))
    torch.set_rng_state(state["torch"])
    if state["cuda"] is not None and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])
