"""A team's own series, as people have them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd


def make_sales(path: Path, number: int = 300) -> Path:
    """A CSV of the sales of two shops by day, newest first, with holidays, a closed week, a lost row and remarks."""
    draw, day = np.random.default_rng(0), np.arange(number)
    dates = pd.date_range("2025-01-05", periods=number)
    table = pd.DataFrame({"日期": dates.strftime("%Y/%m/%d"), "假日": (day % 30 == 4).astype(int)})
    weekly = 1 + 0.4 * (dates.day_of_week >= 5) - 0.5 * table["假日"]
    table["台北店"] = (20_000 * weekly * draw.lognormal(0, 0.1, number)).round(0)
    table["Tainan's"] = (900 * weekly * draw.lognormal(0, 0.1, number)).round(2)
    table["備註"] = draw.choice(["晴", "雨"], number)
    table.loc[100:106, "Tainan's"] = None
    table.drop(index=50)[::-1].to_csv(path, index=False, encoding="utf-8-sig")
    return path
