"""A figure of which classes are predicted as which others."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from lab.comparison.class_scores import confusion
from lab.comparison.drawing import called, capital, itemised, medium, say
from lab.contract import Drawn
from lab.style import PALETTE, number

LONG = 12
"""Letters of a class's name that have room beside a panel."""
FEW = 3
"""Confusions that are named to those who cannot see the figure."""


def draw_confusion(answers: dict[str, tuple[np.ndarray, np.ndarray]], names: list[str]) -> Drawn:
    """A panel for each method, of its ``(label, predicted)``; ``names`` are those of the classes."""
    many, longest, line = len(names), max(map(len, names)), medium().font / 72
    known = {
        method: {
            "method": called(method),
            "mistakes": number(int((label != predicted).sum())),
            "examples": number(len(label)),
        }
        for method, (label, predicted) in answers.items()
    }
    titles = {method: say("figures.mistakes", **values) for method, values in known.items()}
    beside = line * (2.5 + 0.5 * min(longest, LONG))  # the names of the classes, and what they are
    side = min((medium().width - beside) / max(2, len(answers)) - line, medium().height - beside - line)
    side = min(side, line * max(14, 3.5 * many))  # few classes need no large fields
    wide = max(side + line, 0.52 * line * max(map(len, titles.values())))
    size = (min(medium().width, beside + len(answers) * wide), side + beside + line)
    figure, panels = plt.subplots(1, len(answers), figsize=size, sharey=True, squeeze=False)
    room = side / many / line  # of a field, in letters: a count needs its digits side by side, a name a line
    every = max(1, int(np.ceil(1.15 / room)))
    shades = LinearSegmentedColormap.from_list("mistakes", [PALETTE["paper"], PALETTE["accent"]])
    places, told = range(0, many, every), []
    shown = [name if len(name) <= LONG else f"{name[: LONG - 1]}…" for name in names]
    for axes, (method, (label, predicted)) in zip(panels[0], answers.items(), strict=True):
        counts = confusion(label, predicted, many)
        mistakes = counts - np.diag(np.diag(counts))
        darkest = max(6, mistakes.max())
        axes.imshow(mistakes, cmap=shades, vmin=0, vmax=darkest)
        for (row, column), count in np.ndenumerate(counts):
            if count and room >= 0.5 * len(str(counts.max())) + 0.2:
                colour = PALETTE["quiet"] if row == column else PALETTE["ink"]
                dark = row != column and count > 0.72 * darkest
                axes.text(column, row, count, ha="center", va="center", color=PALETTE["paper"] if dark else colour)
        axes.set(title=titles[method], xlabel=capital(say("figures.predicted_label")))
        narrow = room * every < 0.55 * min(longest, LONG) + 0.5
        axes.set_xticks(places, [shown[place] for place in places], rotation=90 if narrow else 0)
        axes.set_yticks(places, [shown[place] for place in places])
        axes.tick_params(length=0)
        axes.grid(visible=False)
        told.append(_told(mistakes, names, known[method]))
    panels[0][0].set_ylabel(capital(say("figures.label")))
    return Drawn(figure, say("figures.confusion_caption"), itemised(told))


def _told(mistakes: np.ndarray, names: list[str], known: dict[str, str]) -> str:
    """How many mistakes there are, and which are the most."""
    most = [divmod(int(place), len(names)) for place in np.argsort(-mistakes, axis=None, kind="stable")[:FEW]]
    pairs = [
        say("figures.confusion_pair", label=names[row], predicted=names[column], count=mistakes[row, column])
        for row, column in most
        if mistakes[row, column]
    ]
    if not pairs:
        return say("figures.confusion_none", **known)
    return say("figures.confusion_alt", often=say("results.list").join(pairs), **known)
