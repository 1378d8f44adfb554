"""A figure of the molecules that each method is most wrong about."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from PIL import Image
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

from lab.comparison.drawing import called, entry, itemised, on_slides, said, say
from lab.contract import Drawn
from lab.style import NUMBER

SIDE = 360
"""Pixels of a drawn molecule."""


def draw_worst(predictions: dict[str, pd.DataFrame], smiles: pd.Series, unit: str) -> Drawn:
    """A row for each method: the molecules with the largest errors, with the true value and the predicted one."""
    shown = 4 if on_slides() else 5
    figure, panels = plt.subplots(
        len(predictions), shown, figsize=(1.14 * shown, 1.35 * len(predictions)), squeeze=False
    )
    told = []
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        error = (frame["predicted"] - frame["target"]).abs()
        worst = frame.loc[error.nlargest(shown).index]
        for axes in row:
            axes.set_xticks([])
            axes.set_yticks([])
            for spine in axes.spines.values():
                spine.set_visible(False)
        answers = []
        for axes, example in zip(row, worst.itertuples(), strict=False):
            axes.imshow(picture(smiles[example.id]))
            answers.append(f"{example.target:.4g} → {example.predicted:.4g}".replace("-", NUMBER["minus"]))
            axes.set_title(answers[-1], loc="center")
        row[0].set_ylabel(called(method))
        told.append(entry(method, f"{say('results.list').join(answers)} {unit}".strip()))
    among = f" ({unit})" if unit else ""
    caption = {
        "en": f"Molecules of the test split with the largest errors. Above each: true value → predicted value{among}.",
        "zh-TW": f"測試集中誤差最大的分子：各圖上方為真實值 → 預測值{among}。",
    }
    return Drawn(figure, said(caption), itemised(told))


def picture(smiles: str) -> np.ndarray:
    """(SIDE, SIDE, 3), uint8: the molecule as chemists draw it."""
    drawer: Any = rdMolDraw2D.MolDraw2DCairo(SIDE, SIDE)
    drawer.drawOptions().bondLineWidth = 3
    drawer.drawOptions().fixedFontSize = 38  # 7.5 points on paper
    drawer.drawOptions().fixedBondLength = 54
    drawer.DrawMolecule(Chem.MolFromSmiles(smiles))
    drawer.FinishDrawing()
    return np.asarray(Image.open(BytesIO(drawer.GetDrawingText())).convert("RGB"))
