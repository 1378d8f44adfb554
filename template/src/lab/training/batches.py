"""Examples in batches: small data are moved to the device once and indexed there, large data stream through workers."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Subset

from lab.contract import Batch, Examples
from lab.errors import ask
from lab.training.random_state import random_state, set_random_state

RESIDENT_SHARE = 0.25
"""Share of the free memory of a GPU that examples may take for good."""

Value = TypeVar("Value")


def count(examples: Examples) -> int:
    """How many examples there are."""
    if isinstance(examples, Dataset):
        return len(examples)  # type: ignore[arg-type]  # map-style datasets have a length
    return len(next(iter(examples.values())))


def resident(examples: Examples, device: torch.device) -> Examples:
    """The examples on ``device``, if they are tensors that fit there; else as they are."""
    if isinstance(examples, Dataset) or device.type == "cpu":
        return examples
    size = sum(value.numel() * value.element_size() for value in examples.values())
    room = torch.cuda.mem_get_info(device)[0] * RESIDENT_SHARE if device.type == "cuda" else 2**30
    return (
        to_device(examples, device) if size <= room else {name: value.pin_memory() for name, value in examples.items()}
    )


def take(examples: Examples, rows: Iterable[int]) -> Examples:
    """Some of the examples, by their rows; rows that are not there are left out."""
    size = count(examples)
    there = [row for row in rows if row < size]
    if isinstance(examples, Dataset):
        return Subset(examples, there)
    return {name: value[torch.tensor(there, dtype=torch.long)] for name, value in examples.items()}


def to_device(batch: Batch, device: torch.device) -> Batch:
    return {name: value.to(device, non_blocking=True) for name, value in batch.items()}


def shuffled(size: int, batch_size: int, seed: int, epoch: int) -> list[Tensor]:
    """Row numbers of each batch of an epoch. They follow from seed and epoch alone, so a resumed epoch finds its place.

    The last incomplete batch is left out, and differs in each epoch; fewer rows than a batch make one batch.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + epoch)
    order = torch.randperm(size, generator=generator)
    return list(order.split(batch_size))[: max(1, size // batch_size)]


def in_order(size: int, batch_size: int) -> list[Tensor]:
    """Row numbers of each batch, every row once."""
    return list(torch.arange(size).split(batch_size))


def batches(
    examples: Examples, plan: list[Tensor], device: torch.device, workers: int = 0, seed: int = 0, first: int = 0
) -> Iterator[Batch]:
    """The batches whose row numbers ``plan`` lists, on ``device``.

    What a ``Dataset`` draws at random (to change a picture a little, say) follows from ``seed`` and the batch's number,
    which counts from ``first``: neither from ``workers`` nor from where an interrupted epoch goes on.
    """
    if isinstance(examples, Dataset):
        loader = DataLoader(
            _Seeded(examples, seed),
            batch_sampler=[(number, rows.tolist()) for number, rows in enumerate(plan, start=first)],  # type: ignore[misc]
            num_workers=workers,
            pin_memory=device.type == "cuda",
            generator=torch.Generator(),  # else it would draw from the training's own
        )
        iterator = iter(loader)
        for _ in plan:
            yield to_device(ask(next, iterator, of=type(examples)), device)
        return
    home = next(iter(examples.values())).device
    for rows in plan:
        here = rows.to(home, non_blocking=True)
        batch = {name: value[here] for name, value in examples.items()}
        yield batch if home == device else to_device(batch, device)


class _Seeded(Dataset[Batch]):
    """A dataset of which each batch draws its own random numbers, independent of the process that asks for it."""

    def __init__(self, examples: Dataset[Batch], seed: int) -> None:
        self.examples, self.seed = examples, seed

    def __getitems__(self, batch: tuple[int, list[int]]) -> list[Batch]:
        number, rows = batch
        before = random_state()
        seed = int.from_bytes(hashlib.sha256(f"{self.seed} {number}".encode()).digest()[:4])
        torch.random.default_generator.manual_seed(seed)  # `torch.manual_seed` would start CUDA in a worker
        np.random.seed(seed)
        random.seed(seed)
        try:
            several = getattr(self.examples, "__getitems__", None)
            return several(rows) if several else [self.examples[row] for row in rows]
        finally:
            set_random_state(before)
