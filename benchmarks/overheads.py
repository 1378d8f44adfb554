"""What the train stage adds to learning: ``uv run benchmarks/overheads.py [--rounds N]``.

Start: from the birth of the process to the first step, against a process that imports PyTorch and loads the data.
Safety: the wall of a training of about 30 seconds with tracking, checkpoints and a progress bar in a terminal, against
the same without.
Seeds: three of them at the same time, against one after the other; the same at 30 epochs, which take seconds.
Each pair runs in turn, round after round; quoted are the median ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from copier import run_copy
from pipeline import ROOT, commit, report, run

TO_FIRST_STEP = """
import os, sys, time
import psutil
from lab.contract import Method
from lab.stages import train
def first_step(self, batch):
    print(time.time() - psutil.Process().create_time(), flush=True)
    os._exit(0)
Method.forward = first_step
sys.argv = ["train", "baseline"]
train.main()
"""

IMPORT_AND_LOAD = """
import time
from pathlib import Path
import pandas, psutil, torch
from lab.tasks.image_classification import problem
splits = pandas.read_parquet("data/splits.parquet")
problem.load(Path("data/raw"), {name: rows["id"].tolist() for name, rows in splits.groupby("split")})
print(time.time() - psutil.Process().create_time())
"""

TRAIN = """
import sys
from lab.stages import train
sys.argv = ["train", "baseline"]
train.main()
"""

WITHOUT = """
import contextlib
from lab.training import checkpoints, progress
from lab.stages import train
checkpoints.Checkpoint.save = lambda self, state: None
train.Follower = lambda folder: contextlib.nullcontext()
tqdm = progress.tqdm
progress.tqdm = lambda **options: tqdm(**options | {"disable": True})
"""


def seconds_printed(folder: Path, script: str) -> float:
    """The number that a script prints last."""
    environment = os.environ | {"PYTHONPATH": "src"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def seconds_to_train(folder: Path, script: str) -> float:
    """The wall of a train stage whose standard error is a terminal, which shows the progress bar."""
    shutil.rmtree(folder / "runs", ignore_errors=True)
    ours, theirs = os.openpty()
    threading.Thread(target=drain, args=(ours,), daemon=True).start()
    command, environment = [sys.executable, "-c", script], os.environ | {"PYTHONPATH": "src"}
    started = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    spent = time.perf_counter() - started
    os.close(theirs)
    return spent


def drain(terminal: int) -> None:
    """Read what a terminal shows: nobody could write to it if it were full."""
    with contextlib.suppress(OSError):  # the other side was closed
        while os.read(terminal, 4096):
            pass
    os.close(terminal)


def replace(folder: Path, *changes: tuple[str, str]) -> None:
    """Change parts of params.yaml that stand there once."""
    path = folder / "params.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


def compare_seeds(folder: Path, epochs: int, rounds: int) -> None:
    """One process for each of three seeds, and one for all."""
    apart, in_turn = "seeds_at_once: 3   ", "seeds_at_once: 1   "
    walls = []
    for _ in range(rounds):
        at_once = seconds_to_train(folder, TRAIN)
        replace(folder, (apart, in_turn))
        walls.append((at_once, seconds_to_train(folder, TRAIN)))
        replace(folder, (in_turn, apart))
    report(f"three seeds of {epochs} epochs at once", "in turn", walls)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=int, default=1200, help="so many that a training takes about 30 seconds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        run_copy(str(ROOT), folder, data={"task": "image_classification"}, defaults=True, quiet=True, vcs_ref="HEAD")
        epochs = f"epochs: {options.epochs}"
        replace(folder, ("seeds: [0, 1, 2]", "seeds: [0]"), ("  epochs: 30", f"  {epochs}"))
        commit(folder)
        run(folder, "dvc", "repro", "split")
        starts = []
        for number in range(options.rounds + 1):
            start = seconds_printed(folder, TO_FIRST_STEP), seconds_printed(folder, IMPORT_AND_LOAD)
            starts += [start] if number else []  # the first round fills the disk's cache
        report("start: to the first step", "import torch and load data", starts)
        scripts = (TRAIN, WITHOUT + TRAIN)
        walls = [tuple(seconds_to_train(folder, script) for script in scripts) for _ in range(options.rounds)]
        report("safety: train stage with tracking, checkpoints and bar", "without", walls)
        replace(folder, ("seeds: [0]", "seeds: [0, 1, 2]"), ("seeds_at_once: auto", "seeds_at_once: 3   "))
        compare_seeds(folder, options.epochs, options.rounds)
        replace(folder, (f"  {epochs}", "  epochs: 30"))
        compare_seeds(folder, 30, options.rounds)


if __name__ == "__main__":
    main()
