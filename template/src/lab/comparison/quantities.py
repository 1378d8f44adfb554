"""How answers that are quantities are shown, whatever the examples are: ``target`` and ``predicted``."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.ticker import LogLocator

from lab.comparison.drawing import called, capital, colours, itemised, medium, say
from lab.contract import Drawn
from lab.style import PALETTE, with_unit


def draw_values(predictions: dict[str, pd.DataFrame], name: str, unit: str) -> Drawn:
    """Each example as a dot; the axes are logarithmic if values differ more than tenfold."""
    true = next(iter(predictions.values()))["target"].astype(float)
    scale = 1000 if true.abs().median() > 10_000 else 1
    low, high = true.min() / scale, true.max() / scale
    wide = low > 0 and high > 10 * low
    ends = [0.8 * low, 1.25 * high] if wide else [low - 0.05 * (high - low), high + 0.05 * (high - low)]
    side = min(medium().width / max(2.2, len(predictions)), 0.92 * medium().height)
    size = (side * len(predictions), 1.06 * side)
    figure, panels = plt.subplots(1, len(predictions), figsize=size, sharex=True, sharey=True, squeeze=False)
    told = say("figures.thousand", unit=unit).strip() if scale > 1 else unit
    label = f" ({told})" if told else ""
    shown = zip(panels[0], predictions.items(), colours(list(predictions)).values(), strict=True)
    alt = []
    for axes, (method, frame), colour in shown:
        axes.plot(ends, ends, color=PALETTE["quiet"], lw=plt.rcParams["lines.linewidth"] * 0.7)
        axes.plot(true / scale, frame["predicted"] / scale, ".", color=colour, alpha=0.4, mew=0)
        axes.set(title=called(method), xlabel=f"{capital(name)}{label}", xlim=ends, ylim=ends)
        if wide:
            axes.set(xscale="log", yscale="log")
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axis.set_major_formatter("{x:,.0f}" if low > 1 else "{x:,g}")
                axis.set_minor_formatter("")
        errors = (frame["predicted"].astype(float) - frame["target"].astype(float)).abs()
        middle, worst = (with_unit(f"{error:,.4g}", unit) for error in (errors.median(), errors.max()))
        alt.append(say("figures.values_alt", method=called(method), error=middle, worst=worst))
    panels[0][0].set_ylabel(f"{capital(say('figures.predicted_value'))}{label}")
    alt_text = itemised(alt)
    return Drawn(figure, say("figures.values_caption", name=name), alt_text)
