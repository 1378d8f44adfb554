"""Figures: predicted against true values, and where each method errs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import LogLocator

from lab.comparison.figures import colours
from lab.data.features import is_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLACE = "Neighborhood"
"""The column of the demo data by which errors are shown; of own data it is the one of most categories."""


def draw_values(predictions: dict[str, pd.DataFrame], name: str, unit: str) -> Figure:
    """Each example as a dot; the axes are logarithmic if values differ more than tenfold."""
    true = next(iter(predictions.values()))["target"].astype(float)
    scale = 1000 if true.abs().median() > 10_000 else 1
    low, high = true.min() / scale, true.max() / scale
    wide = low > 0 and high > 10 * low
    ends = [0.8 * low, 1.25 * high] if wide else [low - 0.05 * (high - low), high + 0.05 * (high - low)]
    size = (3.1 * len(predictions), 3.2)
    figure, panels = plt.subplots(1, len(predictions), figsize=size, sharex=True, sharey=True, squeeze=False)
    label = f"({'1,000 ' if scale > 1 else ''}{unit})" if unit or scale > 1 else ""
    shown = zip(panels[0], predictions.items(), colours(list(predictions)).values(), strict=True)
    for axes, (method, frame), colour in shown:
        axes.plot(ends, ends, color="0.6", lw=1)
        axes.plot(true / scale, frame["predicted"] / scale, ".", color=colour, ms=5, alpha=0.4, mew=0)
        axes.set(title=method, xlabel=f"{name} {label}".strip(), xlim=ends, ylim=ends)
        if wide:
            axes.set(xscale="log", yscale="log")
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axis.set_major_formatter("{x:,.0f}" if low > 1 else "{x:,g}")
                axis.set_minor_formatter("")
    panels[0][0].set_ylabel(f"predicted {label}".strip())
    return figure


def draw_errors(
    predictions: dict[str, pd.DataFrame], table: pd.DataFrame, name: str, unit: str, fewest: int = 8
) -> Figure | None:
    """The median error within each category of one column; None if no column has categories that are often enough."""
    first = next(iter(predictions.values()))
    shown = table.loc[first["id"]].drop(columns=["sha256", "group"], errors="ignore")
    often = {name: int((shown[name].value_counts() >= fewest).sum()) for name in shown if is_text(shown[name])}
    column = PLACE if PLACE in often else max(often, key=lambda name: often[name], default="")
    if often.get(column, 0) < 2:
        return None
    share = bool((first["target"] > 0).all())
    errors = {}
    for method, frame in predictions.items():
        error = (frame["predicted"] - frame["target"]).abs()
        error = 100 * error / frame["target"] if share else error
        errors[method] = error.groupby(table.loc[frame["id"], column].to_numpy()).agg(["median", "size"])
    sizes = next(iter(errors.values()))
    order = sizes[sizes["size"] >= fewest].sort_values("median").index[-40:]
    names = [f"{place.replace('_', ' ')} ({size})" for place, size in sizes.loc[order, "size"].items()]
    figure, axes = plt.subplots(figsize=(6.2, 0.9 + 0.2 * len(order)))
    for method, colour in colours(list(predictions)).items():
        axes.plot(errors[method].loc[order, "median"], range(len(order)), "o", color=colour, ms=5, label=method)
    axes.set_yticks(range(len(order)), names)
    axes.set_ylabel(column)
    axes.set_xlabel(f"median error (% of {name})" if share else f"median error ({unit})" if unit else "median error")
    axes.set_xlim(left=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(predictions))
    return figure
