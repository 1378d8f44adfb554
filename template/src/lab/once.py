"""What is the same for all seeds of a method and is computed once: what a frozen network says of an example, say."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lab.files import atomic

if TYPE_CHECKING:
    from torch import Tensor

SHARED = "LAB_SHARED"
"""Set for seeds that train at the same time: a folder that they share.

It is there for as long as they train, so that nothing in it is older than their code and their data.
"""
KEPT = 2_000_000_000
"""Bytes that are kept in memory; what is beyond is computed, or read from the folder, each time."""

kept: dict[str, Tensor] = {}


def once_for_all_seeds(key: str, compute: Callable[[], Tensor]) -> Tensor:
    """What ``compute`` gives, for seeds that train one after the other as for those that train at the same time.

    ``key``: a SHA-256 of all that the answer depends on; no seed may be among it. Two processes that need the same
    answer at the same moment both compute it: nobody waits.
    """
    if key not in kept:
        found = _from_folder(key, compute) if SHARED in os.environ else compute()
        if (len(kept) + 1) * found.nbytes > KEPT:
            return found
        kept[key] = found
    return kept[key]


def _from_folder(key: str, compute: Callable[[], Tensor]) -> Tensor:
    from safetensors.torch import load, save_file

    path = Path(os.environ[SHARED]) / key
    if path.is_file():
        return load(path.read_bytes())["found"]
    found = compute()
    # Windows replaces no file that somebody reads; then it has the same answer already.
    with suppress(PermissionError), atomic(path) as temporary:
        save_file({"found": found.contiguous()}, temporary)
    return found
