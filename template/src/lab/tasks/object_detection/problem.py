# The template's example. Delete this line when the problem and its data are your own.
"""What is where in a picture? A box and a class for each object; the demo data are digits among pieces of digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.comparison.average_precision import THRESHOLDS, matched, precisions
from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.boxes import box_contents, load_boxes
from lab.data.coco import collect_coco
from lab.data.rules import picture_rules
from lab.tasks.object_detection.scenes import collect_scenes, scene_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""

metrics = tuple(
    Metric(name, higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=label)
    for name, label in {"ap": "AP", "ap50": "AP50", "ap75": "AP75"}.items()
)
targets = ("boxes", "classes")
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width) if all are grey, else (n, height, width, 3), uint8; ``boxes.parquet``.

    Own data are a folder of pictures and a file of annotations as COCO has them.
    """
    if options.source == "demo":
        options.own()
        return collect_scenes(raw)
    return collect_coco(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in scenes.py; yours are below
        return scene_rules()
    return [
        gxe.ExpectColumnValuesToBeBetween(column="objects", min_value=0, max_value=1000),
        *picture_rules(examples, smallest=8, fewest=20),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``, ``boxes`` and ``classes``: see ``load_boxes``."""
    return dict(load_boxes(raw, splits))


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Connected components of light or dark pixels, and a forest (Geurts et al. 2006) that says what each is."""
    from lab.tasks.object_detection.classical import judged_components

    examples = load_boxes(raw, splits)
    return {"forest_of_components": {"found": judged_components(examples["train"], examples["test"])}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each picture what was found and whether it is right, by the code of COCO."""
    return matched(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """Area under the curve of precision and recall, mean over classes: for ``ap`` over ten thresholds as well."""
    by_threshold = 100 * precisions(predictions).mean(axis=(0, 2))
    half, strict = (int(np.argmin(abs(THRESHOLDS - value))) for value in (0.5, 0.75))
    return {
        "ap": float(by_threshold.mean()),
        "ap50": float(by_threshold[half]),
        "ap75": float(by_threshold[strict]),
    }


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """What each method finds beside the truth, how precision falls with recall, and which sizes are found."""
    from lab.tasks.object_detection.drawing import draw_boxes, draw_curves, draw_sizes

    tests = {method: frame[frame["split"] == "test"].reset_index(drop=True) for method, frame in predictions.items()}
    matches = {method: matched(frame) for method, frame in tests.items()}
    return {
        "boxes": draw_boxes(tests, matches, RAW),
        "precision_recall": draw_curves(matches),
        "ap_by_size": draw_sizes(tests),
    }


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    return box_contents(raw, examples)
