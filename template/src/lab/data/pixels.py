"""Classical answers for each pixel of a picture: a model that judges it by what is around it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.data.picture_maps import pixel_features
from lab.forests import fitted

PICTURES, PIXELS, CHUNK = 1000, 60_000, 50
"""Of how many training pictures, and from how many of their pixels, is learnt; pictures that are read at a time."""


def judged(
    model: Any, raw: Path, splits: dict[str, list[str]], known: Callable[[np.ndarray], np.ndarray], *more: np.ndarray
) -> np.ndarray:
    """(n, height * width): what ``model`` says of the pixels of the test split, once it has learnt from training.

    ``known`` says which values of maps are answers. ``more`` features (all pictures, height, width) are joined.
    """
    place = pd.Series(range(len(table := pd.read_parquet(raw / "examples.parquet"))), table["id"])
    pictures, maps = (np.load(raw / f"{name}.npy", mmap_mode="r") for name in ("pictures", "maps"))
    train, test = place[splits["train"]].to_numpy()[:PICTURES], place[splits["test"]].to_numpy()

    def features(rows: np.ndarray) -> np.ndarray:
        found = np.concatenate([pixel_features(pictures[rows]), *(one[rows][..., None] for one in more)], axis=3)
        return found.reshape(len(rows), -1, found.shape[3])

    random = np.random.default_rng(0)
    learnt, answers, each = [], [], max(1, PIXELS // len(train))
    for rows in np.array_split(train, -(-len(train) // CHUNK)):
        values = maps[rows].reshape(len(rows), -1)
        chosen = random.integers(0, values.shape[1], (len(rows), each))
        learnt.append(np.take_along_axis(features(rows), chosen[..., None], axis=1))
        answers.append(np.take_along_axis(values, chosen, axis=1))
    there = known(told := np.concatenate(answers).ravel())
    found = np.concatenate(learnt)
    model = fitted(model, found.reshape(-1, found.shape[2])[there], told[there])
    said = []
    for rows in np.array_split(test, -(-len(test) // CHUNK)):
        found = features(rows)
        said.append(model.predict(found.reshape(-1, found.shape[2])).reshape(len(rows), -1))
    return np.concatenate(said)
