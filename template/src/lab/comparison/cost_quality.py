"""The figure of cost against quality: how large each method is, and how good it is by the primary metric."""

from __future__ import annotations

import math
from collections import Counter
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator
from matplotlib.transforms import ScaledTranslation

from lab.comparison.drawing import (
    called,
    capital,
    colours,
    entry,
    group_thousands,
    itemised,
    markers,
    medium,
    on_slides,
    say,
    with_units,
)
from lab.contract import Drawn
from lab.results import Compared
from lab.style import PALETTE, interval, number, percent, with_unit

RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(value: float) -> str:
    """``10⁶``: beside long names, 1,000,000 would run into the next number."""
    return "10" + str(round(math.log10(value))).translate(RAISED)


def cost_quality(summary: Compared) -> Drawn:
    """Each method at its number of parameters, which no run changes as it does seconds, on its interval.

    Classical references, which have no such number, are lines across.
    """
    metric, order = summary["metrics"][0], summary["order"]
    colour, mark = colours(order), markers(order, summary["baseline"], summary["champion"])
    figure, axes = plt.subplots(figsize=(medium().width, (0.4 if on_slides() else 0.38) * medium().width))
    sizes = {name: summary["methods"][name]["parameters"] for name in order}
    same, placed = Counter(sizes.values()), Counter[int]()
    told = []
    for name in order:
        found = summary["methods"][name]["metrics"][metric["name"]]
        # Methods of one size stand side by side.
        aside = (placed[sizes[name]] - (same[sizes[name]] - 1) / 2) * 1.1 * medium().font / 72
        placed[sizes[name]] += 1
        moved = axes.transData + ScaledTranslation(aside, 0, figure.dpi_scale_trans)
        style: Any = {"color": colour[name], "transform": moved}
        axes.plot([sizes[name]] * 2, found["interval"], **style, solid_capstyle="round")
        axes.plot(
            sizes[name],
            found["mean"],
            mark[name],
            **style,
            ms=1.3 * plt.rcParams["lines.markersize"],
            label=called(name),
        )
        axes.update_datalim([(sizes[name], edge) for edge in (*found["interval"], found["mean"])])
        value = with_unit(number(found["mean"], metric["digits"]), metric["unit"])
        text = say("figures.size_alt", parameters=number(sizes[name]), value=value)
        told.append(entry(name, f"{text} {interval(found['interval'], metric['digits'], False)}"))
    for place, (name, reference) in enumerate(summary["references"].items()):
        one = reference["metrics"][metric["name"]]["value"]
        dashes = (0, (4, 2 + 2 * place))
        axes.axhline(
            one, color=PALETTE["quiet"], lw=plt.rcParams["lines.linewidth"] * 0.8, ls=dashes, label=called(name)
        )
        told.append(entry(name, with_unit(number(one, metric["digits"]), metric["unit"])))
    low, high = min(sizes.values()), max(sizes.values())
    if low > 0 and high > 10 * low:
        axes.set_xscale("log")
        axes.xaxis.set_major_locator(LogLocator(numticks=5))
        axes.xaxis.set_minor_formatter(FuncFormatter(lambda value, _: ""))
    elif low == high:
        axes.set_xlim(0, 2 * low or 1)
    else:
        axes.set_xlim(max(0, low - 0.3 * (high - low)), high + 0.3 * (high - low))
        axes.xaxis.set_major_locator(MaxNLocator(4 if on_slides() else 6))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: number(float(value))))
    if axes.get_xscale() == "log":
        axes.set_xlim(low / 2, high * 2)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(float(value))))
    axes.autoscale_view(scalex=False)
    group_thousands(axes.yaxis)
    better = say("figures.better_up") if metric["higher_is_better"] else say("figures.better_down")
    axes.set(xlabel=capital(say("figures.parameters")), ylabel=with_units(metric))
    axes.set_title(better, loc="left", color=PALETTE["quiet"])
    figure.legend(loc="outside right upper", handletextpad=0.6)
    parts = [say("figures.cost_caption", metric=metric["label"], confidence=percent(summary["confidence"]))]
    parts += [say("figures.cost_references")] if summary["references"] else []
    alt = say("figures.cost_alt", metric=metric["label"]) + itemised(told)
    return Drawn(figure, say("terms.gap").join(parts), alt)
