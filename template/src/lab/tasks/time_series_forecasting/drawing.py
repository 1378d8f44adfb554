"""Figures of forecasts with their bands, and of errors by how far ahead they look."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from lab.comparison.drawing import called, capital, colours, entry, itemised, medium, on_slides, said, say
from lab.contract import Drawn
from lab.style import PALETTE
from lab.tasks.time_series_forecasting.quantiles import LEVELS, MEDIAN, stacked
from lab.tasks.time_series_forecasting.series import places


def draw_forecasts(tests: dict[str, pd.DataFrame], values: pd.DataFrame, examples: pd.DataFrame, season: int) -> Drawn:
    """Three test forecasts: of the last method's errors the smallest tenth, the middle and the largest tenth."""
    found = {method: stacked(table) for method, table in tests.items()}
    errors = {method: np.abs(ahead[..., MEDIAN] - future).mean(axis=1) for method, (future, ahead) in found.items()}
    order = np.argsort(errors[list(tests)[-1]], kind="stable")
    shares = (0.5, 0.9) if on_slides() else (0.1, 0.5, 0.9)
    chosen = [int(order[int(share * (len(order) - 1))]) for share in shares]
    rows = next(iter(tests.values())).loc[chosen]
    at, which = places(values, examples.loc[rows["id"]])
    height = min(0.92 * medium().height, medium().width * 0.24 * len(chosen))
    figure, panels = plt.subplots(
        len(chosen), len(tests), figsize=(medium().width, height), sharey="row", sharex="row", squeeze=False
    )
    for column, ((method, (future, ahead)), colour) in enumerate(
        zip(found.items(), colours(list(tests)).values(), strict=True)
    ):
        for axes, place, row, series in zip(panels[:, column], chosen, at, which, strict=True):
            frame = tests[method].loc[place]
            shown = ahead[place] * frame["scale"] + frame["middle"]
            span = slice(max(row - 2 * season + 1, 0), row + future.shape[1] + 1)
            axes.plot(values.index[span], values.iloc[span, series], color=PALETTE["ink"], label=said(CAME))
            times = values.index[row + 1 : row + 1 + len(shown)]
            axes.fill_between(times, shown[:, 0], shown[:, -1], color=colour, alpha=0.25, lw=0)
            axes.plot(times, shown[:, MEDIAN], color=colour)
            locator = AutoDateLocator(minticks=2, maxticks=4)
            axes.xaxis.set_major_locator(locator)
            axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
            axes.set_title(entry(method, f"MASE {errors[method][place]:.2f}"))
    names = list(values)
    for axes, series in zip(panels[:, 0], which, strict=True):
        axes.set_ylabel(capital(names[series]) if len(names[series]) < 24 else f"{names[series][:23]}…")
    told = [f"{called(method)} {', '.join(f'{errors[method][place]:.2f}' for place in chosen)}" for method in tests]
    alt = f"MASE{say('figures.colon')}{say('figures.item').join(told)}{say('figures.stop')}"
    return Drawn(figure, said(FORECASTS), alt)


def draw_steps(tests: dict[str, pd.DataFrame]) -> Drawn:
    """The error of the median and the share of values within the band, for each step ahead."""
    figure, (left, right) = plt.subplots(1, 2, figsize=(medium().width, 0.42 * medium().width))
    told = []
    for (method, table), colour, style in zip(
        tests.items(), colours(list(tests)).values(), cycle(("-", "--", "-.", ":")), strict=False
    ):
        future, ahead = stacked(table)
        steps = np.arange(1, future.shape[1] + 1)
        error = np.abs(ahead[..., MEDIAN] - future).mean(axis=0)
        inside = 100 * ((future >= ahead[..., 0]) & (future <= ahead[..., -1])).mean(axis=0)
        mark = "." if len(steps) == 1 else None
        left.plot(steps, error, style, color=colour, marker=mark, label=called(method))
        right.plot(steps, inside, style, color=colour, marker=mark)
        low, high, share = f"{error.min():.2f}", f"{error.max():.2f}", f"{inside.mean():.0f}%"
        text = {
            "en": f"{called(method)}: MASE from {low} to {high}, {share} in the band",
            "zh-TW": f"{called(method)}：MASE 由 {low} 至 {high}，{share} 落在帶內",
        }
        told.append(said(text))
    band = 100 * (LEVELS[-1] - LEVELS[0])
    right.axhline(band, color=plt.rcParams["axes.edgecolor"], linestyle=":", linewidth=plt.rcParams["axes.linewidth"])
    ahead_label = said({"en": "steps ahead", "zh-TW": "預測步數"})
    left.set(ylabel="MASE", xlabel=capital(ahead_label))
    left.set_ylim(bottom=0)
    right.set(ylabel=said({"en": "Within the band (%)", "zh-TW": "落在帶內（%）"}), xlabel=capital(ahead_label))
    right.set_ylim(0, 100)
    figure.legend(loc="outside upper center", ncols=len(tests))
    return Drawn(figure, said(STEPS), itemised(told))


CAME = {"en": "what came", "zh-TW": "實際值"}
FORECASTS = {
    "en": "Forecasts of the test split (lines) with bands that should hold 80% of all values, and what came (black). "
    "They were chosen by the error of the last method: of its errors one tenth, a half and nine tenths are smaller.",
    "zh-TW": "測試集的預測（線）、應涵蓋 80% 實際值的區間帶，以及實際值（黑線）。"
    "依最後一個方法的誤差選出：其誤差分別大於一成、五成與九成的測試樣本。",
}
STEPS = {
    "en": "Error by steps ahead (left), and how many values lie within the band (right): the dotted line is at 80%, "
    "where it should be.",
    "zh-TW": "各預測步數的誤差（左），以及落在區間帶內的比例（右）：應為 80%（虛線）。",
}
