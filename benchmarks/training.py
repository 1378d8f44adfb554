"""How fast the loop is against the plain alternatives: ``uv run benchmarks/training.py [--rounds N]``.

All contenders train the same network on the same data in turn, round after round, so that a slow minute of the machine
meets all of them; quoted is the median over rounds of each one's time divided by the bare loop's in the same round.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import random
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "template/src"))

import contenders
import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.settings import TrainSettings

Network = Callable[[], nn.Module]

CONTENDERS = {
    "bare PyTorch": contenders.bare,
    "Finalist": contenders.finalist,
    "Lightning Trainer": contenders.lightning_trainer,
    "Lightning Fabric": contenders.lightning_fabric,
}


def digits_cnn() -> nn.Module:
    """39 k parameters on 8 × 8 scans."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(32, 10),
    )  # fmt: skip


class ViT(nn.Module):
    """A vision Transformer (Dosovitskiy et al. 2021) with PyTorch's own encoder layers."""

    def __init__(self, side: int, patch: int, width: int, depth: int, heads: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.positions = nn.Parameter(torch.randn(1, (side // patch) ** 2, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, 10)

    def forward(self, image: Tensor) -> Tensor:
        tokens = self.patches(image).flatten(2).transpose(1, 2) + self.positions
        return self.head(self.encoder(tokens).mean(1))


def vit_tiny() -> nn.Module:
    """5 M parameters on 32 × 32 pictures."""
    return ViT(side=32, patch=4, width=192, depth=12, heads=3)


def vit_base() -> nn.Module:
    """86 M parameters on 224 × 224 pictures."""
    return ViT(side=224, patch=16, width=768, depth=12, heads=12)


def digits() -> Batch:
    from sklearn.datasets import load_digits

    scans = load_digits()
    image = torch.tensor(scans.images, dtype=torch.float32).unsqueeze(1) / 16
    return {"image": image, "label": torch.tensor(scans.target)}


def synthetic(number: int, side: int) -> Batch:
    """Random pictures: speed does not care what is on them."""
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(number, 3, side, side, generator=generator)
    return {"image": image, "label": torch.randint(10, (number,), generator=generator)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=15, help="many short ones: the machine's speed drifts")
    rounds = arguments.parse_args().rounds
    warnings.filterwarnings("ignore")
    for name in ("lightning.pytorch", "lightning.fabric"):
        importlib.import_module(name)  # which makes it talkative
        logging.getLogger(name).setLevel(logging.ERROR)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
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
    if device.type == "cpu":
        torch.set_num_threads(1)  # threads that wait for each other make the same work take up to half as long again
    else:
        fast = base | {"precision": "bf16", "batch_size": 128}
        sizes[1] = ("larger: ViT-Tiny", vit_tiny, synthetic(8192, 32), base | {"epochs": 3, "batch_size": 256})
        pictures = synthetic(1024, 224)
        sizes += [
            ("ViT-Base, bf16", vit_base, pictures, fast | {"epochs": 4}),
            ("ViT-Base, bf16, compiled", vit_base, pictures, fast | {"epochs": 4, "compile": True}),
        ]
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
    if device.type == "cuda" and "ViT-Base" in title:
        share(network, data, settings, seen / median(seconds["Finalist"]))


def share(network: Network, data: Batch, settings: TrainSettings, examples_per_second: float) -> None:
    """Matrix operations of a training step a second, as a share of what a large bf16 matrix product reaches here."""
    from torch.utils.flop_counter import FlopCounterMode

    model = network().cuda()
    with FlopCounterMode(display=False) as counter:
        model(data["image"][:2].cuda()).sum().backward()
    reached = counter.get_total_flops() / 2 * examples_per_second
    left, right = (torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16) for _ in range(2))
    times = []
    for _ in range(20):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        left @ right
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end) / 1000)
    peak = 2 * 8192**3 / median(times)
    print(f"  {reached / 1e12:.0f} of {peak / 1e12:.0f} TFLOP/s: {reached / peak:.0%} of the measured peak of the card")


if __name__ == "__main__":
    main()
