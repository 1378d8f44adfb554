"""What must hold for this task's gaps, measures and methods."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch

from lab.contract import Batch
from lab.data_settings import DataSettings
from lab.tasks.imputation import problem
from lab.tasks.imputation.baseline import DenoisingAutoencoder, hidden
from lab.tasks.imputation.novel import LearnedCovariance
from lab.training.sanity import learn


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    table, _ = problem.collect(tmp_path, DataSettings())
    table.to_parquet(tmp_path / "examples.parquet", index=False)
    return tmp_path


def loaded(raw: Path) -> dict[str, Batch]:
    ids = [f"{row:03d}" for row in range(569)]
    return cast(dict[str, Batch], problem.load(raw, {"train": ids[:400], "test": ids[400:]}))


def test_the_share_of_removed_cells_is_that_of_the_settings_and_the_seed_decides(tmp_path: Path) -> None:
    found = []
    for seed in (0, 0, 1):
        problem.collect(tmp_path, DataSettings.model_validate({"removed": 0.2, "seed": seed}))
        found.append(np.load(tmp_path / "removed.npy"))
    assert np.array_equal(found[0], found[1])
    assert not np.array_equal(found[0], found[2])
    assert found[0].mean() == pytest.approx(0.2, abs=0.01)


def test_no_method_sees_a_removed_value(raw: Path) -> None:
    """Whatever stands there, all that a method sees stays as it is; and of training rows nobody sees it at all."""
    before = loaded(raw)
    table, gone = pd.read_parquet(raw / "examples.parquet"), np.load(raw / "removed.npy")
    columns = list(problem.numbers_of(table))
    table[columns] = np.where(gone, 1e6, table[columns])
    table.to_parquet(raw / "examples.parquet", index=False)
    after = loaded(raw)
    for split in before:
        for key in ("value", "known"):
            torch.testing.assert_close(before[split][key], after[split][key], rtol=0, atol=0)
    torch.testing.assert_close(before["train"]["complete"], after["train"]["complete"], rtol=0, atol=0)
    assert before["train"]["removed"].sum() == 0
    test = before["test"]
    assert test["removed"].mean().item() == pytest.approx(0.3, abs=0.02)
    assert (test["removed"] + test["known"] == 1).all()
    assert (test["value"][test["removed"] == 1] == 0).all()


def test_known_values_of_training_have_mean_0_and_deviation_1(raw: Path) -> None:
    train = loaded(raw)["train"]
    number = train["known"].sum(dim=0)
    np.testing.assert_allclose(train["value"].sum(dim=0) / number, 0, atol=1e-4)
    np.testing.assert_allclose(train["value"].square().sum(dim=0) / (number - 1), 1, atol=1e-3)


def test_only_removed_cells_are_scored() -> None:
    table = pd.DataFrame(
        {
            "filled": [[1.0, 9.0, 0.0], [2.0, 0.0, 5.0]],
            "complete": [[0.0, 0.0, 0.0], [0.0, 0.0, 1.0]],
            "removed": [[1.0, 0.0, 0.0], [1.0, 0.0, 1.0]],
        }
    )
    found = problem.score(problem.measure(table))
    assert found["rmse"] == pytest.approx(np.sqrt((1 + 4 + 16) / 3))
    assert found["mae"] == pytest.approx((1 + 2 + 4) / 3)


def test_hidden_cells_are_known_ones_in_the_shares_of_the_settings() -> None:
    torch.manual_seed(0)
    known = (torch.rand(2000, 40) < 0.7).float()
    away = hidden(known, [0.1, 0.5])
    assert (away <= known).all()
    assert (away.sum() / known.sum()).item() == pytest.approx(0.3, abs=0.02)
    assert (away.sum(dim=1) / known.sum(dim=1)).std() > 0.1


def test_a_hidden_value_does_not_change_what_is_filled_and_a_known_one_stays(raw: Path) -> None:
    test = loaded(raw)["test"]
    torch.manual_seed(0)
    hide = [0.1, 0.5]
    for method in (DenoisingAutoencoder(test, hide, width=16, dropout=0.2), LearnedCovariance(test, hide, factors=8)):
        method.eval()
        noisy = test["value"] + 100 * (1 - test["known"])
        filled = method.predict(test)["filled"]
        torch.testing.assert_close(method.fill(noisy, test["known"]), method.fill(test["value"], test["known"]))
        assert torch.equal(filled[test["known"] == 1], test["value"][test["known"] == 1])


def test_the_equation_gives_what_is_expected_of_a_normal_distribution() -> None:
    """Row by row, as a book says it: with the known part of the covariance alone."""
    torch.manual_seed(0)
    value, known = torch.randn(20, 6), (torch.rand(20, 6) < 0.6).float()
    known[0], known[1] = 0, 1
    method = LearnedCovariance({"value": value}, [0.1, 0.5], factors=3)
    torch.nn.init.normal_(method.mean)
    covariance = method.factors @ method.factors.T + torch.diag(torch.nn.functional.softplus(method.noise) + 0.001)
    filled = method.fill(value, known)
    for row in range(20):
        there = known[row] > 0
        of_known = covariance[there][:, there].inverse()
        expected = method.mean + covariance[:, there] @ of_known @ (value[row] - method.mean)[there]
        torch.testing.assert_close(filled[row], expected, rtol=1e-3, atol=1e-4)


def test_a_learned_covariance_finds_the_line_that_two_columns_lie_on() -> None:
    torch.manual_seed(0)
    first = torch.randn(300)
    value = torch.stack([first, 0.8 * first + 0.1 * torch.randn(300), torch.randn(300)], dim=1)
    examples = {"value": value, "known": torch.ones(300, 3)}
    method = LearnedCovariance(examples, [0.1, 0.5], factors=2)
    learn(method, examples, 100, 0.03)
    known = torch.tensor([[1.0, 0.0, 1.0]])
    filled = method.fill(torch.tensor([[2.0, 0.0, 0.5]]), known)
    assert filled[0, 1].item() == pytest.approx(1.6, abs=0.15)
