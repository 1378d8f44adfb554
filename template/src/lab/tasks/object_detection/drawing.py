"""Figures: what each method finds beside the truth, how precision falls with recall, and which sizes are found."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from lab.comparison.average_precision import RECALLS, THRESHOLDS, found_in, matched, precisions, true_in
from lab.comparison.drawing import called, colours, entry, itemised, medium, on_slides, said, say
from lab.comparison.map_figures import chosen, grid, pictures_of
from lab.comparison.shares import draw_shares
from lab.contract import Drawn
from lab.data.boxes import overlap
from lab.data.pictures import shades
from lab.files import read_json
from lab.style import PALETTE

RIGHT, WRONG = PALETTE["others"][1], PALETTE["others"][0]
SHOWN = 0.3
"""Score from which on a box is drawn, as in the figures of CenterNet's paper."""
PARTS = 3
"""Kinds of objects by their size, each with as many true boxes."""


def draw_boxes(tests: dict[str, pd.DataFrame], matches: dict[str, pd.DataFrame], raw: Path) -> Drawn:
    """Rows of pictures, from those that the last method finds well on: the true boxes, and those of each method."""
    table, names = pd.read_parquet(raw / "examples.parquet"), read_json(raw / "classes.json")["names"]
    last = list(tests)[-1]
    quality = np.array([_quality(frame) for frame in matches[last].itertuples()])
    rows = chosen(quality)
    if on_slides():  # larger ones tell more than many
        rows = dict(list(rows.items())[1:])
    places = list(rows.values())
    images = pictures_of(tests[last]["id"].iloc[places], table, raw)
    columns = [said({"en": "truth", "zh-TW": "真實"}), *map(called, tests)]
    figure, panels = grid(list(rows), columns, images.shape[1:3])
    for line, place, image in zip(panels, places, images, strict=True):
        for axes in line:
            axes.imshow(shades(image), cmap="gray", vmin=0, vmax=255)
        truth = true_in(tests[last]["boxes"].iloc[place], tests[last]["classes"].iloc[place])
        _draw(line[0], truth, truth, names)
        for axes, frame in zip(line[1:], tests.values(), strict=True):
            found = found_in(frame["found"].iloc[place])
            _draw(axes, found[found[:, 5] >= SHOWN], truth, names)
    told = [f"{name} {quality[place]:.0%}" for name, place in rows.items()]
    shown = say("results.list").join(rows)
    caption = {
        "en": f"Pictures of the test split, chosen by how well {called(last)} finds what is there: {shown}. "
        f"Boxes with a score of {SHOWN} or more; orange: the class is wrong, or less than half of the box is right.",
        "zh-TW": f"測試集的圖片，依 {called(last)} 找到物件的程度選出：{shown}。"
        f"顯示分數不低於 {SHOWN} 的框；橘色：類別錯誤，或與真實框的 IoU 低於一半。",
    }
    alt = entry(last, f"{say('results.list').join(told)}{say('figures.stop')}")
    return Drawn(figure, said(caption), alt)


def _quality(match: object) -> float:
    """Of the true boxes and those that are drawn, the share that fit each other: F1 at half overlap."""
    judged, truths = match.judged, match.truths  # type: ignore[attr-defined]
    drawn = judged[judged[:, 1] >= SHOWN]
    return 2 * float((drawn[:, 2] == 1).sum()) / max(len(drawn) + len(truths), 1)


def _draw(axes: Axes, boxes: np.ndarray, truth: np.ndarray, names: list[str]) -> None:
    """Boxes with their classes, in one colour if they fit a true box, in another if they do not."""
    fits = overlap(boxes[:, :4], truth[:, :4]) * (boxes[:, 4:5] == truth[None, :, 4]) >= THRESHOLDS[0]
    outline = [withStroke(linewidth=2.2, foreground=PALETTE["paper"])]  # to be seen on any picture
    for (x, y, width, height, kind, *_), right in zip(boxes, fits.any(axis=1), strict=True):
        colour, corner = RIGHT if right else WRONG, (x - 0.5, y - 0.5)
        box = Rectangle(corner, width, height, fill=False, edgecolor=colour, linewidth=1.1, path_effects=outline)
        axes.add_patch(box)
        label = {"facecolor": colour, "edgecolor": "none", "pad": 0.6}
        axes.text(*corner, names[int(kind)], color=PALETTE["paper"], va="bottom" if y > 8 else "top", bbox=label)


def draw_curves(matches: dict[str, pd.DataFrame]) -> Drawn:
    """Precision at each recall, mean over classes: boxes that must overlap by half, and by three quarters."""
    figure, panels = plt.subplots(1, 2, sharey=True, figsize=(medium().width, 0.4 * medium().width))
    own, told = colours(list(matches)), []
    for method, frame in matches.items():
        curves = precisions(frame).mean(axis=0)
        for axes, value in zip(panels, (0.5, 0.75), strict=True):
            curve = curves[int(np.argmin(abs(THRESHOLDS - value)))]
            axes.plot(100 * RECALLS, 100 * curve, color=own[method], label=called(method))
            told.append(f"{called(method)}, IoU ≥ {value}{say('figures.colon')}{curve.mean():.0%}")
    for axes, value in zip(panels, (0.5, 0.75), strict=True):
        axes.set(xlim=(0, 100), ylim=(0, 102), xlabel=said({"en": "Recall (%)", "zh-TW": "召回率（%）"}))
        axes.set_title(f"IoU ≥ {value}")
    panels[0].set_ylabel(said({"en": "Precision (%)", "zh-TW": "精確率（%）"}))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=len(matches))
    caption = {
        "en": "Precision and recall on the test split, mean over classes: how many of the boxes are right once so many "
        "objects are found. The area under each curve is its average precision.",
        "zh-TW": "測試集上的精確率與召回率（各類別平均）：找到該比例的物件時，框有多少是對的。"
        "曲線下面積即平均精確率（AP）。",
    }
    return Drawn(figure, said(caption), itemised(told))


def draw_sizes(tests: dict[str, pd.DataFrame]) -> Drawn:
    """Average precision on small, middle and large objects, a third of the true boxes each."""
    first = next(iter(tests.values()))
    areas = np.concatenate(
        [true_in(*pair)[:, 2:4].prod(axis=1) for pair in zip(first["boxes"], first["classes"], strict=True)]
    )
    bounds = [0.0, *np.quantile(areas, np.arange(1, PARTS) / PARTS), 1e12]
    small, large = (f"{np.sqrt(bound):.0f}" for bound in bounds[1:3])
    sides = [f"< {small}", f"{small}–{large}", f"> {large}"]
    shares = {
        method: pd.Series([float(precisions(matched(frame, areas)).mean()) for areas in pairwise(bounds)], sides)
        for method, frame in tests.items()
    }
    figure, told = draw_shares(shares, dict(zip(sides, sides, strict=True)), "AP (%)")
    figure.axes[0].set_ylabel(said({"en": "Side (pixels)", "zh-TW": "邊長（像素）"}))
    caption = {
        "en": "Average precision on the test split by the size of the objects (the root of a box's area), a third of "
        "all objects each.",
        "zh-TW": "測試集上依物件大小（框面積的平方根）的平均精確率，每組各占三分之一的物件。",
    }
    return Drawn(figure, said(caption), told)
