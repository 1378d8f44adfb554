"""A figure of the mistakes that each method was surest of, as pictures."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.classes import surest_mistakes, told_mistakes
from lab.comparison.drawing import called, on_slides, said
from lab.contract import Drawn
from lab.tasks.image_classification.digits import INK

LONG = 10
"""Letters of a class's name that have room above a picture."""


def draw_mistakes(predictions: dict[str, pd.DataFrame], names: list[str], table: pd.DataFrame, raw: Path) -> Drawn:
    """A row of pictures for each method; above each the true class → the predicted one, and how sure it was."""
    shown = 6 if on_slides() else 8
    pictures, place = np.load(raw / "pictures.npy", mmap_mode="r"), pd.Series(range(len(table)), table["id"])
    look = {"cmap": "gray_r", "vmin": 0, "vmax": INK} if "ink" in table else {"cmap": "gray", "vmin": 0, "vmax": 255}
    long = max(map(len, names)) > 3  # then each name has a line of its own
    short, between = (
        [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in names],
        "\n→ " if long else " → ",
    )
    size = (0.72 * shown, (1.25 if long else 1.05) * len(predictions))
    figure, panels = plt.subplots(len(predictions), shown, figsize=size, squeeze=False)
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        mistakes = surest_mistakes(frame, shown)
        for axes in row:
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_visible(False)
        for axes, mistake in zip(row, mistakes.itertuples(), strict=False):
            axes.imshow(pictures[place[mistake.id]], **look)
            answer = f"{short[mistake.label]}{between}{short[mistake.predicted]}\n{mistake.confidence:.0%}"
            axes.set_title(answer, loc="center")
        row[0].set_ylabel(called(method))
    caption = {
        "en": "Surest mistakes on the test split. Above each: true class → predicted class, and its probability.",
        "zh-TW": "測試集上最有把握的誤判：各圖上方為真實類別 → 預測類別，以及預測機率。",
    }
    return Drawn(figure, said(caption), told_mistakes(predictions, names, shown))
