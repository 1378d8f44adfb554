"""Figures of filled holes: what each method put there beside the truth, and how good it is by the hole's size."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.colors import to_rgb

from lab.comparison.drawing import called, colours, entry, itemised, medium, said, say
from lab.comparison.map_figures import grid
from lab.contract import Drawn
from lab.data.pictures import square
from lab.style import PALETTE

SHOWN, BINS = 9, 6
"""Pictures beside each other, and marks of each curve."""
HOLE = np.array(to_rgb(PALETTE["others"][0]))
KINDS = {
    "block": {"en": "blocks", "zh-TW": "方塊"},
    "lines": {"en": "lines", "zh-TW": "線條"},
    "own": {"en": "own masks", "zh-TW": "自備遮罩"},
}


def psnr(measured: pd.DataFrame) -> float:
    return float(-10 * np.log10(max(measured["squared"].sum() / measured["values"].sum(), 1e-10)))


def draw_fillings(tests: dict[str, pd.DataFrame], measured: dict[str, pd.DataFrame]) -> Drawn:
    """Pictures in columns, from the best to the worst of the last method: the hole, what was put there, the truth."""
    last = list(tests)[-1]
    error = measured[last]["squared"] / measured[last]["values"]
    places = np.argsort(error.to_numpy(), kind="stable")[np.linspace(0, len(error) - 1, SHOWN + 2).astype(int)[1:-1]]
    shape = square(len(tests[last]["truth"].iloc[0]))

    def pictures(frame: pd.DataFrame, column: str) -> np.ndarray:
        values = np.stack(frame[column].iloc[places].tolist()).astype(float).reshape(-1, *shape)
        return np.broadcast_to(np.moveaxis(values, 1, 3), (len(values), *shape[1:], 3))

    removed = np.isfinite(truth := pictures(tests[last], "truth"))
    filled = {called(method): pictures(frame, "filled") for method, frame in tests.items()}
    rows = {
        said({"en": "given", "zh-TW": "給定"}): np.where(removed, HOLE, next(iter(filled.values()))),
        **filled,
        said({"en": "truth", "zh-TW": "真實"}): np.where(removed, truth, next(iter(filled.values()))),
    }
    levels = [psnr(measured[last].iloc[[place]]) for place in places]
    figure, panels = grid([""] * len(rows), [f"{level:.0f} dB" for level in levels], shape[1:])
    for line, (name, values) in zip(panels, rows.items(), strict=True):
        broken = "\n".join(textwrap.wrap(name, 12)) or name
        line[0].set_ylabel(broken, rotation=0, horizontalalignment="right", verticalalignment="center")
        for axes, picture in zip(line, values.clip(0, 1), strict=True):
            axes.imshow(picture)
    caption = {
        "en": f"Pictures of the test split at even steps from the best to the worst of one method ({called(last)}), "
        "whose PSNR stands above. Top: the picture with its hole, in colour; bottom: the truth.",
        "zh-TW": f"測試集的圖片，依 {called(last)} 的 PSNR（標於上方）由最佳到最差等距選出。"
        "最上列為給定的圖片，缺失處以顏色標示；最下列為真實圖片。",
    }
    told = say("results.list").join(f"{level:.1f} dB" for level in levels)
    return Drawn(figure, said(caption), entry(last, f"PSNR {told}{say('figures.stop')}"))


def draw_sizes(measured: dict[str, pd.DataFrame], about: pd.DataFrame) -> Drawn:
    """A panel for each kind of hole: PSNR by the share that is removed; as many pictures at each mark."""
    kinds, own, told = [kind for kind in KINDS if (about["hole"] == kind).any()], colours(list(measured)), []
    figure, panels = plt.subplots(
        1,
        len(kinds),
        squeeze=False,
        sharey=True,
        figsize=(medium().width, min(medium().height, 0.42 * medium().width)),
    )
    for axes, kind in zip(panels[0], kinds, strict=True):
        shares = about["removed"][about["hole"] == kind].sort_values(kind="stable")
        parts = [part for part in np.array_split(shares.index.to_numpy(), BINS) if len(part)]
        far = [100 * float(shares[part].median()) for part in parts]
        for mark, (method, frame) in zip("oDs^vPX", measured.items(), strict=False):
            found = [psnr(frame.loc[part]) for part in parts]
            axes.plot(far, found, f"{mark}-", color=own[method], label=called(method))
            ends = f"{found[0]:.1f} → {found[-1]:.1f} dB, {far[0]:.0f} → {far[-1]:.0f}%"
            told.append(f"{said(KINDS[kind])}, {called(method)}{say('figures.colon')}{ends}")
        axes.set_title(said(KINDS[kind]))
        axes.set_xlabel(said({"en": "removed (%)", "zh-TW": "缺失比例（%）"}))
    panels[0, 0].set_ylabel("PSNR (dB)")
    panels[0, 0].legend(loc="best")
    caption = {
        "en": f"PSNR of the removed pixels by how much is removed; each mark stands for one part in {BINS} "
        "of the test pictures with such holes.",
        "zh-TW": f"缺失像素的 PSNR 與缺失比例的關係；每個標記代表該類測試圖片的 {BINS} 分之一。",
    }
    return Drawn(figure, said(caption), itemised(told))
