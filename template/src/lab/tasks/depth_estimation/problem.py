# The template's example. Delete this line when the problem and its data are your own.
"""How far is each pixel of a picture? Pictures of any size; the demo data are pieces of one photograph."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.comparison.quantity_scores import RMSE
from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.picture_maps import load_pairs, pair_contents
from lab.data.pixels import judged
from lab.data.rules import picture_rules
from lab.settings import read_params
from lab.tasks.depth_estimation.depths import collect_depths
from lab.tasks.depth_estimation.motorcycle import collect_pieces, piece_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""

RELATIVE = {"en": "absolute relative error", "zh-TW": "絕對相對誤差"}
metrics = (
    RMSE,
    Metric("abs_rel", higher_is_better=False, unit="%", digits=1, bounds=(0, None), label=RELATIVE),
    Metric("delta_1", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label="δ < 1.25"),
)
targets = ("depth",)
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width), or (n, height, width, 3) if there are colours; ``maps.npy``: without them.

    Pictures are uint8; maps are float32 in ``data.unit``, NaN where nobody knows. ``top`` and ``bottom`` say
    where a piece of a larger picture lies in it, from 0 to 1. Own data are a folder of pictures and one of depth
    maps, or a table with columns ``file`` and ``target`` (the depth map).
    """
    if options.source == "demo":
        options.own()
        return collect_pieces(raw)
    return collect_depths(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in motorcycle.py; yours are below
        return piece_rules()
    return [
        *picture_rules(examples, smallest=8, fewest=20),
        gxe.ExpectColumnValuesToBeBetween(column="known", min_value=0.01, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="median", min_value=0, strict_min=True),
    ]


def rows_of(raw: Path) -> np.ndarray:
    """(n, 2): where each picture begins and ends in the larger one that it is a piece of; 0 and 1 if it is whole."""
    table = pd.read_parquet(raw / "examples.parquet")
    whole = pd.DataFrame({"top": 0.0, "bottom": 1.0}, index=table.index)
    return table.reindex(columns=["top", "bottom"]).fillna(whole).to_numpy(np.float32)


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), from 0 to 1. ``depth``: (n, height, width), see ``collect``.

    ``rows``: (n, 2), see ``rows_of``.
    """
    return load_pairs(raw, splits, "depth", rows=torch.tensor(rows_of(raw)))


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The mean depth of the training split; and a forest (Geurts et al. 2006) that judges each pixel by itself.

    It knows shades, edges and spots around the pixel, and its row.
    """
    from sklearn.ensemble import ExtraTreesRegressor

    place = pd.Series(range(len(table := pd.read_parquet(raw / "examples.parquet"))), table["id"])
    maps, (top, bottom) = np.load(raw / "maps.npy", mmap_mode="r"), rows_of(raw).T
    steps = (np.arange(maps.shape[1], dtype=np.float32) + 0.5) / maps.shape[1]
    rows = np.broadcast_to((top[:, None] + (bottom - top)[:, None] * steps)[..., None], maps.shape)
    forest = ExtraTreesRegressor(50, min_samples_leaf=3, random_state=0)
    mean = float(np.nanmean(maps[np.sort(place[splits["train"]].to_numpy())]))
    return {
        "mean_depth": {"predicted": np.full((len(splits["test"]), maps[0].size), mean, np.float32)},
        "forest_of_pixels": {"predicted": judged(forest, raw, splits, np.isfinite, rows).astype(np.float32)},
    }


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each picture: how many pixels are known, and the sums over them from which ``score`` follows."""
    truth, drawn = (np.stack(predictions[name].tolist()).astype(float) for name in ("depth", "predicted"))
    known = np.isfinite(truth)
    error = np.where(known, drawn - truth, 0)
    near, far = np.minimum(truth, drawn), np.maximum(truth, drawn)
    return pd.DataFrame(
        {
            "pixels": known.sum(axis=1),
            "squared": np.square(error).sum(axis=1),
            "relative": (np.abs(error) / np.where(known, truth, 1)).sum(axis=1),
            "close": (known & (far < 1.25 * near)).sum(axis=1),
        },
        index=predictions.index,
    )


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """Over all known pixels of all pictures together, as Eigen et al. (2014) do."""
    pixels, squared, relative, close = (
        float(predictions[name].sum()) for name in ("pixels", "squared", "relative", "close")
    )
    return {
        "rmse": (squared / pixels) ** 0.5,
        "abs_rel": 100 * relative / pixels,
        "delta_1": 100 * close / pixels,
    }


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """What each method says beside the truth, and how wrong it is at each distance."""
    from lab.tasks.depth_estimation.drawing import draw_depths, draw_errors

    tests = {method: frame[frame["split"] == "test"].reset_index(drop=True) for method, frame in predictions.items()}
    unit, table = read_params().data.unit, pd.read_parquet(RAW / "examples.parquet")
    errors = {method: np.sqrt((sums := measure(frame))["squared"] / sums["pixels"]) for method, frame in tests.items()}
    return {"depths": draw_depths(tests, errors, unit, table, RAW), "error_by_distance": draw_errors(tests, unit)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    return pair_contents(raw)
