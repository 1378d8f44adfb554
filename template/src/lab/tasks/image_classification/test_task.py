"""What must hold for this task's measures, pictures and methods, whatever the data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import accuracy_score, f1_score, log_loss

from lab.comparison.class_scores import confusion
from lab.contract import Batch, Method
from lab.data_settings import DataSettings
from lab.distortion import distorted
from lab.tasks.image_classification import problem
from lab.tasks.image_classification.baseline import Perceptron
from lab.tasks.image_classification.novel import ResidualNetwork


@pytest.fixture
def batch() -> Batch:
    torch.manual_seed(0)
    return {"picture": torch.rand(256, 1, 8, 8), "label": torch.arange(256) % 10}


def untrained(batch: Batch) -> list[Method]:
    torch.manual_seed(0)
    return [Perceptron(batch, width=128, augment=0.1), ResidualNetwork(batch, width=16, augment=0.1)]


def test_loss_starts_where_all_digits_are_equally_likely(batch: Batch) -> None:
    for method in untrained(batch):
        assert method.loss(batch)["loss"].item() == pytest.approx(math.log(10), abs=0.25), type(method)


def test_scores_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    label, probability = random.integers(10, size=200), random.dirichlet(np.full(10, 0.3), size=200)
    table = pd.DataFrame({"label": label, "log_probability": [*np.log(probability)]})
    found = problem.score(problem.measure(table))
    predicted = probability.argmax(axis=1)
    assert found["accuracy"] == pytest.approx(100 * accuracy_score(label, predicted))
    assert found["macro_f1"] == pytest.approx(100 * f1_score(label, predicted, average="macro"))
    assert found["log_loss"] == pytest.approx(log_loss(label, probability))


def test_rows_of_the_confusion_are_digits_and_columns_answers() -> None:
    counts = confusion(np.array([3, 3, 5]), np.array([3, 8, 5]), 10)
    assert counts.sum() == 3
    assert counts[3, 3] == counts[3, 8] == counts[5, 5] == 1


def test_a_scan_keeps_its_label_and_its_pixels(tmp_path: Path) -> None:
    table, _ = problem.collect(tmp_path, DataSettings())
    table.to_parquet(tmp_path / "examples.parquet")
    tested = cast(Batch, problem.load(tmp_path, {"train": ["0003"], "test": ["1796", "0000"]})["test"])
    pictures = np.load(tmp_path / "pictures.npy")
    for row, identity in enumerate((1796, 0)):
        np.testing.assert_array_equal(16 * tested["picture"][row, 0].numpy(), pictures[identity])
        assert tested["label"][row] == table.loc[identity, "label"]


def test_distortion_is_gentle_and_random(batch: Batch) -> None:
    picture = batch["picture"]
    torch.testing.assert_close(distorted(picture, 0.0), picture, atol=1e-5, rtol=0)
    moved = distorted(picture, 0.1)
    assert not torch.equal(moved, distorted(picture, 0.1))
    assert moved.mean().item() == pytest.approx(picture.mean().item(), rel=0.2)


@pytest.mark.parametrize("method", [Perceptron, ResidualNetwork])
def test_only_training_sees_distorted_pictures(batch: Batch, method: type[Method]) -> None:
    network = method(batch, width=4, augment=0.1)  # type: ignore[call-arg]
    network.train()
    assert not torch.equal(network.loss(batch)["loss"], network.loss(batch)["loss"])
    network.eval()
    assert torch.equal(network.loss(batch)["loss"], network.loss(batch)["loss"])
