"""How fast the loop is against the plain alternatives: ``uv run benchmarks/training.py [--rounds N]``.

All contenders train the same network on the same data in turn, round after round, so that a slow minute of the machine
meets all of them; quoted is the median over rounds of each one's time divided by the bare loop's in the same round.
This one is of the processor; ``gpu.py`` measures a GPU.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import random
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.append(sys.path.pop(0))  # the standard library's statistics, not the benchmark beside this file
sys.path.insert(0, str(Path(__file__).parents[1] / "template/src"))

from statistics import median

import contenders
import torch
from networks import Network, digits, digits_cnn, synthetic, vit_tiny

from lab.contract import Batch
from lab.train_settings import TrainSettings

CONTENDERS = {
    "bare PyTorch": contenders.bare,
    "Finalist": contenders.finalist,
    "Lightning Trainer": contenders.lightning_trainer,
    "Lightning Fabric": contenders.lightning_fabric,
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15, help="many short ones: the machine's speed drifts")
    rounds = arguments.parse_args().rounds
    warnings.filterwarnings("ignore")
    for name in ("lightning.pytorch", "lightning.fabric"):
        importlib.import_module(name)  # which makes it talkative
        logging.getLogger(name).setLevel(logging.ERROR)
    device = torch.device("cpu")
    base: dict[str, Any] = {
        "learning_rate": 1e-3,
        "weight_decay": 0.01,
        "schedule": "cosine",
        "warmup": 0.05,
        "clip": 1.0,
    }
    base |= {"accumulate": 1, "patience": 0, "workers": 0, "threads": 1, "checkpoint_minutes": 60.0}
    base |= {"device": device.type, "precision": "fp32", "compile": False}
    sizes = [
        ("small: digits CNN", digits_cnn, digits(), base | {"epochs": 2, "batch_size": 64}),
        ("larger: ViT-Tiny", vit_tiny, synthetic(96, 32), base | {"epochs": 1, "batch_size": 32}),
    ]
    torch.set_num_threads(1)  # threads that wait for each other make the same work take up to half as long again
    for title, network, data, values in sizes:
        measure(title, network, data, TrainSettings.model_validate(values), device, rounds)


def measure(
    title: str, network: Network, data: Batch, settings: TrainSettings, device: torch.device, rounds: int
) -> None:
    """Print each contender's examples per second and its time divided by the bare loop's."""
    steps = max(1, len(data["label"]) // settings.batch_size)
    seen = steps * settings.batch_size * settings.epochs
    seconds: dict[str, list[float]] = {name: [] for name in CONTENDERS}
    losses: dict[str, float] = {}
    for number in range(rounds + 1):
        for name in random.Random(number).sample(list(CONTENDERS), k=len(CONTENDERS)):  # who comes first changes
            spent, losses[name] = CONTENDERS[name](network, data, settings, device)
            if number:  # the first round warms up
                seconds[name].append(spent)
    parameters = sum(value.numel() for value in network().parameters())
    print(f"\n{title}: {parameters:,} parameters, {seen} examples a round, {rounds} rounds, {device.type}")
    for name, times in seconds.items():
        ratios = sorted(bare / own for own, bare in zip(times, seconds["bare PyTorch"], strict=True))
        print(
            f"  {name:<18} {seen / median(times):>10,.0f} examples/s, {median(ratios):.3f} of the bare loop's "
            f"({ratios[0]:.3f} to {ratios[-1]:.3f}), last loss {losses[name]:.4f}"
        )


if __name__ == "__main__":
    main()
