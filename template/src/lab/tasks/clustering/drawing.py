"""A figure of what each cluster holds: the pictures that are nearest to its centre."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, entry, itemised, medium, on_slides, said, say
from lab.contract import Drawn
from lab.style import number
from lab.tasks.clustering.agreement import counts

LONG = 6
"""Letters of a class's name that have room above a picture."""


def draw_nearest(tests: dict[str, pd.DataFrame], names: list[str], table: pd.DataFrame, raw: Path) -> Drawn:
    """For each method a column of pictures for each cluster, the largest clusters first; above it its main class."""
    deep, most = (3, 10) if on_slides() else (5, 12)
    pictures, place = np.load(raw / "pictures.npy", mmap_mode="r"), pd.Series(range(len(table)), table["id"])
    scans = pictures.ndim == 3 and pictures.shape[1:] == (28, 28)  # white on black: shown dark on light, as written
    across = min(most, max(test["cluster"].nunique() for test in tests.values()))
    side = medium().width / max(across, 8)
    figure = plt.figure(
        figsize=(side * across, len(tests) * (0.9 * side * deep + (3.4 if on_slides() else 5) * medium().font / 72))
    )
    told = []
    for part, (method, test) in zip(figure.subfigures(len(tests), 1, squeeze=False)[:, 0], tests.items(), strict=True):
        panels = part.subplots(deep, across, squeeze=False)
        part.suptitle(called(method), x=0, ha="left")
        for axes in panels.ravel():
            axes.set_axis_off()
        held = counts(test["label"].to_numpy(), test["cluster"].to_numpy())
        largest = [cluster for cluster in np.argsort(-held.sum(axis=1), kind="stable") if held[cluster].sum()]
        shares = []
        for column, cluster in zip(panels.T, largest, strict=False):
            main = held[cluster].argmax()
            share = number(float(100 * held[cluster, main] / held[cluster].sum())) + "%"
            short = names[main] if len(names[main]) <= LONG else f"{names[main][: LONG - 1]}…"
            column[0].set_title(short if on_slides() else f"{short}\n{share}", loc="center")
            shares.append(f"{names[main]} ({share})")
            chosen = test[test["cluster"] == cluster].nsmallest(deep, "distance")
            for axes, identity in zip(column, chosen["id"], strict=False):
                axes.imshow(pictures[place[identity]], cmap="gray_r" if scans else "gray", vmin=0, vmax=255)
        listed = say("results.list").join(shares)
        told.append(entry(method, listed))
    caption = {
        "en": "Test pictures nearest to the centre of each cluster, a column a cluster, the largest first. Above each: "
        "the class that most of its pictures have, and their share; the labels were seen by no method.",
        "zh-TW": "測試集中最接近各群中心的圖片，每行一群，由大到小。"
        "上方為該群最多的類別及其比例；所有方法皆未看過標籤。",
    }
    return Drawn(figure, said(caption), itemised(told))
