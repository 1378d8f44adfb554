"""How answers that are quantities are judged, whatever the examples are: from ``target`` and ``predicted``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.contract import Metric

RMSE = Metric("rmse", higher_is_better=False, of_target=True, bounds=(0, None), label="RMSE")
MAE = Metric("mae", higher_is_better=False, of_target=True, bounds=(0, None), label="MAE")
R2 = Metric("r2", higher_is_better=True, bounds=(None, 1), label="R²")


def score_quantities(predictions: pd.DataFrame) -> dict[str, float]:
    """``rmse``, ``mae`` and ``r2``: roots and means of the errors, and the share of the variance that is told."""
    target = predictions["target"].to_numpy(float)
    error = predictions["predicted"].to_numpy(float) - target
    mean_square = np.square(error).mean()
    return {
        "rmse": float(np.sqrt(mean_square)),
        "mae": float(np.abs(error).mean()),
        "r2": float(1 - mean_square / target.var()),
    }
