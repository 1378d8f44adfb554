"""What the classical references of this task know, and what they do not."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest

from lab.contract import Batch
from lab.tasks.inpainting import problem
from lab.tasks.inpainting.holes import draw_holes


def test_references_know_the_visible_pixels_alone(tmp_path: Path) -> None:
    """Stripes: their components and their neighbours tell what is hidden; a smooth surface cannot."""
    random = np.random.default_rng(0)
    phase = random.uniform(0, 2 * np.pi, (120, 1, 1))
    images = 127 + 100 * np.sin(np.arange(12)[None, None] * 1.6 + phase) + random.normal(0, 2, (120, 12, 12))
    holes = draw_holes(120, 12, 12)[0]
    np.save(tmp_path / "pictures.npy", images.astype(np.uint8))
    np.save(tmp_path / "maps.npy", holes)
    ids = [f"{row}" for row in range(120)]
    pd.DataFrame({"id": ids}).to_parquet(tmp_path / "examples.parquet")
    splits = {"train": ids[:90], "test": ids[90:]}
    truth = cast(Batch, problem.load(tmp_path, splits)["test"])["truth"].numpy().reshape(30, -1)
    scores = {}
    for name, answer in problem.references(tmp_path, splits).items():
        assert np.isnan(answer["filled"]).sum() == 0
        table = pd.DataFrame({"truth": list(truth), "filled": list(answer["filled"])})
        scores[name] = problem.score(problem.measure(table))["psnr"]
    assert scores["principal_components"] > scores["mean_picture"] + 15
    assert scores["nearest_pictures"] > scores["mean_picture"] + 2  # ten of 90 are not all near
    assert scores["smooth_surface"] < scores["principal_components"]
    spoilt = np.where(holes[90:] > 0, 7, images[90:]).astype(np.uint8)
    np.save(tmp_path / "pictures.npy", np.concatenate([images[:90].astype(np.uint8), spoilt]))
    again = problem.references(tmp_path, splits)["principal_components"]["filled"]
    table = pd.DataFrame({"truth": list(truth), "filled": list(again)})
    assert problem.score(problem.measure(table))["psnr"] == pytest.approx(scores["principal_components"])
