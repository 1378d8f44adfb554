"""What must hold for the problem and its methods."""

# EDIT 8: what must be true of your data and of what methods see.
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.custom import problem


def test_the_data_are_what_they_are_said_to_be(tmp_path: Path) -> None:
    table, source = problem.collect(tmp_path, DataSettings())
    assert source.kind == "made"
    noise = table["target"] - np.sin(2 * table["x"]) - table["y"] ** 2
    assert noise.std() == pytest.approx(0.1, rel=0.1)
    assert abs(noise.mean()) < 0.01


def test_inputs_have_the_scale_of_training(tmp_path: Path) -> None:
    table, _ = problem.collect(tmp_path, DataSettings())
    table.to_parquet(tmp_path / "examples.parquet")
    found = problem.load(tmp_path, {"train": list(table["id"][:500]), "test": ["003", "700"]})
    np.testing.assert_allclose(found["train"]["input"].mean(dim=0), 0, atol=1e-5)
    np.testing.assert_allclose(found["train"]["input"].std(dim=0), 1, atol=1e-5)
    assert found["test"]["target"].tolist() == pytest.approx(table["target"][[3, 700]].tolist())
    assert found["test"]["input"][0].tolist() == pytest.approx(found["train"]["input"][3].tolist())


def test_own_data_need_an_edit_first(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"own_data/README\.md"):
        problem.collect(tmp_path, DataSettings(source="table"))
