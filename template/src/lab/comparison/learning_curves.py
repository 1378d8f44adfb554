"""The figure of losses: all methods on one scale, in training and in validation, each line with its name at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from lab.comparison.drawing import called, capital, colours, entry, fit, markers, medium, on_slides, say
from lab.contract import Drawn
from lab.style import NUMBER

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SPLITS = ("train", "validation")
DECADES = 15
"""The highest loss over the lowest, from which on the scale is logarithmic."""

Histories = dict[str, dict[int, "pd.DataFrame"]]


def learning_curves(histories: Histories, baseline: str, champion: str) -> Drawn:
    """Loss by epoch: the mean over the seeds, and a band from the lowest to the highest of them."""
    methods = list(histories)
    colour, mark = colours(methods), markers(methods, baseline, champion)
    curves = {split: _curves(histories, split) for split in SPLITS}
    height = 0.36 * medium().width
    figure, panels = plt.subplots(1, 2, figsize=(medium().width, height), sharey=True, sharex=True)
    for axes, split in zip(panels, SPLITS, strict=True):
        for method, table in curves[split].items():
            epochs = np.arange(1, table.shape[1] + 1)
            every = max(1, len(epochs) // 6)
            marked: Any = {"marker": mark[method], "markevery": (every - 1, every), "color": colour[method]}
            axes.plot(epochs, np.nanmean(table, axis=0), **marked, ms=0.8 * plt.rcParams["lines.markersize"])
            low, high = np.nanmin(table, axis=0), np.nanmax(table, axis=0)
            axes.fill_between(epochs, low, high, color=colour[method], alpha=0.15, lw=0)
        axes.set(title=say(f"figures.{split}_loss"), xlabel=capital(say("figures.epoch")))
        axes.xaxis.set_major_locator(MaxNLocator(4 if on_slides() else 6, integer=True, min_n_ticks=1))
    losses = [table.ravel() for found in curves.values() for table in found.values()]
    everything = np.concatenate(losses) if losses else np.ones(1)
    logarithmic = bool(np.nanmin(everything) > 0 and np.nanmax(everything) > DECADES * np.nanmin(everything))
    if logarithmic:
        _logarithmic(panels[0])
    last = {split: found for split, found in curves.items() if found}
    named: set[str] = set()
    for axes, split in reversed(list(zip(panels, SPLITS, strict=True))):
        ends = {method: table for method, table in last.get(split, {}).items() if method not in named}
        _name_lines(figure, axes, ends, colour)
        named |= ends.keys()
    lost = [called(method) for method in methods if method not in named]
    parts = [say("figures.curves_caption"), *([say("figures.logarithmic")] if logarithmic else [])]
    parts += [say("figures.no_curve", methods=say("results.list").join(lost))] if lost else []
    told = say("figures.item").join(_told(curves, method) for method in methods if method in named)
    return Drawn(figure, say("terms.gap").join(parts), say("figures.curves_alt") + told + say("figures.stop"))


def _curves(histories: Histories, split: str) -> dict[str, np.ndarray]:
    """(seeds, epochs) for each method that has this loss; seeds may stop early: each epoch counts those that ran."""
    found = {}
    for method, runs in histories.items():
        seeds = [run.set_index("epoch")[f"{split}_loss"] for run in runs.values() if f"{split}_loss" in run]
        if epochs := max((len(seed) for seed in seeds), default=0):
            every = range(1, epochs + 1)
            found[method] = np.array([list(seed.reindex(every)) for seed in seeds], dtype=float)
    return found


def _logarithmic(axes: Axes) -> None:
    """Plain numbers on the axis: a small exponent could not be read."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1.0,) if high > 100 * low else (1.0, 2.0, 5.0)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.10g}"))
    axes.yaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))


def _name_lines(figure: Figure, axes: Axes, ends: dict[str, np.ndarray], colour: dict[str, str]) -> None:
    """Write each method's name at the end of its line; names that would meet move apart."""
    if not ends:
        return
    names = {}
    for method, table in ends.items():
        # All names begin where the longest line ends.
        right = max(other.shape[1] for other in ends.values())
        value = float(np.nanmean(table[:, -1]))
        names[method] = axes.annotate(
            called(method),
            (right, value),
            xytext=(medium().font * 0.7, 0),
            textcoords="offset points",
            va="center",
            color=colour[method],
            annotation_clip=False,
        )
    fit(figure, medium())  # so that the places of the ends are known
    points = 72 / figure.dpi
    ideal = {method: axes.transData.transform(names[method].xy)[1] * points for method in names}
    bottom, top = (axes.transAxes.transform((0, edge))[1] * points for edge in (0, 1))
    for method, place in apart(ideal, medium().font * 1.2, bottom, top).items():
        names[method].set_position((medium().font * 0.7, place - ideal[method]))


def apart(wanted: dict[str, float], gap: float, low: float, high: float) -> dict[str, float]:
    """Places that are ``gap`` apart, in the order of those wanted and near to them, from ``low`` on."""
    order = sorted(wanted, key=lambda name: wanted[name])
    found: list[float] = []
    for name in order:
        found.append(max(wanted[name], found[-1] + gap if found else low))
    ceiling = max(high, low + gap * (len(order) - 1))
    for place in reversed(range(len(order))):
        found[place] = min(found[place], ceiling)
        ceiling = found[place] - gap
    return dict(zip(order, found, strict=True))


def _told(curves: dict[str, dict[str, np.ndarray]], method: str) -> str:
    """First and last loss of one method."""
    parts = []
    for split in SPLITS:
        if method in curves[split]:
            table = curves[split][method]
            first, last = (f"{np.nanmean(table[:, place]):.3g}".replace("-", NUMBER["minus"]) for place in (0, -1))
            parts.append(say(f"figures.{split}_ends", first=first, last=last, epoch=table.shape[1]))
    return entry(method, say("results.then").join(parts))
