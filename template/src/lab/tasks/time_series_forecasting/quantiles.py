"""Forecasts are quantiles: how low, how high, and what in between a value may be."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

LEVELS = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the quantiles that are forecast. Between the first and the last lies the band that should hold 80 % of values."""
MEDIAN = LEVELS.index(0.5)


def pinball(forecast: Tensor, future: Tensor) -> Tensor:
    """The loss whose least mean has the quantiles as its answer (Koenker & Bassett 1978).

    ``forecast``: (n, horizon, levels). ``future``: (n, horizon). Returns (n, horizon), the mean over the levels.
    """
    levels = torch.tensor(LEVELS, device=forecast.device, dtype=forecast.dtype)
    error = future.unsqueeze(2) - forecast
    return torch.maximum(levels * error, (levels - 1) * error).mean(dim=2)


def in_order(forecast: Tensor) -> Tensor:
    """No quantile above a higher one: sorted, which never makes the loss larger (Chernozhukov et al. 2010)."""
    return forecast.float().sort(dim=2).values


def stacked(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """(n, horizon) and (n, horizon, levels): what came and what was forecast, in errors of the naive forecast."""
    future = np.stack(table["future"].tolist())
    return future, np.stack(table["forecast"].tolist()).reshape(*future.shape, len(LEVELS))
