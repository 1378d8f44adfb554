"""What games earned."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure


def draw_returns(returns: dict[str, np.ndarray], unit: str = "") -> Figure:
    """A histogram and the mean of each player's returns."""
    figure = Figure(figsize=(6, 2.6), layout="constrained")
    axes = figure.subplots()
    everything = np.concatenate(list(returns.values()))
    width = max(np.ptp(everything) / 27, 1e-6)
    if np.allclose(everything, everything.round()) and width > 0.1:
        width = max(1.0, np.round(width))  # whole numbers fall into bins of equally many
    digits = 1 if np.abs(everything).max() > 1 else 3
    bins = np.arange(everything.min() - width / 2, everything.max() + 1.5 * width, width)
    for number, (name, values) in enumerate(returns.items()):
        colour = "0.5" if name == "random player" else f"C{number}"
        axes.hist(values, bins.tolist(), color=colour, alpha=0.35)
        axes.axvline(values.mean(), color=colour, label=f"{name}: mean {values.mean():.{digits}f}")
    axes.set(xlabel=f"return ({unit})" if unit else "return", ylabel="test games")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(returns))
    return figure
