"""Where training runs, by ``launch:`` of params.yaml: in this process, in several, or in Slurm jobs (``slurm.py``).

Several processes train one model here, and several seeds in ``side_by_side.py``.

``torchrun`` and ``accelerate launch`` started by hand work as well: they set RANK, by which a process knows its part.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab.errors import UserError
from lab.files import read_json, write_json
from lab.runs import settle
from lab.scaling.signals import SAVING_SECONDS
from lab.train_settings import LaunchSettings

LAUNCHED = "LAB_LAUNCHED"
"""Set for what this module starts: it takes part in a training that another process watches."""
HEAD = "LAB_HEAD"
"""Set in a Slurm job: the first of its machines, where the processes of all find each other."""
ERROR_FILE = "TORCHELASTIC_ERROR_FILE"
"""Set by torchrun, and here in its place: where a process that another one watches leaves what went wrong."""


def is_launched() -> bool:
    """Whether another process of this project started this one, and holds the lock and follows with MLflow."""
    return LAUNCHED in os.environ


def trains_elsewhere(launch: LaunchSettings) -> bool:
    """Whether ``launch`` asks for other processes than this one."""
    if "RANK" in os.environ:
        return False
    return launch.processes * launch.machines > 1 or (launch.slurm is not None and not is_launched())


def share_of(threads: int) -> int:
    """How many of a training's ``threads`` this process uses: processes on one machine share them."""
    return max(1, threads // int(os.environ.get("LOCAL_WORLD_SIZE", "1")))


def command(method: str, seeds: list[int]) -> list[str]:
    """Of the train stage for these seeds."""
    return ["-m", "lab.stages.train", method, *[part for seed in seeds for part in ("--seed", str(seed))]]


def train_in_processes(method: str, seeds: list[int], launch: LaunchSettings) -> None:
    """What ``torchrun`` does, with one clear line if it fails. In a job of several machines each of them does it.

    Raises:
        UserError: what went wrong first, in whichever process.
    """
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException, Std
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    logging.disable(logging.CRITICAL)  # torchrun reports each signal and each failure in many lines
    os.environ[LAUNCHED] = "1"
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // launch.processes)))
    job = os.environ.get("SLURM_JOB_ID", "0")
    several = launch.machines > 1
    folder = Path(tempfile.mkdtemp())
    config = LaunchConfig(
        min_nodes=launch.machines,
        max_nodes=launch.machines,
        nproc_per_node=launch.processes,
        run_id=f"job-{job}" if several else uuid.uuid4().hex,
        rdzv_backend="c10d",
        rdzv_endpoint=f"{os.environ[HEAD]}:{20_000 + int(job) % 10_000}" if several else "localhost:0",
        local_addr=None if several else "127.0.0.1",
        max_restarts=0,
        # The first process shows what it prints; the others say the same, or nothing.
        logs_specs=DefaultLogsSpecs(str(folder), redirects=dict.fromkeys(range(1, launch.processes), Std.ALL)),
        signals_to_handle="SIGTERM,SIGINT",
        shutdown_timeout=SAVING_SECONDS,
    )
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGTERM, signal.SIGINT)}
    try:
        elastic_launch(config, sys.executable)(*command(method, seeds))
        return
    except SignalException:
        text = f"{method}: stopped; `uv run dvc repro` continues from there"
        settle(method, seeds, "interrupted", text)
    except ChildFailedError as failed:
        rank, failure = failed.get_first_failure()
        text = first_error(folder) or f"{method}: process {rank} ended with exit code {failure.exitcode}"
        settle(method, seeds, "failed", text)
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        shutil.rmtree(folder, ignore_errors=True)
    raise UserError(text)


def first_error(folder: Path) -> str | None:
    """What the process that failed first left in its error file; a traceback next to it is shown."""
    left = sorted(
        (read_json(path) | {"path": path} for path in folder.rglob("error.json")), key=lambda e: e["timestamp"]
    )
    if not left:
        return None
    output = left[0]["path"].with_name("stderr.log")
    print(left[0]["frames"], end="", file=sys.stderr)
    if left[0]["unexpected"] and output.is_file():
        print(output.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
    return left[0]["message"]


@contextmanager
def reasons() -> Iterator[None]:
    """In a process that another one watches: leave what goes wrong in the file that is named, for ``first_error``.

    A process that fails because another ended leaves nothing.
    """
    path = os.environ.get(ERROR_FILE)
    try:
        yield
    except Exception as error:
        if path is None or not (is_launched() or "RANK" in os.environ):
            raise
        expected = isinstance(error, UserError)
        text = str(error) if expected else f"{type(error).__name__}: {error}"
        if lost_another(error):
            raise SystemExit(1) from None
        about = {"message": text, "timestamp": time.time(), "unexpected": not expected}
        write_json(Path(path), about | {"frames": getattr(error, "frames", "")})
        if not (expected and is_launched()):
            raise
        raise SystemExit(1) from None


def lost_another(error: BaseException) -> bool:
    """Whether ``error`` only says that another process of the training has ended."""
    import torch

    lost = isinstance(error, torch.distributed.DistError) or "gloo" in str(error)
    return lost and torch.distributed.is_initialized()
