"""What methods are compared with must be pictures of the same kind, and as many."""

from pathlib import Path

import numpy as np
import pandas as pd

from lab.tasks.image_generation import problem


def test_the_references_draw_as_many_pictures_as_the_test_split_has(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    np.save(tmp_path / "pictures.npy", random.integers(0, 256, (90, 8, 8), dtype=np.uint8))
    ids = [str(number) for number in range(90)]
    pd.DataFrame({"id": ids}).to_parquet(tmp_path / "examples.parquet")
    given = problem.references(tmp_path, {"train": ids[:60], "validation": ids[60:70], "test": ids[70:]})
    train = np.load(tmp_path / "pictures.npy")[:60].reshape(60, 64) / 255
    for reference in given.values():
        assert reference["sample"].shape == (20, 64)
        assert reference["sample"].min() >= 0
        assert reference["sample"].max() <= 1
    copied = given["copied_training_pictures"]["sample"]
    assert all((np.abs(train - picture).max(axis=1) < 1e-6).any() for picture in copied)
    assert not any(
        (np.abs(train - picture).max(axis=1) < 1e-2).any() for picture in given["gaussian_mixture"]["sample"]
    )
