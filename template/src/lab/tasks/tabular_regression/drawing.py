"""A figure of where each method errs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
import pandas as pd

from lab.comparison.figures import colours
from lab.data.features import is_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PLACE = "Neighborhood"
"""The column of the demo data by which errors are shown; of own data it is the one of most categories."""


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
