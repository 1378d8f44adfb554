"""The figure of differences: each method against the one it is compared with, intervals, and a line at zero."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt

from lab.comparison.drawing import called, colours, group_thousands, markers, medium, on_slides, say, with_units
from lab.comparison.wrapping import in_lines
from lab.contract import Drawn
from lab.results import Compared, Difference, Family, MetricRecord
from lab.style import NUMBER, PALETTE, interval, number, percent, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

JUDGED: tuple[Family, ...] = ("candidate", "ablation")
NEW_LINE = "\n"
SHOWN = 3
"""Metrics that stand side by side on paper; a slide shows the primary one."""


def forest(summary: Compared) -> Drawn:
    """A panel for each metric; candidates above, ablations below. Filled marks are significant differences."""
    metrics = summary["metrics"][: 1 if on_slides() else SHOWN]
    families = [group for kind in JUDGED if (group := _family(summary, kind))]
    alt = say("terms.gap").join(_told(summary, metric, group) for metric in metrics for group in families)
    figure = plt.figure(figsize=(_width(len(metrics)), 1))
    # Where long names take several lines, slides have room for them in smaller letters only.
    names = _names(figure, families, medium().font)
    letters = medium().least if any("\n" in name for name in names.values()) else medium().font
    names = _names(figure, families, letters)
    lines = [[names[name].count("\n") + 1 for name in group] for group in families]
    figure.set_size_inches(_width(len(metrics)), _height(lines))
    if not families:
        axes = figure.subplots()
        axes.set_axis_off()
        axes.text(0.5, 0.5, say("figures.nothing_to_compare"), ha="center", va="center")
        return Drawn(figure, say("figures.nothing_to_compare"), say("figures.nothing_to_compare"))
    # The zero line of a metric is at one place for both families.
    panels = figure.subplots(
        len(families),
        len(metrics),
        sharex="col",
        sharey="row",
        squeeze=False,
        height_ratios=[_step(many) * len(many) + 0.3 for many in lines],
    )
    for row, group in zip(panels, families, strict=True):
        for axes, metric in zip(row, metrics, strict=True):
            _panel(axes, summary, metric, group)
        row[0].set_yticks(range(len(group)), [names[name] for name in group], fontsize=letters, linespacing=1)
        row[0].set_ylim(len(group) - 0.5, -0.5)
        against = summary["methods"][group[0]]["metrics"][metrics[0]["name"]]["difference"]
        if len(families) > 1 and against:
            text = say("figures.difference_from", baseline=called(against["against"]))
            _above(row[0], in_lines(figure, text, 0.98 * _width(len(metrics)), letters), letters)
    for axes, metric in zip(panels[-1], metrics, strict=True):
        better = say("figures.better_right" if metric["higher_is_better"] else "figures.better_left")
        axes.set_xlabel(f"Δ {with_units(metric)}{'   ' if on_slides() else NEW_LINE}{better}")
        group_thousands(axes.xaxis)
    return Drawn(figure, _caption(summary, families), alt)


def _family(summary: Compared, kind: Family) -> list[str]:
    return [name for name in summary["order"] if summary["methods"][name]["family"] == kind]


def _width(metrics: int) -> float:
    """A slide's is narrower than the slide, so that it keeps its size beside a few words."""
    return 0.68 * medium().width if on_slides() else medium().width * (0.62 if metrics == 1 else 1)


def _height(lines: list[list[int]]) -> float:
    """Of ``lines`` of names in each family, in inches."""
    line = medium().font / 72
    rows = sum(_step(many) * len(many) for many in lines) + 1.2 * len(lines)
    return min(line * (5 + (1.9 if on_slides() else 2.1) * max(rows, 3)), medium().height)


def _step(lines: list[int]) -> float:
    """From one name of a family to the next, in lines: both have half of theirs there."""
    return max(((one + following) / 2 for one, following in pairwise(lines)), default=lines[0])


def _names(figure: Figure, families: list[list[str]], size: float) -> dict[str, str]:
    """What the methods are called, in lines that leave the panels most of the figure's width."""
    room = float(figure.get_size_inches()[0]) * (0.42 if on_slides() else 0.28)
    return {name: in_lines(figure, called(name), room, size) for group in families for name in group}


def _panel(axes: Axes, summary: Compared, metric: MetricRecord, group: list[str]) -> None:
    order = summary["order"]
    colour, mark = colours(order), markers(order, summary["baseline"], summary["champion"])
    axes.axvline(0, color=PALETTE["ink"], lw=plt.rcParams["axes.linewidth"] * 1.4)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.locator_params(axis="x", nbins=4)
    size = plt.rcParams["lines.markersize"] * 1.3
    for place, name in enumerate(group):
        difference = summary["methods"][name]["metrics"][metric["name"]]["difference"]
        if difference is None:
            continue
        axes.plot(difference["interval"], [place, place], color=colour[name], solid_capstyle="round")
        fill = colour[name] if _significant(difference) else PALETTE["paper"]
        axes.plot(difference["mean"], place, mark[name], color=colour[name], ms=size, mfc=fill)


def _above(axes: Axes, text: str, size: float) -> None:
    """What a family is compared with: from the figure's left edge on, for beside the names there is too little room."""
    axes.set_title("\n" * text.count("\n") + " ", fontsize=size)  # which keeps the room
    place: Any = {"xycoords": ("figure fraction", "axes fraction"), "textcoords": "offset points", "fontsize": size}
    axes.annotate(text, (0.01, 1), (0, 3), color=PALETTE["quiet"], **place).set_in_layout(False)


def _significant(difference: Difference) -> bool:
    return difference["verdict"] in ("better", "worse")


def _caption(summary: Compared, families: list[list[str]]) -> str:
    known = {"confidence": percent(summary["confidence"]), "baseline": called(summary["baseline"])}
    parts = [say("figures.forest_caption", **known)]
    ablations = next((group for group in families if summary["methods"][group[0]]["family"] == "ablation"), None)
    if ablations:
        difference = summary["methods"][ablations[0]]["metrics"][summary["metrics"][0]["name"]]["difference"]
        parts.append(say("figures.forest_ablations", whole=called(difference["against"] if difference else "")))
    parts.append(say("figures.forest_filled" if len(summary["seeds"]) > 1 else "figures.forest_one_seed"))
    return say("terms.gap").join(parts)


def _told(summary: Compared, metric: MetricRecord, group: list[str]) -> str:
    """All numbers of one metric and family, for those who do not see the figure."""
    told, against = [], ""
    unit = say("terms.points") if metric["unit"] == NUMBER["percent"] else metric["unit"]
    for name in group:
        difference = summary["methods"][name]["metrics"][metric["name"]]["difference"]
        if difference is None:
            continue
        against = difference["against"]
        verdict = (difference["verdict"] or "no_verdict").replace(" ", "_")
        shift = with_unit(number(difference["mean"], metric["digits"], signed=True), unit)
        around = interval(difference["interval"], metric["digits"])
        told.append(f"{called(name)} {shift} {around}{say('results.then')}{say('terms.' + verdict)}")
    start = say("figures.forest_alt", metric=metric["label"], baseline=called(against))
    return start + say("figures.item").join(told) + say("figures.stop")
