"""A map on which pictures with similar features lie near each other."""

from __future__ import annotations

from functools import lru_cache

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, medium, on_slides, said, say
from lab.contract import Drawn
from lab.tasks.clustering.agreement import matched

MOST = 500
"""Pictures on a map: of more the signs would hide each other."""


def draw_map(tests: dict[str, pd.DataFrame], names: list[str]) -> Drawn:
    """Each picture as its class's first sign, coloured by its cluster: a sign in the wrong colour is a mistake."""
    width = medium().width
    figure, panels = plt.subplots(1, len(tests), figsize=(width, 0.95 * width / max(len(tests), 2)), squeeze=False)
    palette = plt.get_cmap("tab20" if len(names) > 10 else "tab10")
    for axes, (method, test) in zip(panels[0], tests.items(), strict=True):
        most = min(len(test), MOST // 2 if on_slides() else MOST)
        some = test.iloc[np.linspace(0, len(test) - 1, most).astype(int)]  # rows may be in the order of their classes
        features = np.stack(some["feature"].tolist()).astype(np.float32)
        places = flattened(features.tobytes(), features.shape[1])
        named = matched(test["label"].to_numpy(), test["cluster"].to_numpy())
        for (x, y), label, cluster in zip(places, some["label"], some["cluster"], strict=True):
            colour = palette(named.get(cluster, cluster) % palette.N)
            axes.text(x, y, names[label][0], color=colour, ha="center", va="center")
        low, high = places.min(axis=0), places.max(axis=0)
        margin = 0.04 * (high - low)
        axes.set(xlim=(low[0] - margin[0], high[0] + margin[0]), ylim=(low[1] - margin[1], high[1] + margin[1]))
        axes.set(xticks=[], yticks=[], title=called(method))
    caption = {
        "en": "Features of test pictures on a map (t-SNE, van der Maaten & Hinton 2008). A sign is a picture: it "
        "says its class, which no method saw, the colour its cluster. Distances between far groups mean nothing.",
        "zh-TW": "測試圖片的特徵（t-SNE，van der Maaten & Hinton 2008）。每個字元為一張圖片："
        "字元為其類別（所有方法皆未看過），顏色為其所屬的群。相距較遠的群之間，距離沒有意義。",
    }
    shown = {"en": "Map of features: ", "zh-TW": "特徵分布圖："}
    return Drawn(
        figure, said(caption), said(shown) + say("results.list").join(map(called, tests)) + say("figures.stop")
    )


@lru_cache(maxsize=8)
def flattened(features: bytes, columns: int) -> np.ndarray:
    """(n, 2). It is computed once, though a figure is drawn twice."""
    from sklearn.manifold import TSNE

    values = np.frombuffer(features, np.float32).reshape(-1, columns)
    found: np.ndarray = TSNE(perplexity=min(30, (len(values) - 1) / 3), init="pca", random_state=0).fit_transform(
        values
    )
    return found
