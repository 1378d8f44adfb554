"""Figures of translations: which kinds of sentences are right, what is wrong in others, and where a method looked."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, capital, colours, entry, itemised, medium, on_slides, said, say
from lab.contract import Drawn
from lab.style import PALETTE

LONGEST = 34
"""Characters of a sentence that fit into a figure."""


def draw_kinds(tests: dict[str, pd.DataFrame], kinds: pd.Series) -> Drawn:
    """For each kind of sentence the share that is right."""
    names = sorted(kinds.unique())
    height = 0.3 * len(names) + 0.9
    figure, axes = plt.subplots(figsize=(medium().width, height * medium().font / 8))
    thick, told = 0.8 / len(tests), []
    for place, (method, colour) in enumerate(colours(list(tests)).items()):
        test = tests[method]
        right = (test["said"] == test["right"]).groupby(kinds.loc[test["id"]].to_numpy()).mean().reindex(names)
        rows = np.arange(len(names)) + (place - (len(tests) - 1) / 2) * thick
        axes.barh(rows, 100 * right, thick, color=colour, label=called(method))
        shares = (f"{name} {share:.0%}" for name, share in right.items())
        told.append(entry(method, say("results.list").join(shares)))
    axes.set_yticks(range(len(names)), names)
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.set(xlim=(0, 100), xlabel=capital(said({"en": "exactly right (%)", "zh-TW": "完全相符（%）"})))
    figure.legend(loc="outside upper center", ncols=len(tests))
    caption = {
        "en": "Share of test sentences that are translated without any mistake, by kind.",
        "zh-TW": "測試集中各類句子完全譯對的比例。",
    }
    return Drawn(figure, said(caption), itemised(told))


def draw_mistakes(tests: dict[str, pd.DataFrame]) -> Drawn:
    """A table of wrong translations of each method, of as many kinds as there are; what is wrong has another colour."""
    most = 3 if on_slides() else 5
    rows: list[tuple[str, pd.Series]] = []
    for method, test in tests.items():
        wrong = test[(test["said"] != test["right"]) & (test["text"].str.len() <= LONGEST)]
        rows += [(method, row) for _, row in wrong.iloc[:: max(1, len(wrong) // most)].head(most).iterrows()]
    size = medium().font / 72
    figure, axes = plt.subplots(figsize=(medium().width, 1.7 * size * (len(rows) + len(tests) + 1.5)))
    axes.set_axis_off()
    axes.set(xlim=(0, 1), ylim=(len(rows) + len(tests) + 1, 0))
    heads = ({"en": "sentence", "zh-TW": "原文"}, {"en": "right", "zh-TW": "正解"}, {"en": "written", "zh-TW": "譯文"})
    for x, head in zip((0, 0.38, 0.69), heads, strict=True):
        axes.text(x, 0.5, capital(said(head)), va="center", color=PALETTE["quiet"])
    line, before, told, colour = 1.0, "", [], colours(list(tests))
    for method, row in rows:
        if method != before:
            axes.text(0, line + 0.5, called(method), va="center", color=colour[method])
            line, before = line + 1, method
        axes.text(0, line + 0.5, row["text"], va="center")
        axes.text(0.38, line + 0.5, row["right"], va="center")
        write_marked(axes, 0.69, line + 0.5, row["said"][:LONGEST], row["right"])
        told.append(entry(method, f"{row['text']} → {row['said']} ({row['right']})"))
        line += 1
    caption = {
        "en": "Wrong translations of test sentences. In colour: what is not in the right one.",
        "zh-TW": "測試集中的錯誤譯文；與正解不同之處以顏色標示。",
    }
    return Drawn(figure, said(caption), itemised(told))


def write_marked(axes: plt.Axes, x: float, y: float, text: str, right: str) -> None:
    """A line of text, what is not in ``right`` in another colour: each piece begins where the last one ended."""
    before: Any = axes.transData
    for kind, start, end, _, _ in SequenceMatcher(None, text, right, autojunk=False).get_opcodes():
        if end > start:
            ink = PALETTE["ink"] if kind == "equal" else PALETTE["accent"]
            where: Any = {"xy": (x, y), "xycoords": (before, axes.transData)}
            before, x = axes.annotate(text[start:end], va="center", color=ink, **where), 1.0


def draw_looks(tests: dict[str, pd.DataFrame]) -> Drawn:
    """For each method that looks back: the sentence from left to right, its translation downwards, and the looks."""
    method, test = list(tests.items())[-1]
    fits = test[(test["text"].str.len() <= LONGEST) & (test["right"].str.len() <= (12 if on_slides() else 20))]
    right = fits[fits["said"] == fits["right"]]
    row = (right if len(right) else fits if len(fits) else test).pipe(
        lambda some: some.loc[some["text"].str.len().idxmax()]
    )
    text, written = row["text"][: 2 * LONGEST], row["said"][:LONGEST]
    shape = (-1, len(row["looked_at"]) // len(test.iloc[0]["written"]))
    places, looks = np.reshape(row["looked_at"], shape), np.reshape(row["look"], shape)
    seen = np.zeros((max(1, len(written)), len(text) + places.shape[1]))
    for step in range(len(written)):
        inside = places[step] < len(text)
        seen[step, places[step][inside]] = looks[step][inside]
    unit = min(medium().width / (len(text) + 4), medium().height / (len(written) + 3))
    figure, axes = plt.subplots(figsize=((len(text) + 3) * unit, (len(written) + 2) * unit))
    axes.imshow(seen[:, : len(text)], cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.set_xticks(range(len(text)), list(text))
    axes.set_yticks(range(len(written)), list(written))
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.grid(visible=False)
    caption = {
        "en": f"Where {called(method)} looked in a sentence (columns) when it wrote each character (rows): the darker, "
        "the more.",
        "zh-TW": f"{called(method)}寫出每個字（列）時所注意的原文位置（行）：顏色越深，注意越多。",
    }
    drawn_from = [
        f"{sign} ← {text[place]}" for sign, place in zip(written, seen[:, : len(text)].argmax(axis=1), strict=False)
    ]
    return Drawn(figure, said(caption), say("results.list").join(drawn_from) + say("figures.stop"))
