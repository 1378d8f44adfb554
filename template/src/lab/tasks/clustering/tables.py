"""A figure of which classes are in which cluster."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import LinearSegmentedColormap

from lab.comparison.drawing import called, entry, itemised, medium, said
from lab.contract import Drawn
from lab.style import PALETTE
from lab.tasks.clustering.agreement import counts, matched

LONG = 12
"""Letters of a class's name that have room below a panel."""


def draw_table(tests: dict[str, pd.DataFrame], names: list[str]) -> Drawn:
    """A panel for each method: a row for each cluster, in the order of the classes that they are matched with."""
    shades = LinearSegmentedColormap.from_list("shares", [PALETTE["paper"], PALETTE["accent"]])
    width = medium().width
    figure, panels = plt.subplots(1, len(tests), figsize=(width, 0.9 * width / max(len(tests), 2)), squeeze=False)
    short = [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in names]
    told = []
    for axes, (method, test) in zip(panels[0], tests.items(), strict=True):
        label, cluster = test["label"].to_numpy(), test["cluster"].to_numpy()
        held, named = counts(label, cluster), matched(label, cluster)
        order = sorted(range(len(held)), key=lambda one: (named.get(one, len(names)), one))
        axes.imshow(held[order], cmap=shades, vmin=0, vmax=held.max(), aspect="auto")
        room = width / len(tests) / len(names) > 0.02 * medium().font
        for (row, column), count in np.ndenumerate(held[order]):
            if count and room:
                colour = PALETTE["paper" if count > 0.6 * held.max() else "ink"]
                axes.text(column, row, count, ha="center", va="center", color=colour)
        right = sum(int(held[one, name]) for one, name in named.items())
        axes.set_title(called(method))
        axes.set_xticks(range(len(names)), short, rotation=90 if max(map(len, short)) > 2 else 0)
        axes.set_yticks([])
        axes.grid(visible=False)
        axes.set_xlabel(said({"en": "class", "zh-TW": "類別"}))
        words = {
            "en": f"{right} of {len(test)} on the matched fields",
            "zh-TW": f"配對欄位上 {right} 張，共 {len(test)} 張",
        }
        told.append(entry(method, said(words)))
    panels[0][0].set_ylabel(said({"en": "cluster", "zh-TW": "群"}))
    caption = {
        "en": "How many test pictures of each class are in each cluster. Clusters are in the order of the classes that "
        "they match best, so that agreement lies on the diagonal.",
        "zh-TW": "各群中各類別的測試圖片數。群依其最佳配對的類別排序，一致者落在對角線上。",
    }
    return Drawn(figure, said(caption), itemised(told))
