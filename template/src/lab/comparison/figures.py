"""Figures for documents: plain, in one style, and the same bytes from the same numbers."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from pylopdf_fonts_zh_tw import sans_path

from lab.files import atomic
from lab.results import Compared, Difference, Family, MetricResult
from lab.style import PALETTE, method_colours
from lab.words import Say

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

matplotlib.use("agg")
font_manager.fontManager.addfont(str(sans_path()))  # names of classes may be Chinese, which few machines have

STYLE: Any = {
    "axes.grid": True,
    "axes.edgecolor": PALETTE["ink"],
    "axes.labelcolor": PALETTE["ink"],
    "axes.prop_cycle": plt.cycler(color=[PALETTE["baseline"], PALETTE["accent"], *PALETTE["others"]]),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans", "Noto Sans TC"],
    "font.size": 9,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "savefig.bbox": "tight",
    "text.color": PALETTE["ink"],
    "xtick.color": PALETTE["ink"],
    "ytick.color": PALETTE["ink"],
    "svg.fonttype": "path",
    "svg.hashsalt": "lab",
}


JUDGED: tuple[Family, ...] = ("candidate", "ablation")


def save(figure: Figure, path: Path) -> None:
    """Write an SVG without date or random names in it; name the characters that no font has, for they become boxes."""
    with atomic(path) as temporary, plt.rc_context(STYLE), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    plt.close(figure)
    lost = {int(found[1]) for one in caught if (found := re.match(r"Glyph (\d+) ", str(one.message)))}
    if lost:
        named = ", ".join(f"{chr(code)} (U+{code:04X})" for code in sorted(lost))
        print(f"warning: {path.name}: no font here has {named}: drawn as a box")
    for one in caught:
        if not str(one.message).startswith("Glyph "):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def colours(methods: list[str]) -> dict[str, str]:
    """The colour of each method in a figure of the task: compare sets matplotlib's cycle to those of the methods."""
    return dict(zip(methods, cycle(plt.rcParams["axes.prop_cycle"].by_key()["color"]), strict=False))


def learning_curves(histories: dict[str, dict[int, pd.DataFrame]], colour: dict[str, str], say: Say) -> Figure:
    """Training (dashed) and validation loss of each method by epoch: mean over seeds, band from lowest to highest."""
    columns = min(3, len(histories))
    rows = -(-len(histories) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(3.2 * columns, 2.6 * rows), squeeze=False)
    for unused in panels.flat[len(histories) :]:
        unused.set_axis_off()
    for axes, (method, runs) in zip(panels.flat, histories.items(), strict=False):
        for split, line in (("train", "--"), ("validation", "-")):
            column = f"{split}_loss"
            seeds = [run.set_index("epoch")[column] for run in runs.values() if column in run]
            if not seeds:
                continue
            # Seeds may stop early: each epoch counts those that reached it.
            table = np.array([list(seed.reindex(range(1, max(map(len, seeds)) + 1))) for seed in seeds], dtype=float)
            epochs = np.arange(1, table.shape[1] + 1)
            axes.plot(epochs, np.nanmean(table, axis=0), line, color=colour[method], label=say(f"figures.{split}"))
            low, high = np.nanmin(table, axis=0), np.nanmax(table, axis=0)
            axes.fill_between(epochs, low, high, color=colour[method], alpha=0.15, lw=0)
        axes.set(title=method, xlabel=say("figures.epoch"), ylabel=say("figures.loss"))
        if axes.lines:
            axes.legend()
    return figure


def comparison(summary: Compared, say: Say) -> Figure:
    """Each metric of each method, with a line for each classical reference; below, each family's differences.

    Candidates differ from the baseline, ablations from the method that they lack a part of.
    """
    metrics, methods = summary["metrics"], list(summary["methods"])
    colour = method_colours(methods, summary["baseline"], summary["champion"])
    families = [[name for name in methods if summary["methods"][name]["family"] == kind] for kind in JUDGED]
    families = [members for members in families if members]
    heights = [len(methods), *map(len, families)]
    size = (2.6 * len(metrics), 0.9 * len(heights) + 0.35 * sum(heights))
    ratios = [0.9 / 0.35 + height for height in heights]
    figure, panels = plt.subplots(
        len(heights), len(metrics), figsize=size, sharey="row", squeeze=False, height_ratios=ratios
    )
    for column, metric in enumerate(metrics):
        unit = f" ({metric['unit']})" if metric["unit"] else ""
        name = metric["name"].replace("_", " ")
        direction = say(f"figures.{'higher' if metric['higher_is_better'] else 'lower'}_is_better")
        entries = {method: summary["methods"][method]["metrics"][metric["name"]] for method in methods}
        axes = panels[0][column]
        bars(axes, entries, colour)
        for row, method in enumerate(methods):
            values = list(entries[method]["values"].values())
            axes.plot(values, [row + 0.2] * len(values), ".", color=colour[method], ms=4, alpha=0.6)
        for number, (reference, found) in enumerate(summary["references"].items()):
            value = found["metrics"][metric["name"]]["value"]
            axes.axvline(value, color=PALETTE["quiet"], lw=0.8, ls=(0, (4, 2 + 2 * number)))
            text, is_right = reference.replace("_", " "), value > np.mean(axes.get_xlim())
            place: Any = {"xy": (value, 1), "xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
            place |= {"xytext": (-2 if is_right else 2, 2 + 8 * number), "ha": "right" if is_right else "left"}
            axes.annotate(text, fontsize=7, color=PALETTE["quiet"], **place)
        axes.set(xlabel=f"{name}{unit}\n{direction}")
        for axes, members in zip(panels[1:, column], families, strict=True):
            axes.axvline(0, color=PALETTE["ink"], lw=0.8)
            differences = {method: difference for method in members if (difference := entries[method]["difference"])}
            bars(axes, differences, colour)
            shift = say("figures.difference_from", baseline=next(iter(differences.values()))["against"])
            axes.set(xlabel=f"{shift}{unit}\n{direction}")
    for row in panels:
        row[0].invert_yaxis()
    return figure


def bars(axes: Axes, entries: Mapping[str, MetricResult | Difference], colour: dict[str, str]) -> None:
    """Each of ``entries`` as a dot on its interval; the dot is open for a difference that may be none."""
    for row, (method, entry) in enumerate(entries.items()):
        axes.plot(entry["interval"], [row, row], color=colour[method], lw=2, solid_capstyle="round")
        filled = entry.get("verdict", "better") in ("better", "worse")
        axes.plot(entry["mean"], row, "o", color=colour[method], ms=6, mfc=colour[method] if filled else "white")
    axes.set_yticks(range(len(entries)), list(entries))
    axes.set_ylim(-0.5, len(entries) - 0.5)
