"""A figure of where each method errs."""

from __future__ import annotations

from itertools import cycle

import matplotlib.pyplot as plt
import pandas as pd

from lab.comparison.drawing import called, capital, colours, itemised, medium, on_slides, said
from lab.contract import Drawn
from lab.data.features import is_text

PLACE = "Neighborhood"
"""The column of the demo data by which errors are shown; of own data it is the one of most categories."""


def draw_errors(
    predictions: dict[str, pd.DataFrame], table: pd.DataFrame, name: str, unit: str, fewest: int = 8
) -> Drawn | None:
    """The median error within each category of one column; None if no column has categories that are often enough."""
    most = 7 if on_slides() else 30
    first = next(iter(predictions.values()))
    shown = table.loc[first["id"]].drop(columns=["sha256", "group"], errors="ignore")
    often = {name: int((shown[name].value_counts() >= fewest).sum()) for name in shown if is_text(shown[name])}
    column = PLACE if PLACE in often else max(often, key=lambda name: often[name], default="")
    if often.get(column, 0) < 2:
        return None
    share = bool((first["target"] > 0).all())
    errors = {}
    for method, frame in predictions.items():
        error = (frame["predicted"] - frame["target"]).abs()
        error = 100 * error / frame["target"] if share else error
        errors[method] = error.groupby(table.loc[frame["id"], column].to_numpy()).agg(["median", "size"])
    sizes = next(iter(errors.values()))
    order = sizes[sizes["size"] >= fewest].sort_values("median").index[-most:]
    spoken = {place: place.replace("_", " ") for place in order}
    short = {place: name if len(name) <= 32 else f"{name[:31]}…" for place, name in spoken.items()}
    names = [f"{short[place]} ({size})" for place, size in sizes.loc[order, "size"].items()]
    line = medium().font / 72
    figure, axes = plt.subplots(figsize=(medium().width, line * (6 + 1.3 * len(order))))
    for (method, colour), mark in zip(colours(list(predictions)).items(), cycle("oDs^v"), strict=False):
        middle = errors[method].loc[order, "median"]
        axes.plot(middle, range(len(order)), mark, color=colour, label=called(method))
    axes.set_yticks(range(len(order)), names)
    of = {"en": f"median error (% of {name})", "zh-TW": f"誤差中位數（佔{name}的 %）"}
    amount = f" ({unit})" if unit else ""
    axes.set_xlabel(capital(said(of if share else {"en": f"median error{amount}", "zh-TW": f"誤差中位數{amount}"})))
    axes.set_xlim(left=0)
    figure.legend(loc="outside upper center", ncols=len(predictions))
    by = column.replace("_", " ")
    caption = {
        "en": f"Median error by {by}, and in brackets the number of test examples (fewer than {fewest}: left out).",
        "zh-TW": f"各 {by} 的誤差中位數；括號內為測試樣本數（少於 {fewest} 筆者略去）。",
    }
    ends = [(order[0], "lowest", "最低"), (order[-1], "highest", "最高")]
    told = [
        said({"en": f"{called(method)}: {english} in {place}, ", "zh-TW": f"{called(method)}：{place} {chinese}，"})
        + f"{errors[method].loc[place, 'median']:.3g}{'%' if share else amount}"
        for method in predictions
        for place, english, chinese in ends
    ]
    return Drawn(figure, said(caption), itemised(told))
