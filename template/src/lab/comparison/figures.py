"""Figures for documents: quiet, alike, readable without colour vision, and the same bytes from the same numbers."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
from matplotlib import font_manager
from pylopdf_fonts_zh_tw import sans_path

from lab.files import atomic

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

matplotlib.use("agg")
font_manager.fontManager.addfont(str(sans_path()))  # names of classes may be Chinese, which few machines have

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Okabe & Ito 2008: eight colours that colour-blind readers tell apart; these six also stand out on white."""

STYLE: Any = {
    "axes.grid": True,
    "axes.prop_cycle": plt.cycler(color=PALETTE),
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.family": ["DejaVu Sans", "Noto Sans TC"],
    "font.size": 9,
    "grid.alpha": 0.25,
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "savefig.bbox": "tight",
    "svg.fonttype": "path",
    "svg.hashsalt": "lab",
}


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
    """The colour of each method, the same in all figures."""
    return {method: PALETTE[index % len(PALETTE)] for index, method in enumerate(methods)}


def learning_curves(histories: dict[str, dict[int, pd.DataFrame]]) -> Figure:
    """Training (dashed) and validation loss of each method by epoch: mean over seeds, band from lowest to highest."""
    columns = min(3, len(histories))
    rows = -(-len(histories) // columns)
    figure, panels = plt.subplots(rows, columns, figsize=(3.2 * columns, 2.6 * rows), squeeze=False)
    for unused in panels.flat[len(histories) :]:
        unused.set_axis_off()
    shown = zip(panels.flat, histories.items(), colours(list(histories)).values(), strict=False)
    for axes, (method, runs), colour in shown:
        for column, line in (("train_loss", "--"), ("validation_loss", "-")):
            seeds = [run.set_index("epoch")[column] for run in runs.values() if column in run]
            if not seeds:
                continue
            # Seeds may stop early: each epoch counts those that reached it.
            table = np.array([list(seed.reindex(range(1, max(map(len, seeds)) + 1))) for seed in seeds], dtype=float)
            epochs = np.arange(1, table.shape[1] + 1)
            axes.plot(epochs, np.nanmean(table, axis=0), line, color=colour, label=column.removesuffix("_loss"))
            axes.fill_between(
                epochs, np.nanmin(table, axis=0), np.nanmax(table, axis=0), color=colour, alpha=0.15, lw=0
            )
        axes.set(title=method, xlabel="epoch", ylabel="loss")
        if axes.lines:
            axes.legend()
    return figure


def comparison(summary: dict[str, Any]) -> Figure:
    """Each metric of each method above, its difference to the baseline below, each with its interval as a bar."""
    metrics, methods = summary["metrics"], list(summary["methods"])
    others = [method for method in methods if method != summary["baseline"]]
    heights = [len(methods), len(others)] if others else [len(methods)]
    size = (2.6 * len(metrics), 0.9 * len(heights) + 0.35 * sum(heights))
    ratios = [0.9 / 0.35 + height for height in heights]
    figure, panels = plt.subplots(
        len(heights), len(metrics), figsize=size, sharey="row", squeeze=False, height_ratios=ratios
    )
    for column, metric in enumerate(metrics):
        unit = f" ({metric['unit']})" if metric["unit"] else ""
        name, direction = metric["name"].replace("_", " "), "higher" if metric["higher_is_better"] else "lower"
        entries = {method: summary["methods"][method]["metrics"][metric["name"]] for method in methods}
        axes = panels[0][column]
        bars(axes, entries, colours(methods))
        for row, (method, colour) in enumerate(colours(methods).items()):
            values = list(entries[method]["values"].values())
            axes.plot(values, [row + 0.2] * len(values), ".", color=colour, ms=4, alpha=0.6)
        axes.set(xlabel=f"{name}{unit}\n{direction} is better")
        if others:
            axes = panels[1][column]
            axes.axvline(0, color="black", lw=0.8)
            bars(axes, {method: entries[method]["difference"] for method in others}, colours(methods))
            axes.set(xlabel=f"difference to {summary['baseline']}{unit}\n{direction} is better")
    for row in panels:
        row[0].invert_yaxis()
    return figure


def bars(axes: Axes, entries: dict[str, dict[str, Any]], colour: dict[str, str]) -> None:
    """Each of ``entries`` as a dot on its interval; the dot is open for a difference that may be none."""
    for row, (method, entry) in enumerate(entries.items()):
        axes.plot(entry["interval"], [row, row], color=colour[method], lw=2, solid_capstyle="round")
        filled = entry.get("verdict", "better") in ("better", "worse")
        axes.plot(entry["mean"], row, "o", color=colour[method], ms=6, mfc=colour[method] if filled else "white")
    axes.set_yticks(range(len(entries)), list(entries))
    axes.set_ylim(-0.5, len(entries) - 0.5)
