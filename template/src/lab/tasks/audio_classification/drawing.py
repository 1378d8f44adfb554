"""A figure of the mistakes that each method was surest of, as spectrograms."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from lab.comparison.classes import surest_mistakes
from lab.data.sounds import LOUDEST, read_rate
from lab.tasks.audio_classification.spectrogram import band_edges, log_mel


def draw_mistakes(
    predictions: dict[str, pd.DataFrame], names: list[str], table: pd.DataFrame, raw: Path, shown: int = 4
) -> Figure:
    """A row of spectrograms for each method: time to the right, pitch upwards; the title says class → answer."""
    sounds, rate = np.load(raw / "sounds.npy", mmap_mode="r"), read_rate(raw)
    place = pd.Series(range(len(table)), table["id"])
    seconds, edges = sounds.shape[1] / rate, band_edges(rate)
    size = (1.75 * shown + 0.6, 1.55 * len(predictions) + 0.3)
    figure, panels = plt.subplots(len(predictions), shown, figsize=size, sharex=True, sharey=True, squeeze=False)
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        mistakes = list(surest_mistakes(frame, shown).itertuples())
        for number, axes in enumerate(row):
            axes.grid(visible=False)
            if number >= len(mistakes):
                axes.set_axis_off()
                continue
            mistake = mistakes[number]
            sound = torch.from_numpy(sounds[[place[mistake.id]]].astype(np.float32) / LOUDEST)
            loud = log_mel(sound, rate)[0].numpy()
            axes.imshow(
                loud,
                origin="lower",
                aspect="auto",
                cmap="magma",
                extent=(0, seconds, 0, len(loud)),
                vmin=loud.max() - 9,
            )
            shown_as = f"{names[mistake.label]} → {names[mistake.predicted]}, {mistake.confidence:.0%}"
            axes.set_title(shown_as, fontsize=7)
        row[0].set_ylabel(f"{method}\nhertz")
        marks = [hertz for hertz in (250, 500, 1000, 2000, 4000, 8000) if hertz < edges[-1]]
        row[0].set_yticks(np.interp(marks, edges[1:-1], np.arange(len(edges) - 2) + 0.5), marks)
    for axes in panels[-1]:
        axes.set_xlabel("seconds")
    return figure
