"""How figures look: each is drawn twice from the same data, for paper and for slides, with the same bytes each time."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.text import Text as Letters
from matplotlib.ticker import FuncFormatter

from lab.comparison import fonts
from lab.comparison.wrapping import wrap
from lab.console import tell
from lab.files import atomic
from lab.style import PALETTE, number
from lab.words import Text, in_language, speaker

if TYPE_CHECKING:
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

matplotlib.use("agg")


@dataclass(frozen=True)
class Medium:
    """Where a figure is shown: the room it has there, in inches, and its letters, in points."""

    width: float
    height: float
    font: float
    least: float
    """No letter is smaller: the figure may be shown a little smaller than it is drawn."""
    panels: int
    """So many methods can stand side by side; of more, a task's figures show the baseline and the champion."""


PAPER = Medium(146 / 25.4, 7.5, font=8, least=7.5, panels=3)
SLIDES = Medium(10.0, 4.0, font=17, least=15, panels=2)
MARKERS = ("s", "^", "v", "P", "X", "p", "*")


@dataclass(frozen=True)
class Looks:
    """What holds while figures are drawn: see ``looks``."""

    medium: Medium = PAPER
    language: str = "en"
    labels: dict[str, str] = field(default_factory=dict)
    colours: dict[str, str] = field(default_factory=dict)


_now: ContextVar[Looks] = ContextVar("looks", default=Looks())  # noqa: B039


@contextmanager
def looks(
    medium: Medium = PAPER,
    language: str = "en",
    labels: dict[str, str] | None = None,
    colours: dict[str, str] | None = None,
) -> Iterator[None]:
    """Figures that are made inside are for ``medium``; ``labels`` and ``colours`` are those of the methods."""
    token = _now.set(Looks(medium, language, labels or {}, colours or {}))
    try:
        with plt.rc_context(style(medium, list((colours or {}).values()))):
            yield
    finally:
        _now.reset(token)


def style(medium: Medium, colours: list[str]) -> Any:
    """Settings of matplotlib. Lines and marks grow with the letters."""
    unit = medium.font / 8
    own = colours or [PALETTE["baseline"], PALETTE["accent"], *PALETTE["others"]]
    inks = ("axes.edgecolor", "axes.labelcolor", "text.color", "xtick.color", "ytick.color")
    sizes = ("axes.titlesize", "axes.labelsize", "figure.titlesize", "legend.fontsize", "xtick.labelsize")
    return {
        **dict.fromkeys(inks, PALETTE["ink"]),
        **dict.fromkeys((*sizes, "ytick.labelsize", "font.size"), medium.font),
        **dict.fromkeys(("axes.linewidth", "grid.linewidth", "xtick.major.width", "ytick.major.width"), 0.6 * unit),
        **dict.fromkeys(("xtick.major.size", "ytick.major.size"), 2.5 * unit),
        **dict.fromkeys(("xtick.minor.size", "ytick.minor.size"), 0.0),
        "axes.axisbelow": True,
        "axes.grid": True,
        "axes.prop_cycle": plt.cycler(color=own),
        "axes.spines.right": False,
        "axes.spines.top": False,
        "axes.titlelocation": "left",
        "axes.unicode_minus": True,
        "figure.constrained_layout.use": True,
        "figure.figsize": (medium.width, 0.42 * medium.width),
        "font.family": fonts.register(),
        "grid.alpha": 0.25,
        "legend.frameon": False,
        "lines.linewidth": 1.3 * unit,
        "lines.markersize": 4 * unit,
        "mathtext.fontset": "custom",
        **dict.fromkeys(("mathtext.rm", "mathtext.it", "mathtext.bf"), fonts.LATIN),
        "savefig.bbox": "tight",
        "savefig.pad_inches": 0.02,
        "svg.fonttype": "path",
        "svg.hashsalt": "lab",
    }


def on_slides() -> bool:
    """Whether the figure that is drawn now is for slides, where less has room."""
    return _now.get().medium is SLIDES


def medium() -> Medium:
    """What the figure that is drawn now is for."""
    return _now.get().medium


def called(method: str) -> str:
    """What a method is called in print."""
    return _now.get().labels.get(method, method.replace("_", " "))


def said(text: Text) -> str:
    """A text in the project's language, as in ``said({"en": "price", "zh-TW": …})``."""
    return in_language(text, _now.get().language)


def say(key: str, **values: object) -> str:
    """A text of the table in the project's language: see ``lab.words``."""
    return speaker(_now.get().language)(key, **values)


def entry(method: str, text: str) -> str:
    """A method and what is told of it: ``novel: 0.93``."""
    return f"{called(method)}{say('figures.colon')}{text}"


def itemised(told: Iterable[str]) -> str:
    """What a figure shows, one after the other, for those who cannot see it."""
    return say("figures.item").join(told) + say("figures.stop")


def colours(methods: list[str]) -> dict[str, str]:
    """The colour of each method, the same in all figures and tables."""
    own, others = _now.get().colours, cycle(plt.rcParams["axes.prop_cycle"].by_key()["color"])
    return {method: own.get(method, other) for method, other in zip(methods, others, strict=False)}


def markers(methods: list[str], baseline: str, champion: str) -> dict[str, str]:
    """A mark for each method, for those who do not tell its colour: a disc for the baseline, a diamond if champion."""
    others = iter(cycle(MARKERS))
    return {name: "o" if name == baseline else "D" if name == champion else next(others) for name in methods}


def capital(text: str) -> str:
    """With a capital letter first, where a title or an axis begins with it."""
    return text[:1].upper() + text[1:]


def fit(figure: Figure, room: Medium, fill: bool = False) -> None:
    """Make a figure no larger than where it is shown, in its own proportions; raise letters, break long names.

    ``fill`` makes it as large as there is room: a task's code need not know how large a slide is.
    """
    width, height = figure.get_size_inches()
    scale = min(room.width / width, room.height / height)
    if scale < 1 or fill:
        figure.set_size_inches(width * scale, height * scale)
    figure.draw_without_rendering()  # only then all labels of axes are there
    for letters in figure.findobj(Letters):
        if isinstance(letters, Letters) and float(letters.get_fontsize()) < room.least:
            letters.set_fontsize(room.least)
    wrap(figure)


def save(figure: Figure, path: Path) -> None:
    """Write an SVG without date or random names in it; name the characters that no font has, for they become boxes."""
    with atomic(path) as temporary, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure.savefig(temporary, format="svg", metadata={"Date": None})
    plt.close(figure)
    lost = {int(found[1]) for one in caught if (found := re.match(r"Glyph (\d+) ", str(one.message)))}
    if lost:
        named = ", ".join(f"{chr(code)} (U+{code:04X})" for code in sorted(lost))
        tell("console.drawn_box", path=path.name, signs=named)
    for one in caught:
        if not str(one.message).startswith("Glyph "):
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)


def group_thousands(axis: Axis) -> None:
    """Write large numbers on an axis as documents do: 26,000."""
    if max(map(abs, axis.get_view_interval())) >= 1000:
        axis.set_major_formatter(FuncFormatter(lambda value, _: number(float(value))))


def with_units(names: Mapping[str, Any]) -> str:
    """A metric as an axis says it: its label, and its unit in brackets."""
    label, unit = capital(names["label"]), names["unit"]
    return f"{label} ({unit})" if unit else label
