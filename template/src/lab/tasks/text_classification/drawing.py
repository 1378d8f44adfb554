"""Figures of the demo data, whose sentences were rated by people."""

from __future__ import annotations

from itertools import cycle
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, capital, colours, entry, itemised, said
from lab.contract import Drawn
from lab.style import PALETTE
from lab.tasks.text_classification.sentences import PROBES


def draw_opinions(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Probability against what raters said, and each method's answers to sentences that differ only a little."""
    colour, marks = colours(list(predictions)), dict(zip(predictions, cycle("oDs^v"), strict=False))
    ratings, agreement = plt.subplots(figsize=(4.4, 2.4))
    probes, contrast = plt.subplots(figsize=(5.7, 2.4))
    edges = np.linspace(-4, 4, 17)
    agreements, answers = [], []
    for offset, (method, table) in enumerate(predictions.items()):
        probability, opinion = (np.vstack(table[name].tolist())[:, 1] for name in ("log_probability", "opinion"))
        table = table.assign(probability=np.exp(probability), rating=np.log(opinion / (1 - opinion)))
        test = table[table["split"] == "test"]
        means = test.groupby(pd.cut(test["rating"], edges), observed=True)[["rating", "probability"]].mean()
        look: Any = {"color": colour[method], "label": called(method)}
        agreement.plot(means["rating"], means["probability"], f"{marks[method]}-", **look)
        probe = table[table["split"] == "probes"]
        height = np.arange(len(probe)) + 0.2 * (offset - (len(predictions) - 1) / 2)
        contrast.plot(probe["probability"], height, marks[method], **look)
        ends = means["probability"].iloc[[0, -1]]
        agreements.append(entry(method, f"{ends.iloc[0]:.2f} → {ends.iloc[1]:.2f}"))
        found = int(
            ((probe["probability"] > 0.5).to_numpy() == np.array(list(PROBES.values()), bool)[: len(probe)]).sum()
        )
        answers.append(entry(method, f"{found} / {len(probe)}"))
    positive = capital(said({"en": "probability of positive", "zh-TW": "判為正面的機率"}))
    agreement.axhline(0.5, color=PALETTE["ink"], lw=0.8, ls=":")
    agreement.set(
        xlabel=said({"en": "Mean rating of a sentence", "zh-TW": "句子的平均評分"}), ylabel=positive, ylim=(0, 1)
    )
    contrast.set_yticks(range(len(PROBES)), [f"{text}  ({'+' if label else '−'})" for text, label in PROBES.items()])
    contrast.set(xlabel=positive, xlim=(0, 1))
    contrast.axvline(0.5, color=PALETTE["ink"], lw=0.8, ls=":")
    contrast.invert_yaxis()
    for figure in (ratings, probes):
        figure.legend(*figure.axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(predictions))
    of_ratings = {
        "en": "Raters and methods. Mean probability of positive for test sentences by their mean rating.",
        "zh-TW": "評分與方法：依測試句的平均評分，各方法判為正面的平均機率。",
    }
    of_probes = {
        "en": "Sentences of nearly the same words and the opposite meaning: each method's probability of positive. + "
        "and − are the right answers.",
        "zh-TW": "用詞相近而語意相反的句子：各方法判為正面的機率；＋與−為正確答案。",
    }
    low_to_high = {"en": "From the lowest to the highest rating. ", "zh-TW": "由最低至最高評分。"}
    right = {"en": "Right answers. ", "zh-TW": "答對題數。"}
    return {
        "ratings": Drawn(ratings, of_ratings, said(low_to_high) + itemised(agreements)),
        "probes": Drawn(probes, of_probes, said(right) + itemised(answers)),
    }
