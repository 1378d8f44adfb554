"""Figures of texts: what methods write, in lines as wide as there is room, and what they say of each word."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from lab.comparison.drawing import called, colours, medium, on_slides
from lab.sentences import IDEOGRAPHS
from lab.style import PALETTE

WORD = re.compile(rf"\s*[{IDEOGRAPHS}]|\s*[^\s{IDEOGRAPHS}]+")
"""With the blank before it, which is told together with it."""
BESIDE = 0.17
"""Share of the width for the names of the methods."""


def draw_texts(openings: list[str], written: dict[str, list[str]]) -> Figure:
    """Under each opening the text of each method, as far as there is room."""
    font = medium().font
    rows: list[tuple[str, list[str]]] = []
    for opening, *texts in zip(openings, *written.values(), strict=True):
        rows.append(("", [opening]))
        for method, text in zip(written, texts, strict=True):
            words = WORD.findall(text)
            blanks = [0.3 * font * word[:1].isspace() for word in words]
            places = _in_lines(words, blanks, 2 if on_slides() else 4, 1 - BESIDE)
            rows.append((method, ["".join(words[place] for place in line).strip() for line in places]))
    height = sum(len(lines) for _, lines in rows) + 0.5 * len(openings)
    figure, axes = _page(height, 1.45 * font / 72 * height)
    line, colour = 0.0, colours(list(written))
    for method, lines in rows:
        line += 0 if method else 0.4
        axes.text(0, line + 0.5, called(method) if method else "", va="center", color=colour.get(method))
        ink = PALETTE["ink" if method else "quiet"]
        for one in lines:
            axes.text(BESIDE, line + 0.5, one, va="center", color=ink, parse_math=False)
            line += 1
    return figure


def draw_grounds(words: list[str], shares: dict[str, np.ndarray]) -> Figure:
    """The same words for each method: the larger the share of a word, from 0 to 1, the darker its ground."""
    lines = _in_lines(words, [0.55 * medium().font] * len(words), 3 if on_slides() else 7)
    height = len(shares) * (len(lines) + 1.2)
    figure, axes = _page(height, 1.75 * medium().font / 72 * height)
    row, ground = 0.5, plt.get_cmap("Blues")
    for method, colour in colours(list(shares)).items():
        axes.text(0, row, called(method), va="center", color=colour)
        for line in lines:
            row, before = row + 1, None
            for place in line:
                share = shares[method][place]
                box = {"boxstyle": "square,pad=0.15", "facecolor": ground(0.75 * share), "edgecolor": "none"}
                ink = "white" if share > 0.75 else PALETTE["ink"]
                where: Any = {"xy": (0, row)} if before is None else {"xy": (1, 0.5), "xycoords": before}
                style: Any = {"va": "center", "color": ink, "bbox": box, "parse_math": False}
                offset: Any = {"xytext": (0 if before is None else _gap(words[place]), 0)}
                before = axes.annotate(words[place].strip(), **where, **offset, textcoords="offset points", **style)
        row += 1.2
    return figure


def _page(lines: float, inches: float) -> tuple[Figure, Axes]:
    """As wide as there is room: x from 0 to 1, y in lines from the top."""
    figure, axes = plt.subplots(figsize=(medium().width, inches))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(lines, 0))
    return figure, axes


def _gap(word: str) -> float:
    """Points between a word and the one before it: none where people write no blank."""
    return (0.45 if word[:1].isspace() else 0.15) * medium().font


def _in_lines(words: list[str], blanks: list[float], most: int, share: float = 1.0) -> list[list[int]]:
    """The places of the words of each line, of ``most`` lines that fill a ``share`` of the width.

    ``blanks``: points that each word takes beside its own.
    """
    figure = plt.figure()
    try:
        widths = []
        for word, blank in zip(words, blanks, strict=True):
            drawn = figure.text(0, 0, word.strip(), parse_math=False)
            widths.append(drawn.get_window_extent().width * 72 / figure.dpi + blank)
            drawn.remove()
    finally:
        plt.close(figure)
    lines: list[list[int]] = [[]]
    room = full = 72 * share * medium().width - medium().font
    for place, width in enumerate(widths):
        if width > room and lines[-1]:
            if len(lines) == most:
                break
            lines, room = [*lines, []], full
        lines[-1].append(place)
        room -= width
    return lines
