"""Figures of pictures and of what methods say of each of their pixels: some rows of panels beside each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lab.comparison.drawing import medium, on_slides, say


def chosen(quality: np.ndarray) -> dict[str, int]:
    """By their names the rows of the best, of some typical and of the worst example, of a ``quality`` for each."""
    order = np.argsort(-np.nan_to_num(quality, nan=np.nanmedian(quality)), kind="stable")
    best, typical, worst = say("figures.best"), say("figures.typical"), say("figures.worst")
    places = {best: 0, typical: len(order) // 2, worst: len(order) - 1}
    if not on_slides() and len(order) >= 8:
        places = {best: 0, f"{typical} 1": len(order) // 3, f"{typical} 2": 2 * len(order) // 3, worst: len(order) - 1}
    return {name: int(order[place]) for name, place in places.items()}


def grid(rows: list[str], columns: list[str], shape: tuple[int, int], below: float = 0.0) -> tuple[Figure, Any]:
    """Panels (rows, columns) for pictures of ``shape``, with the names of both; ``below`` inches are left free."""
    wide = (medium().width - 0.3) / len(columns)
    high = len(rows) * wide * shape[0] / shape[1] + 0.35 * medium().font / 8 + below
    figure, panels = plt.subplots(len(rows), len(columns), figsize=(medium().width, high), squeeze=False)
    for axes in panels.flat:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.grid(visible=False)
        for spine in axes.spines.values():
            spine.set_visible(False)
    for axes, name in zip(panels[0], columns, strict=True):
        axes.set_title(name, loc="center")
    for axes, name in zip(panels[:, 0], rows, strict=True):
        axes.set_ylabel(name)
    return figure, panels


def pictures_of(ids: pd.Series, table: pd.DataFrame, raw: Path) -> np.ndarray:
    """The pictures of these examples: (n, height, width[, 3])."""
    place = pd.Series(range(len(table)), table["id"])
    return np.load(raw / "pictures.npy", mmap_mode="r")[place[ids].to_numpy()]
