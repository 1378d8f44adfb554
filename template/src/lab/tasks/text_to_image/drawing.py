"""Figures: sentences with drawings of each method, which statements are found, and what more guidance does."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from itertools import chain
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, capital, colours, itemised, medium, on_slides, said, say
from lab.comparison.shares import by_kind, draw_shares, in_print
from lab.contract import Drawn, Metric
from lab.data.digit_scenes import KINDS
from lab.sentences import read
from lab.style import PALETTE
from lab.tasks.text_to_image.judge import judged, read_judge


def draw_samples(predictions: dict[str, pd.DataFrame], times: int, raw: Path) -> Drawn:
    """A row for each sentence: it, the picture that it tells of, and what each method draws ``times`` times."""
    frames = {method: frame[frame["split"] == "again"] for method, frame in predictions.items()}
    first = next(iter(frames.values()))
    rows = range(0, len(first) - times + 1, times)[: 4 if on_slides() else 6]
    height = medium().height if on_slides() else 0.72 * len(rows)
    ratios = [2.6, 1, *[times] * len(frames)]
    figure, panels = plt.subplots(
        len(rows), len(ratios), figsize=(medium().width, height), width_ratios=ratios, squeeze=False
    )
    sentences = [text.splitlines()[0] for text in read(first["caption"])]
    real = pictures(first["picture"], raw)
    drawn = {method: pictures(frame["sample"], raw) for method, frame in frames.items()}
    for line, row in zip(panels, rows, strict=True):
        line[0].text(0, 0.5, textwrap.fill(sentences[row], 24), va="center", transform=line[0].transAxes)
        line[1].imshow(real[row], cmap="gray", vmin=0, vmax=255)
        for axes, method in zip(line[2:], drawn, strict=True):
            axes.imshow(beside(drawn[method][row : row + times]), cmap="gray", vmin=0, vmax=255)
    for axes, name in zip(panels[0, 1:], [said({"en": "real", "zh-TW": "真實"}), *map(called, drawn)], strict=True):
        axes.set_title(name, loc="center")
    for axes in panels.flat:
        axes.set_axis_off()
    caption = {
        "en": "Sentences of the test split, not chosen by hand: the picture that each tells of, and drawings of each "
        f"method, {times} from different noise.",
        "zh-TW": f"測試集的句子（未經挑選）：對應的真實圖片，以及各方法由不同雜訊生成的 {times} 張圖片。",
    }
    return Drawn(figure, said(caption), said(caption) + " " + say("figures.item").join(sentences[row] for row in rows))


def pictures(column: pd.Series, raw: Path) -> np.ndarray:
    """(n, height, width, channels)."""
    return np.moveaxis(np.stack(column.tolist()).reshape(-1, *read_judge(raw).shape), 1, 3).astype(np.uint8)


def beside(shown: np.ndarray) -> np.ndarray:
    """Pictures in a row, with a white gap of two pixels."""
    gap = np.full((shown.shape[1], 2, *shown.shape[3:]), 255, np.uint8)
    return np.concatenate([part for one in shown for part in (one, gap)][:-1], axis=1)


def draw_statements(predictions: dict[str, pd.DataFrame], raw: Path) -> Drawn:
    """The share of what sentences state that the judge finds in drawings, by kind; and in the real pictures."""
    tests = {method: frame[frame["split"] == "test"] for method, frame in predictions.items()}
    first = next(iter(tests.values()))
    found = {method: by_kind(chain(*judged(frame, "sample", raw)[1])) for method, frame in tests.items()}
    real, counts = by_kind(chain(*judged(first, "picture", raw)[1]))
    names = in_print(counts, KINDS if set(counts.index) <= set(KINDS) else {})
    label = said({"en": "Statements that the judge finds (%)", "zh-TW": "評審網路認出的敘述比例（%）"})
    shares = {method: share for method, (share, _) in found.items()}
    figure, told = draw_shares(shares, names, label, best=real)
    caption = {
        "en": "Of what the sentences of the test split state, the share that the judge finds in each method's "
        "drawings. Dotted: in real pictures of these sentences.",
        "zh-TW": "測試集句子的敘述中，評審網路在各方法的圖片裡認出的比例。點線：在這些句子的真實圖片中。",
    }
    return Drawn(figure, said(caption), told)


def draw_guidance(
    predictions: dict[str, pd.DataFrame],
    scales: Sequence[float],
    metrics: Sequence[Metric],
    scored: Callable[[pd.DataFrame], dict[str, float]],
) -> Drawn:
    """Each metric by the strength of guidance, on sentences of the validation split."""
    tries = {
        method: frame[frame["split"] == "guidance"].reset_index(drop=True) for method, frame in predictions.items()
    }
    figure, panels = plt.subplots(1, 2, figsize=(5.4, 2.1))
    colour, told = colours(list(tries)), []
    for method, frame in tries.items():
        scale = np.resize(scales, len(frame))
        tried = [scored(frame[scale == value].reset_index(drop=True)) for value in scales]
        for axes, metric in zip(panels, metrics, strict=True):
            values = [one[metric.name] for one in tried]
            axes.plot(scales, values, color=colour[method], marker="o", label=called(method))
            listed = say("results.list").join(
                f"{value:g}: {one:.{metric.digits}f}" for value, one in zip(scales, values, strict=True)
            )
            told.append(f"{called(method)} ({said(metric.label)}){say('figures.colon')}{listed}")
    first = next(iter(tries.values()))
    shown = first.iloc[:: len(scales)].reset_index(drop=True)
    best = scored(shown.assign(sample=shown["picture"]))[metrics[0].name]
    panels[0].axhline(best, color=PALETTE["ink"], linestyle="dotted")
    for axes, metric in zip(panels, metrics, strict=True):
        unit = f" ({metric.unit})" if metric.unit else ""
        axes.set(xlabel=said({"en": "Guidance", "zh-TW": "引導強度"}), ylabel=capital(said(metric.label)) + unit)
        axes.set_ylim(bottom=0)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(tries))
    caption = {
        "en": "What guidance does, on sentences of the validation split: 0 draws without the sentence, 1 is what was "
        "learned, more goes further. Dotted: real pictures. A method without guidance does not change.",
        "zh-TW": "引導強度的影響（驗證集的句子）：0 為不看句子，1 為學到的條件分布，更大則更強調句子。點線：真實圖片。"
        "無引導的方法不受影響。",
    }
    return Drawn(figure, said(caption), itemised(told))
