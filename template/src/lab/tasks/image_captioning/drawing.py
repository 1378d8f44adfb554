"""Figures: pictures with their captions, where attention looks at each word, and which words are right."""

from __future__ import annotations

import math
import textwrap
from collections import Counter
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from lab.comparison.drawing import called, itemised, medium, on_slides, said, say
from lab.comparison.shares import by_kind, draw_shares, in_print
from lab.contract import Drawn
from lab.data.digit_scenes import KINDS, kinds
from lab.sentences import read, words


def nearest(allowed: list[str], written: str) -> str:
    """Of the right sentences the one that has most words in common with what was written."""
    have = Counter(words(written))
    return max(allowed, key=lambda text: (Counter(words(text)) & have).total() - 0.01 * len(words(text)))


def draw_captions(tests: dict[str, pd.DataFrame], pictures: np.ndarray, place: pd.Series) -> Drawn:
    """Some pictures, spread over the test split: below each the nearest right caption and that of each method."""
    across, down = (2, 1) if on_slides() else (4, 2)
    first = next(iter(tests.values()))
    rows = np.linspace(0, len(first) - 1, min(across * down, len(first))).astype(int)
    size = (medium().width, medium().height if on_slides() else 2.9 * down)
    figure, panels = plt.subplots(down, across, figsize=size, squeeze=False)
    told = []
    for axes in panels.flat:
        axes.set_axis_off()
    for axes, row in zip(panels.flat, rows, strict=False):
        show(axes, pictures[place[first["id"].iloc[row]]])
        allowed = read([first["caption"].iloc[row]])[0].splitlines()
        written = {called(method): read([frame["written"].iloc[row]])[0] for method, frame in tests.items()}
        true = nearest(allowed, next(reversed(written.values())))
        lines = [said({"en": "right", "zh-TW": "正確"}) + say("figures.colon") + true]
        right = [words(text) for text in allowed]
        lines += [
            f"{'✓' if words(text) in right else '×'} {name}{say('figures.colon')}{text}"
            for name, text in written.items()
        ]
        wide = 42 if on_slides() else 23
        axes.text(0, -0.04, "\n".join(wrapped(line, wide) for line in lines), transform=axes.transAxes, va="top")
        told.append(" / ".join(lines))
    caption = {
        "en": "Pictures of the test split, not chosen by hand: the nearest right caption, and what each method writes "
        "(✓ right, × wrong).",
        "zh-TW": "測試集的圖片（未經挑選）：最接近的正確描述，以及各方法寫出的描述（✓ 正確，× 錯誤）。",
    }
    return Drawn(figure, said(caption), itemised(told))


def draw_attention(method: str, frame: pd.DataFrame, pictures: np.ndarray, place: pd.Series) -> Drawn:
    """How much each place of a picture mattered for each word: a row for each picture, on slides two for one."""
    shown, down, most = (1, 2, 11) if on_slides() else (3, 1, 11)
    written = read(frame["written"])
    parts = [words(text)[:most] for text in written]
    longest = sorted(range(len(frame)), key=lambda row: (-min(len(parts[row]), most), row))[:200]
    rows = [longest[int(number)] for number in np.linspace(0, len(longest) - 1, min(shown, len(longest)))]
    across = math.ceil((1 + max(len(parts[row]) for row in rows)) / down)
    size = (medium().width, medium().height if on_slides() else 0.85 * len(rows))
    figure, panels = plt.subplots(down * len(rows), across, figsize=size, squeeze=False)
    for axes in panels.flat:
        axes.set_axis_off()
    for line, row in zip(panels.reshape(len(rows), -1), rows, strict=True):
        picture = pictures[place[frame["id"].iloc[row]]]
        show(line[0], picture)
        maps = np.asarray(frame["attention"].iloc[row], float).reshape(-1, 10, 10)
        for axes, word, looked in zip(line[1:], parts[row], maps, strict=False):
            show(axes, picture)
            height, width = picture.shape[:2]
            axes.imshow(looked, cmap="magma", alpha=0.72, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
            axes.set_title(word, loc="center", pad=2)
    caption = {
        "en": f"Where {called(method)} looks for each word that it writes of pictures of the test split: bright places "
        "count most.",
        "zh-TW": f"{called(method)}為測試集圖片寫出每個字詞時注視之處：越亮處權重越高。",
    }
    return Drawn(figure, said(caption), said(caption) + " " + say("figures.item").join(written[row] for row in rows))


def draw_words(tests: dict[str, pd.DataFrame], demo: bool) -> Drawn:
    """Of the right words of each kind, the share that each method writes."""
    found = {method: by_kind(right_words(frame, demo)) for method, frame in tests.items()}
    names = in_print(next(iter(found.values()))[1], KINDS if demo else {})
    label = said({"en": "Words that are right (%)", "zh-TW": "正確字詞的比例（%）"})
    figure, told = draw_shares({method: share for method, (share, _) in found.items()}, names, label)
    caption = {
        "en": "Of the words of the nearest right caption, the share that each method writes, by what they tell.",
        "zh-TW": "最接近的正確描述中，各方法寫出的字詞比例，依字詞種類。",
    }
    return Drawn(figure, said(caption), told)


def right_words(frame: pd.DataFrame, demo: bool) -> Iterator[tuple[str, bool]]:
    """Each word of the right captions (of the demo data what it tells), and whether it is written."""
    for allowed, written in zip(read(frame["caption"]), read(frame["written"]), strict=True):
        true, have = words(nearest(allowed.splitlines(), written)), Counter(words(written))
        for word, kind in zip(true, kinds(true) if demo else true, strict=True):
            yield kind, have[word] > 0
            have[word] -= 1


def show(axes: Axes, picture: np.ndarray) -> None:
    axes.imshow(picture, cmap="gray", vmin=0, vmax=255)
    axes.set_axis_off()


def wrapped(text: str, width: int) -> str:
    """In lines; without blanks, as Chinese is, of half as many characters."""
    blanks = text.count(" ") * 12 > len(text)
    return textwrap.fill(text, width if blanks else width // 2 + 2)
