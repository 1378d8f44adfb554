"""How much of what was asked each method does, by what it is about: a bar for each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, colours, entry, itemised, said, say
from lab.style import PALETTE
from lab.words import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_shares(
    shares: dict[str, pd.Series], names: dict[str, str], label: str, best: pd.Series | None = None
) -> tuple[Figure, str]:
    """Bars of ``shares``, from 0 to 1, of each method, and the same in words; ``names`` in print, the first on top.

    ``best``: what is possible, as a line across the bars.
    """
    figure, axes = plt.subplots(figsize=(5.2, 2.2))
    height, colour, places = 0.8 / len(shares), colours(list(shares)), np.arange(len(names))
    told = []
    for number, (method, given) in enumerate(shares.items()):
        values = given.reindex(list(names)).fillna(0)
        where = places + height * (number - (len(shares) - 1) / 2)
        axes.barh(where, 100 * values, height, color=colour[method], label=called(method))
        listed = say("results.list").join(f"{names[name]} {value:.0%}" for name, value in values.items())
        told.append(entry(method, listed))
    if best is not None:
        axes.vlines(100 * best.reindex(list(names)).fillna(0), places - 0.4, places + 0.4, PALETTE["ink"], "dotted")
    axes.set_yticks(places, list(names.values()))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set(xlim=(0, 100), xlabel=label)
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=len(shares))
    return figure, itemised(told)


def by_kind(judged: Iterable[tuple[str, bool]]) -> tuple[pd.Series, pd.Series]:
    """Of pairs of a kind and whether it is right: of each kind the share that is right, and how many there are."""
    of_kind = pd.DataFrame(judged, columns=["kind", "right"]).groupby("kind", sort=False)["right"]
    return of_kind.mean().astype(float), of_kind.size()


def in_print(counts: pd.Series, known: dict[str, Text], most: int = 10) -> dict[str, str]:
    """Of ``known`` kinds all by their names; if none are, the ``most`` frequent ones of ``counts``, which are words."""
    frequent = counts.sort_values(ascending=False, kind="stable").index[:most]
    return {name: said(text) for name, text in known.items()} or {word: word for word in frequent}
