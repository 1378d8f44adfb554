"""Figures of how scores overlap, and of the pictures that deceive a detector."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, colours, entry, itemised, medium, on_slides, said, say
from lab.contract import Drawn
from lab.style import number
from lab.tasks.anomaly_detection.detection import detection, threshold

KINDS = {"normal": {"en": "normal", "zh-TW": "正常"}, "outlier": {"en": "outliers", "zh-TW": "異常"}}


def draw_scores(tests: dict[str, pd.DataFrame]) -> Drawn:
    """Of each method a histogram of the scores of normal pictures and one of outliers, and the threshold."""
    figure, panels = plt.subplots(
        1, len(tests), figsize=(medium().width, 0.36 * medium().width), squeeze=False, sharey=True
    )
    told = []
    for axes, (method, colour) in zip(panels[0], colours(list(tests)).items(), strict=True):
        outlier, score = tests[method]["outlier"].to_numpy(bool), tests[method]["anomaly_score"].to_numpy(float)
        edges = np.linspace(score.min(), np.quantile(score, 0.995), 31)
        for chosen, look in ((~outlier, {"alpha": 0.35}), (outlier, {"histtype": "step", "linewidth": 1.5})):
            if chosen.any():
                shares = np.full(chosen.sum(), 100 / chosen.sum())
                label = said(KINDS["outlier" if look.get("histtype") else "normal"])
                axes.hist(
                    score[chosen].clip(edges[0], edges[-1]), edges, weights=shares, color=colour, label=label, **look
                )
        found = detection(outlier, score)
        if outlier.any():
            axes.axvline(threshold(outlier, score), color=plt.rcParams["axes.edgecolor"], linestyle="--")
        known = {name: None if np.isnan(value) else value for name, value in found.items()}
        auroc, alarms = number(known["auroc"], 3), number(known["false_alarms"], 1)
        axes.set_title(entry(method, f"AUROC {auroc}"))
        axes.set_xlabel(said({"en": "anomaly score", "zh-TW": "異常分數"}))
        axes.set_xticks([])
        axes.legend()
        english = f"AUROC {auroc}, {alarms}% false alarms where 95% of the outliers are found"
        chinese = f"AUROC {auroc}，找出 95% 的異常時，誤報率 {alarms}%"
        told.append(entry(method, said({"en": english, "zh-TW": chinese})))
    panels[0][0].set_ylabel(said({"en": "share of pictures (%)", "zh-TW": "圖片比例（%）"}))
    caption = {
        "en": "Scores of the test pictures: filled, normal ones; outlined, outliers. Right of the dashed line are 95% "
        "of the outliers; filled bars there are false alarms.",
        "zh-TW": "測試集圖片的異常分數：實心為正常，線框為異常。虛線右側含 95% 的異常圖片，其中的實心部分為誤報。",
    }
    return Drawn(figure, said(caption), itemised(told))


def draw_pictures(tests: dict[str, pd.DataFrame], raw: Path) -> Drawn:
    """Of each method two rows: the normal pictures that it thinks most unusual, and the outliers it thinks least so."""
    shown = 8 if on_slides() else 10
    table = pd.read_parquet(raw / "examples.parquet", columns=["id", "label"])
    pictures, place = np.load(raw / "pictures.npy", mmap_mode="r"), pd.Series(range(len(table)), table["id"])
    scans = pictures.ndim == 3 and pictures.shape[1:] == (28, 28)  # white on black: shown dark on light, as written
    figure, panels = plt.subplots(2 * len(tests), shown, figsize=(0.62 * shown, 1.5 * len(tests)), squeeze=False)
    told = []
    for row, (method, test) in enumerate(tests.items()):
        is_outlier = test["outlier"] == 1
        alarms = test[~is_outlier].nlargest(shown, "anomaly_score")
        missed = test[is_outlier].nsmallest(shown, "anomaly_score")
        for line, chosen, name in (
            (2 * row, alarms, {"en": "normal", "zh-TW": "正常"}),
            (2 * row + 1, missed, {"en": "outliers", "zh-TW": "異常"}),
        ):
            for axes in panels[line]:
                axes.set_xticks([])
                axes.set_yticks([])
                for spine in axes.spines.values():
                    spine.set_visible(False)
            for axes, identity in zip(panels[line], chosen["id"], strict=False):
                look = {"vmin": 0, "vmax": 255}
                axes.imshow(pictures[place[identity]], cmap="gray_r" if scans else "gray", **look)
            panels[line][0].set_ylabel(said(name))
        panels[2 * row][0].set_title(called(method))
        kinds = table["label"].astype(str).to_numpy()[place[alarms["id"]].to_numpy()]
        most = pd.Series(kinds).value_counts()
        listed = say("results.list").join(f"{kind} ({count})" for kind, count in most.items())
        classes = {
            "en": f"most unusual normal pictures by class: {listed}",
            "zh-TW": f"最異常的正常圖片，依類別：{listed}",
        }
        told.append(entry(method, said(classes)))
    caption = {
        "en": "What deceives each method on the test split: normal pictures that it finds most unusual, and outliers "
        "that it finds least unusual; from left to right the worst first.",
        "zh-TW": "各方法在測試集上最容易誤判的圖片：分數最高的正常圖片，以及分數最低的異常圖片；最嚴重者在最左側。",
    }
    return Drawn(figure, said(caption), itemised(told))
