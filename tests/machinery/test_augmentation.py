"""What a ``Dataset`` draws at random follows from the batch: whoever loads it, and wherever a run was interrupted."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from test_training import SETTINGS, Noisy, weights
from torch import Tensor, nn
from torch.utils.data import Dataset

from lab.contract import Batch, Examples, Method
from lab.training.batches import batches, shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.loop import Fitted, TrainingInterruptedError, fit


class Shaken(Dataset[Batch]):
    """Examples that are moved a little each time, by the three generators that people use."""

    def __init__(self, first: int, size: int) -> None:
        generator = torch.Generator().manual_seed(first)
        self.x = torch.randn(size, 5, generator=generator)

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, row: int) -> Batch:
        shift = torch.randn(()) + np.random.normal() + random.gauss(0, 1)
        return {"x": self.x[row] + 0.1 * shift, "y": self.x[row].sum()}


def train(path: Path, workers: int, method: type[Method] = Noisy) -> Fitted:
    settings = SETTINGS.model_copy(update={"workers": workers, "epochs": 3})
    examples: dict[str, Examples] = {"train": Shaken(0, 70), "validation": Shaken(1, 30)}

    class Sized(method):  # type: ignore[misc, valid-type]
        def __init__(self, examples: Dataset[Batch]) -> None:
            super().__init__({"x": torch.zeros(1, 5)})

    return fit(Sized, {}, examples, settings, 1, Checkpoint(path, "f"), lambda history: None)


@pytest.mark.parametrize("workers", [0, 2])
def test_a_stopped_run_continues_bit_for_bit(tmp_path: Path, workers: int) -> None:
    whole = train(tmp_path / "whole.pt", workers)
    stopping = type("Stopping", (Noisy,), {"steps": 0, "stop_after": 6})
    with pytest.raises(TrainingInterruptedError):
        train(tmp_path / "stopped.pt", workers, stopping)
    torch.manual_seed(999)  # whatever happens in between
    continued = train(tmp_path / "stopped.pt", workers)
    assert torch.equal(weights(whole), weights(continued))
    assert whole.history == continued.history


def test_workers_change_nothing(tmp_path: Path) -> None:
    alone, helped = (train(tmp_path / f"{workers}.pt", workers) for workers in (0, 2))
    assert torch.equal(weights(alone), weights(helped))


def test_each_batch_epoch_and_seed_draws_anew() -> None:
    class Drawn(Dataset[Batch]):
        def __len__(self) -> int:
            return 70

        def __getitem__(self, row: int) -> Batch:
            return {"x": torch.rand(())}

    plan = shuffled(70, 16, seed=0, epoch=0)
    drawn = [
        torch.cat([batch["x"] for batch in batches(Drawn(), plan, torch.device("cpu"), seed=seed)]) for seed in range(3)
    ]
    assert len(torch.cat(drawn).unique()) == 3 * 64


def test_loading_draws_nothing_from_the_training_stream() -> None:
    torch.manual_seed(0)
    expected: Tensor = nn.init.normal_(torch.empty(5))
    torch.manual_seed(0)
    next(batches(Shaken(0, 70), shuffled(70, 16, 0, 0), torch.device("cpu")))
    assert torch.equal(nn.init.normal_(torch.empty(5)), expected)
