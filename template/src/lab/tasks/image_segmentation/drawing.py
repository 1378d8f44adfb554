"""Figures of masks: what each method draws and where it is wrong; and how good it is for each class."""

from __future__ import annotations

from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import ListedColormap, to_rgb
from matplotlib.patches import Patch

from lab.comparison.drawing import called, capital, colours, entry, itemised, medium, on_slides, said, say
from lab.comparison.map_figures import chosen, grid, pictures_of
from lab.contract import Drawn
from lab.data.picture_maps import UNKNOWN
from lab.style import PALETTE

MOST = 20
"""Classes that a figure has room for."""
GROUND, WRONG = "0.92", PALETTE["others"][0]


def draw_masks(
    tests: dict[str, pd.DataFrame], counts: dict[str, pd.DataFrame], names: list[str], table: pd.DataFrame, raw: Path
) -> Drawn:
    """Rows of pictures, from the best to the worst of the last method: the truth, each mask, and its wrong pixels."""
    last = list(tests)[-1]
    quality = _by_picture(counts[last])
    rows = chosen(quality)
    frame, places = tests[last], list(rows.values())
    images = pictures_of(frame["id"].iloc[places], table, raw)
    shape = images.shape[1:3]
    truth = np.stack(frame["mask"].iloc[places].tolist()).reshape(-1, *shape)
    wrong, method_names = said({"en": "wrong", "zh-TW": "錯誤"}), [called(method) for method in tests]
    columns = [said({"en": "picture", "zh-TW": "圖片"}), said({"en": "truth", "zh-TW": "真實"}), *method_names]
    columns += [f"{wrong}{say('figures.colon')}\n{name}" for name in method_names]
    figure, panels = grid(list(rows), columns, shape, below=0.3)
    shades = class_colours(names, tests[last])
    for axes, image in zip(panels[:, 0], images, strict=True):
        axes.imshow(image, cmap="gray", vmin=0, vmax=255)
    for axes, mask in zip(panels[:, 1], truth, strict=True):
        axes.imshow(shades[mask])
    for place, frame in enumerate(tests.values()):
        drawn = np.stack(frame["predicted"].iloc[places].tolist()).reshape(-1, *shape)
        missed = (drawn != truth) & (truth != UNKNOWN)
        for row in range(len(rows)):
            panels[row, 2 + place].imshow(shades[drawn[row]])
            panels[row, 2 + len(tests) + place].imshow(
                missed[row], cmap=ListedColormap([GROUND, WRONG]), vmin=0, vmax=1
            )
    there = [number for number in range(len(names)) if (truth == number).any()][:12]
    patches = [Patch(facecolor=shades[number], label=names[number]) for number in there]
    figure.legend(
        handles=patches, loc="outside lower center", ncols=min(len(patches), 6 if on_slides() else 12), handlelength=1
    )
    told = [f"{name} {value:.0%}" for name, value in zip(rows, quality[places], strict=True)]
    caption = {
        "en": "Pictures of the test split, chosen by their mean IoU under one method "
        f"({called(last)}): the best, typical ones and the worst. Right: the pixels that each method has wrong.",
        "zh-TW": f"測試集的圖片，依 {called(last)} 在各圖的平均 IoU 選出：最佳、一般與最差。"
        "右側為各方法判斷錯誤的像素。",
    }
    return Drawn(figure, said(caption), entry(last, f"{say('results.list').join(told)}{say('figures.stop')}"))


def _by_picture(counts: pd.DataFrame) -> np.ndarray:
    """(n,): mean IoU over the classes that a picture or its mask has."""
    both, either = counts["both"].to_numpy(float), counts["either"].to_numpy(float)
    return np.nanmean(np.where(either > 0, both / np.maximum(either, 1), np.nan), axis=1)


def class_colours(names: list[str], frame: pd.DataFrame) -> np.ndarray:
    """(256, 3): the most frequent class is light grey, unknown pixels are white, all others have a colour each."""
    colours = np.ones((256, 3))
    many = plt.get_cmap("tab10" if len(names) <= 11 else "tab20" if len(names) <= 21 else "gist_ncar")
    frequent = np.bincount(np.concatenate(frame["mask"].tolist()), minlength=256)[:UNKNOWN].argmax()
    others = [number for number in range(len(names)) if number != frequent]
    for place, number in enumerate(others):
        colours[number] = many(place if len(names) <= 21 else place / len(names))[:3]
    colours[frequent] = to_rgb(GROUND)
    return colours


def draw_classes(counts: dict[str, pd.DataFrame], names: list[str]) -> Drawn:
    """A line for each class with the IoU of each method on it; of many classes the worst of the last method."""
    iou = {}
    for method, frame in counts.items():
        both, either = (frame[name].to_numpy(float).sum(axis=0) for name in ("both", "either"))
        value = np.full(len(names), np.nan)
        value[: len(either)][either > 0] = 100 * both[either > 0] / either[either > 0]
        iou[method] = value
    last = list(iou.values())[-1]
    worst = np.argsort(last)[: 10 if on_slides() else MOST]
    shown = sorted(int(number) for number in worst if not np.isnan(last[number]))
    figure, axes = plt.subplots(
        figsize=(medium().width, min(medium().height, (0.19 * len(shown) + 0.6) * medium().font / 8))
    )
    own, places = colours(list(iou)), np.arange(len(shown))
    values = np.stack([value[shown] for value in iou.values()])
    axes.hlines(places, np.nanmin(values, axis=0), np.nanmax(values, axis=0), color=PALETTE["quiet"], linewidth=1)
    for mark, (method, row) in zip("oDs^vPX", zip(iou, values, strict=True), strict=False):
        axes.plot(row, places, mark, color=own[method], label=called(method))
    axes.set_yticks(places, [names[number] for number in shown])
    axes.set_ylim(len(shown) - 0.5, -0.5)
    axes.set_xlabel("IoU (%)")
    axes.legend(loc="best")
    told = []
    for method, value in iou.items():
        percent = [f"{names[number]} {value[number]:.0f}%" for number in shown]
        told.append(entry(method, say("results.list").join(percent)))
    fewer = len(shown) < int((~np.isnan(last)).sum())
    of = {
        "en": "the classes with the lowest" if fewer else "each class",
        "zh-TW": "IoU 最低的類別" if fewer else "各類別",
    }
    caption = {
        "en": f"IoU of {of['en']} on the test split: of the pixels that are truly of it or drawn so, "
        "the share that is both.",
        "zh-TW": f"測試集上{of['zh-TW']}的 IoU：真實與預測皆為該類別的像素，占任一者為該類別之像素的比例。",
    }
    return Drawn(figure, capital(said(caption)), itemised(told))
