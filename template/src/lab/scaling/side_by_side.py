"""Seeds that train at the same time, each in a process of its own.

A small network keeps one processor busy and no second one: its matrices are too small to be worth cutting. Its seeds
have nothing to wait for from each other.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from lab.errors import UserError
from lab.files import read_json
from lab.once import SHARED
from lab.paths import PROVENANCE
from lab.runs import settle
from lab.scaling.launch import ERROR_FILE, LAUNCHED, command, first_error
from lab.scaling.signals import end, start, stop_signals
from lab.train_settings import LaunchSettings, TrainSettings

BESIDE = "LAB_SIDE_BY_SIDE"
"""Set for what this module starts: how many seeds its other processes train."""

OWN_BYTES, GROWTH = 1_000_000_000, 10
"""What a process needs beside its data, and how much larger these may be in memory than in their compressed files.

PyTorch and a small network take 0.6 GB, a small pretrained Transformer 1.5 GB.
"""


def at_once(seeds: int, settings: TrainSettings, launch: LaunchSettings) -> int:
    """How many of so many seeds train at the same time.

    ``auto`` is one more than the processors have room for, so that three seeds keep two of them busy to the end; fewer
    where memory ends, and one where there is a GPU, which a single training may fill.
    """
    if launch.seeds_at_once != "auto":
        return min(seeds, launch.seeds_at_once)
    room = processors() // settings.threads
    if seeds < 2 or room < 2 or settings.device in ("cuda", "mps") or (settings.device == "auto" and may_have_gpu()):
        return 1
    import psutil

    fits = psutil.virtual_memory().available // (OWN_BYTES + GROWTH * read_json(PROVENANCE).get("bytes", 0))
    return max(1, min(seeds, room + 1, fits))


def processors() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def may_have_gpu() -> bool:
    """Whether a driver is there. To be sure, PyTorch would have to be imported, which takes seconds."""
    is_apple = sys.platform == "darwin" and platform.machine() == "arm64"
    return (
        is_apple
        or bool(shutil.which("nvidia-smi"))
        or Path("/proc/driver/nvidia").is_dir()
        or Path("/dev/kfd").exists()
    )


def others_beside() -> int:
    """How many seeds other processes train meanwhile."""
    return int(os.environ.get(BESIDE, "0"))


def train_side_by_side(method: str, seeds: list[int], number: int) -> None:
    """Train ``seeds`` in so many processes. The first one shows how far it is, and the others are about as far.

    Raises:
        UserError: what went wrong first, in whichever process; the others have saved their checkpoints.
    """
    folder = Path(tempfile.mkdtemp())
    shares = [seeds[place::number] for place in range(number)]
    children: list[subprocess.Popen[bytes]] = []
    codes: list[int | None] = [None]
    text = ""
    try:
        with stop_signals() as stop:
            try:
                for share in shares:
                    others = len(seeds) - len(share)
                    children.append(begin(method, share, others, folder / str(share[0]), shown=share is shares[0]))
                while not stop and None in codes and not any(codes):
                    time.sleep(0.1)
                    codes = [child.poll() for child in children]
            finally:
                end(children)
        if stop:
            text = f"{method}: stopped; `uv run dvc repro` continues from there"
            settle(method, seeds, "interrupted", text)
        elif any(codes):
            share, code = next(both for both in zip(shares, codes, strict=True) if both[1])
            text = first_error(folder / str(share[0])) or f"{method}, seed {share[0]}: {reason(code)}"
            settle(method, seeds, "failed", text)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if text:
        raise UserError(text)


def begin(method: str, share: list[int], others: int, folder: Path, shown: bool) -> subprocess.Popen[bytes]:
    """Start the train stage for a ``share`` of the seeds. ``folder`` gets what goes wrong and what is not ``shown``."""
    folder.mkdir()
    variables = {LAUNCHED: "1", BESIDE: str(others), ERROR_FILE: str(folder / "error.json")}
    variables[SHARED] = str(folder.parent / "shared")
    words = [sys.executable, *command(method, share)]
    if shown:
        return start(words, variables)
    with (folder / "stderr.log").open("wb") as log:
        return start(words, variables, log)


def reason(code: int | None) -> str:
    """Of a process that ended without a word: where memory ends, the system kills the largest."""
    hint = "if memory was short, set launch.seeds_at_once in params.yaml to 1"
    return f"its process ended with exit code {code}: {hint}"
