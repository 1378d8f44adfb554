"""A figure of the molecules that each method is most wrong about."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image
from rdkit import Chem
from rdkit.Chem.Draw import rdMolDraw2D

SIDE = 360
"""Pixels of a drawn molecule."""


def draw_worst(predictions: dict[str, pd.DataFrame], smiles: pd.Series, unit: str, shown: int = 6) -> Figure:
    """A row for each method: the molecules with the largest errors, with the true value and the predicted one."""
    size = (1.15 * shown + 0.3, 1.5 * len(predictions))
    figure, panels = plt.subplots(len(predictions), shown, figsize=size, squeeze=False)
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        error = (frame["predicted"] - frame["target"]).abs()
        worst = frame.loc[error.nlargest(shown).index]
        for axes in row:
            axes.set_axis_off()
        for axes, example in zip(row, worst.itertuples(), strict=False):
            axes.imshow(picture(smiles[example.id]))
            axes.set_title(f"{example.target:.4g} → {example.predicted:.4g} {unit}".strip(), fontsize=8)
        row[0].text(-0.08, 0.5, method, transform=row[0].transAxes, rotation=90, ha="center", va="center")
    return figure


def picture(smiles: str) -> np.ndarray:
    """(SIDE, SIDE, 3), uint8: the molecule as chemists draw it."""
    drawer: Any = rdMolDraw2D.MolDraw2DCairo(SIDE, SIDE)
    drawer.drawOptions().bondLineWidth = 3
    drawer.drawOptions().minFontSize = 24
    drawer.drawOptions().fixedBondLength = 45
    drawer.DrawMolecule(Chem.MolFromSmiles(smiles))
    drawer.FinishDrawing()
    return np.asarray(Image.open(BytesIO(drawer.GetDrawingText())).convert("RGB"))
