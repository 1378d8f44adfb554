"""Which classes are predicted as which others: counts, and a figure of them."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure

MOST = 40
"""Classes up to which each count is written into its field."""


def confusion(label: np.ndarray, predicted: np.ndarray, number: int) -> np.ndarray:
    """How often each class (row) was predicted as each class (column), of ``number`` classes."""
    return np.bincount(number * label + predicted, minlength=number**2).reshape(number, number)


def draw_confusion(answers: dict[str, tuple[np.ndarray, np.ndarray]], names: list[str]) -> Figure:
    """A panel for each method, of its ``(label, predicted)``; ``names`` are those of the classes."""
    number, long = len(names), max(map(len, names)) > 2
    side = max(3.1, 0.26 * min(number, MOST))
    size = (side * len(answers), side + 0.1)
    figure, panels = plt.subplots(1, len(answers), figsize=size, sharey=True, squeeze=False)
    for axes, (method, (label, predicted)) in zip(panels[0], answers.items(), strict=True):
        counts = confusion(label, predicted, number)
        mistakes = counts - np.diag(np.diag(counts))
        darkest = max(6, mistakes.max())
        axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=darkest)
        for (row, column), count in np.ndenumerate(counts):
            if count and number <= MOST:
                colour = "0.6" if row == column else "white" if count > 0.6 * darkest else "black"
                axes.text(column, row, count, ha="center", va="center", color=colour)
        axes.set(title=f"{method}: {mistakes.sum()} mistakes", xlabel="predicted as")
        axes.set_xticks(range(number), names, rotation=90 if long else 0)
        axes.set_yticks(range(number), names)
        axes.grid(visible=False)
    panels[0][0].set_ylabel("class")
    return figure
