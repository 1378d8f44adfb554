"""Figures of language models: what they write, what surprises them, and where in a passage they do well."""

from __future__ import annotations

import re
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, capital, colours, medium, on_slides, said, say
from lab.contract import Drawn
from lab.sentences import IDEOGRAPHS
from lab.style import PALETTE
from lab.tasks.language_model.model import TEMPERATURE

BIN = 50
"""Bytes of a passage that are one point of a curve."""
DARKEST = 16
"""Bits from which on a word has the darkest ground."""
WORD = re.compile(rf"\s*[{IDEOGRAPHS}]|\s*[^\s{IDEOGRAPHS}]+")
"""With the blank before it, which is told together with it."""


def draw_positions(tests: dict[str, pd.DataFrame]) -> Drawn:
    """Bits per byte at each place of the passages: whether it helps to have read more, or beginnings are easy."""
    figure, axes = plt.subplots()
    told = []
    for method, colour in colours(list(tests)).items():
        bits, sizes = np.stack(tests[method]["bits"].tolist()), tests[method]["bytes"].to_numpy()
        starts = np.arange(0, bits.shape[1], BIN)
        there = np.array([np.clip(sizes - start, 0, BIN).sum() for start in starts])
        usual = there >= 0.1 * there[0]  # few passages are as long as the longest
        height = (np.add.reduceat(bits.sum(axis=0), starts) / np.maximum(there, 1))[usual]
        axes.plot(starts[usual] + BIN / 2, height, marker="o", color=colour, label=called(method))
        told.append(f"{called(method)}{say('figures.colon')}{height[0]:.2f} → {height[-1]:.2f}")
    axes.set(
        xlabel=capital(said({"en": "place in the passage (bytes)", "zh-TW": "在段落中的位置（位元組）"})),
        ylabel=capital(said({"en": "bits per byte", "zh-TW": "每位元組位元數"})),
    )
    figure.legend(loc="outside upper center", ncols=len(tests))
    caption = {
        "en": "Bits per byte of test passages by place: the fewer, the better what comes next is predicted. Each "
        "passage is read without what stands before it.",
        "zh-TW": "測試段落各處的每位元組位元數：越少表示接下來的文字預測得越準。每段獨立閱讀，看不到前文。",
    }
    return Drawn(figure, said(caption), say("figures.item").join(told) + say("figures.stop"))


def draw_written(openings: list[str], written: dict[str, list[bytes]]) -> Drawn:
    """How each method goes on after each opening."""
    font, shown = medium().font, openings[: 2 if on_slides() else 4]
    beside = 0.17  # of the width is for the names
    rows: list[tuple[str, str, list[str]]] = []
    for number, opening in enumerate(shown):
        rows.append(("", opening, [f"{opening} …"]))
        for method, texts in written.items():
            text = texts[number].rstrip(b"\0")[len(opening.encode()) :].decode("utf-8", "ignore")
            words = WORD.findall(f"… {' / '.join(text.split(chr(10))).strip()}")
            blanks = [0.3 * font * word[:1].isspace() for word in words]
            places = in_lines(words, blanks, 2 if on_slides() else 4, 1 - beside)
            rows.append((method, text, ["".join(words[place] for place in line).strip() for line in places]))
    height = sum(len(lines) for _, _, lines in rows) + 0.5 * len(shown)
    figure, axes = plt.subplots(figsize=(medium().width, 1.45 * font / 72 * height))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(height, 0))
    line, colour, told = 0.0, colours(list(written)), []
    for method, text, lines in rows:
        line += 0 if method else 0.4
        axes.text(0, line + 0.5, called(method) if method else "", va="center", color=colour.get(method))
        for one in lines:
            axes.text(
                beside, line + 0.5, one, va="center", color=PALETTE["ink" if method else "quiet"], parse_math=False
            )
            line += 1
        told.append(f"{called(method)}{say('figures.colon')}{text.strip()}" if method else f"{text} …")
    caption = {
        "en": f"How each method goes on after the beginnings (grey) of test passages, at a temperature of "
        f"{TEMPERATURE}; a slash is a new line.",
        "zh-TW": f"各方法接續測試段落開頭（灰字）所寫的文字，溫度為 {TEMPERATURE}；斜線表示換行。",
    }
    return Drawn(figure, said(caption), say("figures.item").join(" ".join(one.split()) for one in told))


def draw_surprise(tests: dict[str, pd.DataFrame], texts: pd.Series) -> Drawn:
    """A passage as each method reads it: the more bits a word takes, the darker its ground."""
    judged = list(tests.values())[-1]
    cost = judged["bits"].map(np.sum) / judged["bytes"]
    usual = int((cost - cost.median()).abs().argmin())  # the passage that is as hard as half of all are at most
    text = str(texts.loc[judged["id"].iloc[usual]])
    words = [found.group() for found in WORD.finditer(text)]
    ends = np.cumsum([len(word.encode()) for word in words])
    lines = in_lines(words, [0.55 * medium().font] * len(words), 3 if on_slides() else 7)
    space, told = 1.75 * medium().font / 72, []
    height = space * len(tests) * (len(lines) + 1.2)
    figure, axes = plt.subplots(figsize=(medium().width, height))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(tests) * (len(lines) + 1.2), 0))
    row, ground = 0.5, plt.get_cmap("Blues")
    for method, colour in colours(list(tests)).items():
        one = tests[method].iloc[usual]
        bits = np.diff([0, *np.cumsum(one["bits"])[np.minimum(ends, len(one["bits"])) - 1]])
        axes.text(0, row, called(method), va="center", color=colour)
        for line in lines:
            row, before = row + 1, None
            for place in line:
                share = min(1.0, bits[place] / DARKEST)
                box = {"boxstyle": "square,pad=0.15", "facecolor": ground(0.75 * share), "edgecolor": "none"}
                ink = "white" if share > 0.75 else PALETTE["ink"]
                where: Any = {"xy": (0, row)} if before is None else {"xy": (1, 0.5), "xycoords": before}
                style: Any = {"va": "center", "color": ink, "bbox": box, "parse_math": False}
                offset: Any = {"xytext": (0 if before is None else gap(words[place]), 0), "textcoords": "offset points"}
                before = axes.annotate(words[place].strip(), **where, **offset, **style)
        row += 1.2
        hardest = sorted(np.argsort(bits)[-4:])
        told.append(
            f"{called(method)}{say('figures.colon')}"
            + say("results.list").join(f"{words[place].strip()} {bits[place]:.0f}" for place in hardest)
        )
    caption = {
        "en": f"A typical test passage ({judged['id'].iloc[usual]}): the darker a word, the less the method expected "
        f"it after those before, from 0 (white) to {DARKEST} bits.",
        "zh-TW": f"一段典型的測試文字（{judged['id'].iloc[usual]}）：底色越深，表示該方法依前文越料不到這個詞，"
        f"由 0（白）至 {DARKEST} 位元。",
    }
    return Drawn(figure, said(caption), say("figures.item").join(told) + say("figures.stop"))


def gap(word: str) -> float:
    """Points between a word and the one before it: none where people write no blank."""
    return (0.45 if word[:1].isspace() else 0.15) * medium().font


def in_lines(words: list[str], blanks: list[float], most: int, share: float = 1.0) -> list[list[int]]:
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
