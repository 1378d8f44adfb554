"""Figures of depth: what each method says beside the truth, where it is wrong, and how wrong at each distance."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, colours, entry, itemised, medium, said, say
from lab.comparison.map_figures import chosen, grid, pictures_of
from lab.contract import Drawn

DEPTH, ERROR = "viridis", "magma"
"""Colours of equal steps to the eye; the brightest error is the largest."""
BINS = 8
NAME = {"en": "depth", "zh-TW": "深度"}


def in_unit(name: str, unit: str) -> str:
    return f"{name} ({unit})" if unit else name


def draw_depths(
    tests: dict[str, pd.DataFrame], errors: dict[str, np.ndarray], unit: str, table: pd.DataFrame, raw: Path
) -> Drawn:
    """Rows of pictures, from the best to the worst of the last method: the truth, each answer, and how wrong it is.

    Of the quarter with the widest range of depth: a wall right before the camera is easy, and shows little.
    """
    last = list(tests)[-1]
    ranges = np.array([np.nan_to_num(np.nanstd(values)) for values in tests[last]["depth"]])
    wide = np.flatnonzero(ranges >= np.quantile(ranges, 0.75))
    rows = {name: int(wide[place]) for name, place in chosen(-np.asarray(errors[last])[wide]).items()}
    places = list(rows.values())
    images = pictures_of(tests[last]["id"].iloc[places], table, raw)
    shape = images.shape[1:3]

    def maps(frame: pd.DataFrame, column: str) -> np.ndarray:
        return np.stack(frame[column].iloc[places].tolist()).astype(float).reshape(-1, *shape)

    truth = maps(tests[last], "depth")
    drawn = {method: maps(frame, "predicted") for method, frame in tests.items()}
    wrong = {method: np.abs(answer - truth) for method, answer in drawn.items()}
    error, names = said({"en": "error", "zh-TW": "誤差"}), [called(method) for method in tests]
    columns = [said({"en": "picture", "zh-TW": "圖片"}), said({"en": "truth", "zh-TW": "真實"}), *names]
    columns += [f"{error}{say('figures.colon')}\n{name}" for name in names]
    figure, panels = grid(list(rows), columns, shape, below=0.45 * medium().font / 8)
    everything = np.concatenate([truth.ravel(), *(answer.ravel() for answer in drawn.values())])
    low, high = np.nanquantile(everything, [0.01, 0.99])
    most = np.nanquantile(np.concatenate([one.ravel() for one in wrong.values()]), 0.98)
    for axes, image in zip(panels[:, 0], images, strict=True):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
    for column, values in enumerate([truth, *drawn.values(), *wrong.values()], start=1):
        scale: dict[str, Any] = {"cmap": DEPTH, "vmin": low, "vmax": high}
        if column > 1 + len(drawn):
            scale = {"cmap": ERROR, "vmin": 0, "vmax": most}
        for axes, one in zip(panels[:, column], values, strict=True):
            shown = axes.imshow(one, **scale)  # unknown pixels stay white
        if column in (1 + len(drawn), 1 + 2 * len(drawn)):
            under = panels[:, 1 : 2 + len(drawn)] if column == 1 + len(drawn) else panels[:, 2 + len(drawn) :]
            label = in_unit(said(NAME) if column == 1 + len(drawn) else error, unit)
            figure.colorbar(shown, ax=under, location="bottom", label=label, aspect=30, fraction=0.05, pad=0.03)
    told = [f"{name} {errors[last][place]:.3g} {unit}".strip() for name, place in rows.items()]
    caption = {
        "en": "Of the quarter of the test pictures with the widest range of depth, the best, typical ones and the "
        f"worst, by their RMSE under one method ({called(last)}). All depths have one scale, and all errors another; "
        "unknown pixels are white.",
        "zh-TW": f"測試集中深度變化最大的四分之一圖片，依 {called(last)} 在各圖的 RMSE 選出：最佳、一般與最差。"
        "所有深度共用一個色階，所有誤差共用另一個；未知像素為白色。",
    }
    return Drawn(figure, said(caption), entry(last, f"RMSE {say('results.list').join(told)}{say('figures.stop')}"))


def draw_errors(tests: dict[str, pd.DataFrame], unit: str) -> Drawn:
    """For each method the RMSE of the pixels at each distance: as many pixels at each mark."""
    own, told = colours(list(tests)), []
    figure, axes = plt.subplots(figsize=(medium().width, min(medium().height, 0.45 * medium().width)))
    for mark, (method, frame) in zip("oDs^vPX", tests.items(), strict=False):
        truth, drawn = (np.concatenate(frame[name].tolist()).astype(float) for name in ("depth", "predicted"))
        known = np.isfinite(truth)
        order = np.argsort(truth[known], kind="stable")
        parts = [part for part in np.array_split(order, BINS) if len(part)]
        far = [float(np.median(truth[known][part])) for part in parts]
        error = [float(np.sqrt(np.mean(np.square((drawn - truth)[known][part])))) for part in parts]
        axes.plot(far, error, f"{mark}-", color=own[method], label=called(method))
        ends = f"RMSE {error[0]:.3g} → {error[-1]:.3g}, {far[0]:.3g} → {far[-1]:.3g} {unit}"
        told.append(entry(method, ends.strip()))
    axes.set_ylim(bottom=0)
    axes.set_xlabel(in_unit(said({"en": "true depth", "zh-TW": "真實深度"}), unit))
    axes.set_ylabel(in_unit("RMSE", unit))
    axes.legend(loc="best")
    caption = {
        "en": f"RMSE on the test split by true depth; each mark stands for one part in {BINS} of the known pixels.",
        "zh-TW": f"測試集上各真實深度的 RMSE；每個標記代表已知像素的 {BINS} 分之一。",
    }
    return Drawn(figure, said(caption), itemised(told))
