# The template's example. Delete this line when the problem and its data are your own.
"""Which class does a picture show? Any number of classes, any pictures; the demo data are handwritten digits."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from torch import Tensor

from lab.comparison.class_scores import CLASS_METRICS, measure_classes, score_classes
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.data.labelled import class_names, collect_pictures, load_labelled, numbered, planes
from lab.data.rules import class_rules, picture_rules
from lab.tasks.image_classification.digits import INK, collect_digits, digit_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
MEMORY = 125_000_000
"""Bytes of pictures up to which they are kept as tensors; more are read from the disk when they are needed."""

metrics = CLASS_METRICS
targets = ("label",)
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width) if all are grey, else (n, height, width, 3), uint8; ``label`` in the table.

    Own pictures are a folder with a folder for each class, or a table with columns ``file`` and ``target``.
    """
    if options.source == "demo":
        options.own()
        return collect_digits(raw)
    return collect_pictures(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if options.source == "demo":  # whose rules are in digits.py; yours are below
        return digit_rules()
    return [*class_rules(), *picture_rules(examples, smallest=4, fewest=20)]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), float, from 0 to 1. ``label``: (n,), the class's number.

    They are tensors if all pictures fit into ``MEMORY``, else read from the disk.
    """
    lightest = INK if "ink" in pd.read_parquet(raw / "examples.parquet") else 255
    return load_labelled(raw / "pictures.npy", splits, "picture", partial(read, lightest=lightest), MEMORY)


def read(pixels: np.ndarray, lightest: int) -> Tensor:
    return planes(pixels) / lightest


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A support vector machine on the pixels, as was usual before deep learning (Cortes & Vapnik 1995)."""
    from sklearn.svm import SVC

    from lab.comparison.classes import calibrated

    pictures = np.load(raw / "pictures.npy", mmap_mode="r")
    pixels, found = pictures.reshape(len(pictures), -1), numbered(raw, splits)
    train, label = (column[:5000] for column in found["train"])  # its time grows with n²
    answers = calibrated(SVC(C=10), pixels[train] / 255, label, pixels[found["test"][0]] / 255, len(class_names(raw)))
    return {"support_vector_machine": {"log_probability": answers}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    return measure_classes(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    return score_classes(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused, and the mistakes that each method was surest of."""
    from lab.comparison.classes import draw_confused, tested
    from lab.tasks.image_classification.drawing import draw_mistakes

    tests, names, table = tested(predictions), class_names(RAW), pd.read_parquet(RAW / "examples.parquet")
    return {"confusion": draw_confused(tests, names), "mistakes": draw_mistakes(tests, names, table, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
