"""The figure of differences: each method against the one it is compared with, intervals, and a line at zero."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt

from lab.comparison.drawing import called, colours, group_thousands, markers, medium, on_slides, say, with_units
from lab.contract import Drawn
from lab.results import Compared, Difference, Family, MetricRecord
from lab.style import NUMBER, PALETTE, interval, number, percent, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

JUDGED: tuple[Family, ...] = ("candidate", "ablation")
SHOWN = 3
"""Metrics that stand side by side on paper; a slide shows the primary one."""


def forest(summary: Compared) -> Drawn:
    """A panel for each metric; candidates above, ablations below. Filled marks are significant differences."""
    metrics = summary["metrics"][: 1 if on_slides() else SHOWN]
    families = [group for kind in JUDGED if (group := _family(summary, kind))]
    alt = say("terms.gap").join(_told(summary, metric, group) for metric in metrics for group in families)
    figure = plt.figure(figsize=_size(families, len(metrics)))
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
        height_ratios=[len(group) + 0.3 for group in families],
    )
    for row, group in zip(panels, families, strict=True):
        for axes, metric in zip(row, metrics, strict=True):
            _panel(axes, summary, metric, group)
        row[0].set_yticks(range(len(group)), [called(name) for name in group])
        row[0].set_ylim(len(group) - 0.5, -0.5)
        against = summary["methods"][group[0]]["metrics"][metrics[0]["name"]]["difference"]
        if len(families) > 1 and against:
            text = say("figures.difference_from", baseline=called(against["against"]))
            row[0].set_title(text, color=PALETTE["quiet"])
    for axes, metric in zip(panels[-1], metrics, strict=True):
        axes.set_xlabel("Δ " + with_units(metric))
        group_thousands(axes.xaxis)
    for axes, metric in zip(panels[0], metrics, strict=True):
        _better(axes, metric["higher_is_better"], above=len(families) > 1)
    return Drawn(figure, _caption(summary, families), alt)


def _family(summary: Compared, kind: Family) -> list[str]:
    return [name for name in summary["order"] if summary["methods"][name]["family"] == kind]


def _size(families: list[list[str]], metrics: int) -> tuple[float, float]:
    """A slide's is narrower than the slide, so that it keeps its size beside a few words."""
    line = medium().font / 72
    rows = sum(map(len, families)) + 1.2 * len(families)
    height = min(line * (4 + (1.9 if on_slides() else 2.1) * max(rows, 3)), medium().height)
    return (0.68 * medium().width if on_slides() else medium().width * (0.62 if metrics == 1 else 1), height)


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


def _better(axes: Axes, higher: bool, above: bool) -> None:
    """On which side a method is better, above the panel; a line higher where a family is named there."""
    text = say("figures.better_right") if higher else say("figures.better_left")
    place: Any = {"xycoords": "axes fraction", "textcoords": "offset points", "ha": "right" if higher else "left"}
    lift = medium().font * 1.5 if above else 0.0
    axes.annotate(text, (1.0 if higher else 0.0, 1), xytext=(0, 3 + lift), color=PALETTE["quiet"], **place)


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
