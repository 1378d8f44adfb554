"""A figure of the mistakes that each method was surest of, as spectrograms."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.classes import surest_mistakes, told_mistakes
from lab.comparison.drawing import called, medium, on_slides, said
from lab.contract import Drawn
from lab.data.sounds import read_rate
from lab.tasks.audio_classification.spectrogram import band_edges, heard


def draw_mistakes(predictions: dict[str, pd.DataFrame], names: list[str], table: pd.DataFrame, raw: Path) -> Drawn:
    """A row of spectrograms for each method: time to the right, pitch upwards; above each the answer."""
    shown = 3 if on_slides() else 4
    sounds, rate = np.load(raw / "sounds.npy", mmap_mode="r"), read_rate(raw)
    place = pd.Series(range(len(table)), table["id"])
    seconds, edges = sounds.shape[1] / rate, band_edges(rate)
    size = (medium().width, medium().height if on_slides() else 1.3 * len(predictions) + 0.3)
    figure, panels = plt.subplots(len(predictions), shown, figsize=size, sharex=True, sharey=True, squeeze=False)
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        mistakes = list(surest_mistakes(frame, shown).itertuples())
        for number, axes in enumerate(row):
            axes.grid(visible=False)
            if number >= len(mistakes):
                axes.set_axis_off()
                continue
            mistake = mistakes[number]
            loud = heard(sounds[[place[mistake.id]]], rate)[0].numpy()
            extent = (0, seconds, 0, len(loud))
            axes.imshow(loud, origin="lower", aspect="auto", cmap="magma", extent=extent, vmin=loud.max() - 9)
            axes.set_title(f"{names[mistake.label]} →\n{names[mistake.predicted]}, {mistake.confidence:.0%}")
        row[0].set_ylabel(f"{called(method)}\n{said({'en': 'hertz', 'zh-TW': '赫茲'})}")
        marks = [hertz for hertz in (500, 2000) if hertz < edges[-1]]
        row[0].set_yticks(np.interp(marks, edges[1:-1], np.arange(len(edges) - 2) + 0.5), marks)
    for axes in panels[-1]:
        axes.set_xlabel(said({"en": "seconds", "zh-TW": "秒"}))
    caption = {
        "en": "Spectrograms of the surest mistakes on the test split. Above each: true class → predicted class, and "
        "its probability.",
        "zh-TW": "測試集上最有把握的誤判（頻譜圖）：各圖上方為真實類別 → 預測類別，以及預測機率。",
    }
    return Drawn(figure, said(caption), told_mistakes(predictions, names, shown))
