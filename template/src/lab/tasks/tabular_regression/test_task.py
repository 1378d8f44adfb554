"""What must hold for this task's table, measures and methods."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from lab.contract import Batch, Method
from lab.data_settings import DataSettings
from lab.tasks.tabular_regression import problem
from lab.tasks.tabular_regression.baseline import Perceptron
from lab.tasks.tabular_regression.columns import CATEGORIES, RANGES
from lab.tasks.tabular_regression.novel import PiecewiseLinearEmbedding, SharedEnsemble


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    table, _ = problem.collect(tmp_path, DataSettings())
    table.to_parquet(tmp_path / "examples.parquet", index=False)
    return tmp_path


@pytest.fixture
def batch(raw: Path) -> Batch:
    return cast(Batch, problem.load(raw, {"train": [f"{row:04d}" for row in range(0, 2930, 5)]})["train"])


def untrained(batch: Batch) -> list[Method]:
    torch.manual_seed(0)
    return [
        Perceptron(batch, width=128, dropout=0.3),
        SharedEnsemble(batch, bins=16, embedding=8, members=8, width=128, dropout=0.3),
    ]


def test_every_column_has_one_rule_and_every_rule_a_column(raw: Path) -> None:
    columns = set(pd.read_parquet(raw / "examples.parquet").columns) - {"id", "sha256"}
    assert columns == {*CATEGORIES, *RANGES}
    assert not set(CATEGORIES) & set(RANGES)


def test_basement_areas_add_up(raw: Path) -> None:
    houses = pd.read_parquet(raw / "examples.parquet")
    finished, other = houses["BsmtFin_SF_1"], houses["BsmtFin_SF_2"] + houses["Bsmt_Unf_SF"]
    assert (finished + other == houses["Total_Bsmt_SF"]).all()
    assert finished.max() > 1000  # square feet, not codes
    assert (finished[houses["BsmtFin_Type_1"] == "Unf"] == 0).all()


def test_loss_starts_at_that_of_guessing_the_mean(batch: Batch) -> None:
    for method in untrained(batch):
        method.eval()
        assert method.loss(batch)["loss"].item() == pytest.approx(1, abs=0.15), type(method)


def test_predictions_are_in_the_unit_of_the_target(batch: Batch) -> None:
    for method in untrained(batch):
        predicted = method.eval().predict(batch)["predicted"]
        assert predicted.shape == batch["target"].shape
        assert predicted.mean().item() == pytest.approx(batch["target"].mean().item(), rel=0.1)


def test_scores_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    price = random.uniform(1e5, 5e5, size=100)
    predicted = price + random.normal(scale=2e4, size=100)
    found = problem.score(pd.DataFrame({"target": price, "predicted": predicted}))
    assert found["rmse"] == pytest.approx(root_mean_squared_error(price, predicted))
    assert found["mae"] == pytest.approx(mean_absolute_error(price, predicted))
    assert found["r2"] == pytest.approx(r2_score(price, predicted))


def test_an_unknown_category_is_none_of_the_known_ones(raw: Path) -> None:
    houses = pd.read_parquet(raw / "examples.parquet").set_index("id")
    (lonely,) = houses.index[houses["Neighborhood"] == "Landmark"]
    others = [identity for identity in houses.index if identity != lonely][:500]
    examples = cast(dict[str, Batch], problem.load(raw, {"train": others, "test": [lonely]}))
    assert examples["train"]["categories"].sum(dim=1).unique().tolist() == [len(CATEGORIES)]
    assert examples["test"]["categories"].sum().item() < len(CATEGORIES)


def test_embedding_is_piecewise_linear_between_quantiles() -> None:
    numbers = torch.tensor([[0.0], [1.0], [2.0], [4.0], [8.0]])
    embedding = PiecewiseLinearEmbedding(numbers, bins=4, width=4)
    with torch.no_grad():
        embedding.curves.copy_(torch.eye(4).unsqueeze(0))  # then the vector tells how much of each piece lies below
    found = embedding(torch.tensor([[-5.0], [0.5], [3.0], [9.0]]))
    expected = torch.tensor([[0, 0, 0, 0], [0.5, 0, 0, 0], [1, 1, 0.5, 0], [1, 1, 1, 1]])
    torch.testing.assert_close(found, expected)


def test_members_of_the_ensemble_differ(batch: Batch) -> None:
    prices = untrained(batch)[1].eval().standard_targets(batch)  # type: ignore[operator]
    assert prices.shape == (len(batch["target"]), 8)
    assert prices.std(dim=1).min() > 0
