"""Figures of the demo data, whose sentences were rated by people."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from lab.comparison.figures import colours
from lab.tasks.text_classification.sentences import PROBES


def draw_opinions(predictions: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Probability against what raters said, and each method's answers to sentences that differ only a little."""
    colour = colours(list(predictions))
    ratings = Figure(figsize=(4.6, 3.2), layout="constrained")
    probes = Figure(figsize=(6.4, 3.2), layout="constrained")
    agreement, contrast = ratings.subplots(), probes.subplots()
    edges = np.linspace(-4, 4, 17)
    for offset, (method, table) in enumerate(predictions.items()):
        probability, opinion = (np.vstack(table[name].tolist())[:, 1] for name in ("log_probability", "opinion"))
        table = table.assign(probability=np.exp(probability), rating=np.log(opinion / (1 - opinion)))
        test = table[table["split"] == "test"]
        means = test.groupby(pd.cut(test["rating"], edges), observed=True)[["rating", "probability"]].mean()
        agreement.plot(means["rating"], means["probability"], "o-", ms=4, color=colour[method], label=method)
        probe = table[table["split"] == "probes"]
        height = np.arange(len(probe)) + 0.2 * (offset - (len(predictions) - 1) / 2)
        contrast.plot(probe["probability"], height, "o", color=colour[method], label=method)
    agreement.axhline(0.5, color="black", lw=0.8, ls=":")
    agreement.set(xlabel="mean rating of a sentence", ylabel="probability of positive, mean", ylim=(0, 1))
    contrast.set_yticks(range(len(PROBES)), [f"{text}  ({'+' if label else '-'})" for text, label in PROBES.items()])
    contrast.set(xlabel="probability of positive", xlim=(0, 1))
    contrast.axvline(0.5, color="black", lw=0.8, ls=":")
    contrast.invert_yaxis()
    agreement.legend()
    contrast.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return {"ratings": ratings, "probes": probes}
