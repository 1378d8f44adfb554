"""A figure of which columns are hard to fill."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, colours, entry, itemised, medium, on_slides, said
from lab.contract import Drawn

LONG = 28
"""Letters of a column's name that have room."""


def draw_columns(cells: dict[str, pd.DataFrame], names: list[str]) -> Drawn:
    """The RMSE of each column, the easiest for the last method at the top; of many columns the hardest are shown."""
    errors = {
        method: ((frame["predicted"] - frame["target"]) ** 2).groupby(frame["column"]).mean() ** 0.5
        for method, frame in cells.items()
    }
    last = list(errors)[-1]
    places = errors[last].sort_values(ascending=False).index[: 7 if on_slides() else 30]
    called_by = {place: names[place].replace("_", " ") for place in places}
    short = [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in called_by.values()]
    line = medium().font / 72
    figure, axes = plt.subplots(figsize=(medium().width, line * (6 + 1.3 * len(places))))
    for (method, colour), mark in zip(colours(list(cells)).items(), cycle("oDs^v"), strict=False):
        axes.plot(errors[method].loc[places], np.arange(len(places)), mark, color=colour, label=called(method))
    axes.axvline(1, color=plt.rcParams["axes.edgecolor"], linestyle=":", linewidth=plt.rcParams["axes.linewidth"])
    axes.set_yticks(range(len(places)), short)
    axes.set_xlabel(said({"en": "RMSE (SD)", "zh-TW": "RMSE（標準差）"}))
    axes.set_xlim(left=0)
    figure.legend(loc="outside upper center", ncols=len(cells))
    caption = {
        "en": "RMSE of the removed values in each column, the hardest at the bottom. "
        "On the dotted line is about what the column's mean gives.",
        "zh-TW": "各欄移除值的 RMSE，最難填補者在最下方；虛線約為以該欄平均值填補的結果。",
    }
    ends = [(places[0], "highest", "最高"), (places[-1], "lowest", "最低")]
    told = []
    for method in cells:
        for place, english, chinese in ends:
            name, error = called_by[place], f"{errors[method][place]:.2f} SD"
            text = {"en": f"{english} in {name}, {error}", "zh-TW": f"{name} {chinese}，{error}"}
            told.append(entry(method, said(text)))
    return Drawn(figure, said(caption), itemised(told))
