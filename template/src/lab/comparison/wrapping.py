"""Long names in figures go on in a further line: Matplotlib lets them run into each other.

A title ends before the next panel's, and the label of an axis is no longer than the axis.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from matplotlib.text import Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PIECE = re.compile(r"\s+|[\u2e80-\uffef][\u3001\u3002\u300d\uff01\uff09\uff0c\uff1a\uff1b\uff1f]*|[^\s\u2e80-\uffef]+")
"""A blank, a word, or a Chinese character with the signs that must not begin a line."""
ALMOST = 0.97
PASSES = 2
"""Further lines make axes smaller, so what fitted may fit no more."""


def wrap(figure: Figure) -> None:
    """Break what is too long in titles and labels of axes. The figure was drawn, so that all have their places."""
    whole: dict[Text, str] = {}
    for _ in range(PASSES):
        rooms = [place for axes in figure.axes for place in _rooms(axes)]
        changed = [_break(text, room, whole.setdefault(text, text.get_text())) for text, room in rooms]
        if not any(changed):
            return
        figure.draw_without_rendering()


def in_lines(figure: Figure, text: str, inches: float, size: float) -> str:
    """A text in lines of at most so many inches, in letters of ``size`` points."""
    shown = figure.text(0, 0, text, fontsize=size)
    _break(shown, inches * figure.dpi, text)
    shown.remove()
    return shown.get_text()


def _rooms(axes: Axes) -> list[tuple[Text, float]]:
    """The texts around a panel, each with its room along the line."""
    box, figure = axes.get_window_extent(), axes.get_figure(root=True)
    assert figure is not None
    others = [(one.get_window_extent(), any(map(Text.get_text, _titles(one)))) for one in figure.axes]
    beside = {one.x0: titled for one, titled in others if one.y0 < box.y1 and box.y0 < one.y1}
    steps = {abs(left - box.x0): titled for left, titled in beside.items() if abs(left - box.x0) > 1}
    pitch = max(box.width, min(steps, default=figure.bbox.width))
    ends = [left for left, titled in beside.items() if titled and left > box.x0 + 1]
    left_title = min(ends, default=figure.bbox.width) - box.x0  # it may go on above a panel that has none
    around = [(axes.yaxis.label, box.height), (axes.xaxis.label, pitch)]
    return around + [(one, left_title if one.get_horizontalalignment() == "left" else pitch) for one in _titles(axes)]


def _titles(axes: Axes) -> list[Text]:
    """At the left, in the middle and at the right; those that are not used are empty."""
    return [one for one in axes.get_children() if isinstance(one, Text) and one not in axes.texts]


def _break(shown: Text, room: float, whole: str) -> bool:
    """Put a text, whole at first, into lines that have room; whether it had to be."""
    before = shown.get_text()
    if not whole.strip() or "$" in whole or _length(shown) <= room:
        return False
    lines = []
    for line in whole.split("\n"):
        begun = ""
        for piece in PIECE.findall(line):
            shown.set_text((begun + piece).strip())
            if begun.strip() and _length(shown) > ALMOST * room:
                lines.append(begun.strip())
                begun = ""
            begun += piece
        lines.append(begun.strip())
    shown.set_text("\n".join(line for line in lines if line))
    return shown.get_text() != before


def _length(shown: Text) -> float:
    """The length of its longest line, along the line."""
    extent = shown.get_window_extent()
    return float(extent.height if shown.get_rotation() in (90.0, 270.0) else extent.width)
