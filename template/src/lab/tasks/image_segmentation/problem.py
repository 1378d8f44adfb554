# The template's example. Delete this line when the problem and its data are your own.
"""Which class does each pixel belong to? Any number of classes; the demo data are digits on brick, grass and gravel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.picture_maps import UNKNOWN, load_pairs, pair_contents
from lab.data.pixels import judged
from lab.data.rules import picture_rules
from lab.files import read_json
from lab.tasks.image_segmentation.masks import collect_masks
from lab.tasks.image_segmentation.scenes import collect_scenes, scene_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""

IOU = {"en": "mean IoU", "zh-TW": "平均 IoU"}
ACCURACY = {"en": "pixel accuracy", "zh-TW": "像素準確率"}
metrics = (
    Metric("mean_iou", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=IOU),
    Metric(
        "mean_dice",
        higher_is_better=True,
        unit="%",
        digits=1,
        bounds=(0, 100),
        label={"en": "mean Dice", "zh-TW": "平均 Dice"},
    ),
    Metric("pixel_accuracy", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=ACCURACY),
)
targets = ("mask",)
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width), or (n, height, width, 3) if there are colours; ``maps.npy``: without them.

    Both are uint8. A map has the number of each pixel's class, 255 where nobody knows; ``classes.json`` has the names.
    Own data are a folder of pictures and one of masks, or a table with columns ``file`` and ``target`` (the mask).
    """
    if options.source == "demo":
        options.own()
        return collect_scenes(raw)
    return collect_masks(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in scenes.py; yours are below
        return scene_rules()
    return [
        *picture_rules(examples, smallest=8, fewest=20),
        gxe.ExpectColumnValuesToBeBetween(column="foreground", min_value=0, max_value=1),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), from 0 to 1. ``mask``: (n, height, width), uint8, see ``collect``."""
    return load_pairs(raw, splits, "mask")


def names_of(raw: Path) -> list[str]:
    """The names of the classes, in the order of their numbers."""
    return read_json(raw / "classes.json")["names"]


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A forest (Geurts et al. 2006) that judges each pixel by shades, edges and spots around it."""
    from sklearn.ensemble import ExtraTreesClassifier

    forest = ExtraTreesClassifier(50, min_samples_leaf=3, random_state=0)
    return {"forest_of_pixels": {"predicted": judged(forest, raw, splits, lambda values: values != UNKNOWN)}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each picture and class, the pixels that are both truly of it and drawn so, and those that are either."""
    truth, drawn = (np.stack(predictions[name].tolist()) for name in ("mask", "predicted"))
    known = truth != UNKNOWN
    numbers = range(1 + max(int(truth[known].max(initial=0)), int(drawn.max(initial=0))))
    both = {number: ((truth == number) & (drawn == number)).sum(axis=1) for number in numbers}
    either = {number: (known & ((truth == number) | (drawn == number))).sum(axis=1) for number in numbers}
    return pd.concat({"both": pd.DataFrame(both), "either": pd.DataFrame(either)}, axis=1)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """Over the classes that occur. Pixels are summed over all pictures first, so that no picture's few weigh more."""
    both, either = (predictions[name].to_numpy().sum(axis=0) for name in ("both", "either"))
    there = either > 0
    iou = both[there] / either[there]
    pixels = (either.sum() + both.sum()) / 2  # a wrong pixel is counted for two classes
    return {
        "mean_iou": 100 * float(iou.mean()),
        "mean_dice": 100 * float((2 * iou / (1 + iou)).mean()),
        "pixel_accuracy": 100 * float(both.sum() / pixels),
    }


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """What each method draws beside the truth, and how good it is for each class."""
    from lab.tasks.image_segmentation.drawing import draw_classes, draw_masks

    tests = {method: frame[frame["split"] == "test"].reset_index(drop=True) for method, frame in predictions.items()}
    table, names = pd.read_parquet(RAW / "examples.parquet"), names_of(RAW)
    counts = {method: measure(frame) for method, frame in tests.items()}
    return {"masks": draw_masks(tests, counts, names, table, RAW), "iou_by_class": draw_classes(counts, names)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    return pair_contents(raw, names_of(raw))
