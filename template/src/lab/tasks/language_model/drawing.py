"""Figures of language models: what they write, what surprises them, and where in a passage they do well."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, capital, colours, entry, itemised, on_slides, said, say
from lab.comparison.text_figures import WORD, draw_grounds, draw_texts
from lab.contract import Drawn
from lab.tasks.language_model.model import TEMPERATURE

BIN = 50
"""Bytes of a passage that are one point of a curve."""
DARKEST = 16
"""Bits from which on a word has the darkest ground."""


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
        told.append(entry(method, f"{height[0]:.2f} → {height[-1]:.2f}"))
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
    return Drawn(figure, said(caption), itemised(told))


def draw_written(openings: list[str], written: dict[str, list[bytes]]) -> Drawn:
    """How each method goes on after each opening."""
    shown, told = openings[: 2 if on_slides() else 4], []
    lines: dict[str, list[str]] = {method: [] for method in written}
    for number, opening in enumerate(shown):
        told.append(f"{opening} …")
        for method, texts in written.items():
            text = texts[number].rstrip(b"\0")[len(opening.encode()) :].decode("utf-8", "ignore")
            lines[method].append(f"… {text.replace(chr(10), ' / ').strip()}")
            told.append(entry(method, text.strip()))
    figure = draw_texts([f"{opening} …" for opening in shown], lines)
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
    words = WORD.findall(str(texts.loc[judged["id"].iloc[usual]]))
    ends, told, shares = np.cumsum([len(word.encode()) for word in words]), [], {}
    for method, frame in tests.items():
        each = frame["bits"].iloc[usual]
        bits = np.diff([0, *np.cumsum(each)[np.minimum(ends, len(each)) - 1]])
        shares[method] = np.minimum(1.0, bits / DARKEST)
        hardest = [f"{words[place].strip()} {bits[place]:.0f}" for place in sorted(np.argsort(bits)[-4:])]
        told.append(entry(method, say("results.list").join(hardest)))
    caption = {
        "en": f"A typical test passage ({judged['id'].iloc[usual]}): the darker a word, the less the method expected "
        f"it after those before, from 0 (white) to {DARKEST} bits.",
        "zh-TW": f"一段典型的測試文字（{judged['id'].iloc[usual]}）：底色越深，表示該方法依前文越料不到這個詞，"
        f"由 0（白）至 {DARKEST} 位元。",
    }
    return Drawn(draw_grounds(words, shares), said(caption), itemised(told))
