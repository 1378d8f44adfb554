# The template's example. Delete this line when the problem and its data are your own.
"""Which class does a picture show? Any number of classes, any pictures; the demo data are handwritten digits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset

from lab.contract import Batch, Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import collect_pictures, numbered
from lab.data.rules import class_rules, picture_rules
from lab.tasks.image_classification.digits import INK, collect_digits, digit_rules
from lab.words import term

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
MEMORY = 500_000_000
"""Bytes of pictures up to which they are kept as tensors; more are read from the disk when they are needed."""

metrics = (
    Metric("accuracy", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=term("accuracy")),
    Metric("macro_f1", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label="macro-F1"),
    Metric("log_loss", higher_is_better=False, unit="nats", bounds=(0, None), label=term("log_loss")),
)
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

    They are tensors if all pictures fit into ``MEMORY``, else read from the disk: see ``Pictures``.
    """
    lightest = INK if "ink" in pd.read_parquet(raw / "examples.parquet") else 255
    path = raw / "pictures.npy"
    found = {
        split: Pictures(path, torch.tensor(rows), torch.tensor(label), lightest)
        for split, (rows, label) in numbered(raw, splits).items()
    }
    small = 4 * np.load(path, mmap_mode="r").size <= MEMORY
    return {split: pictures[:] if small else pictures for split, pictures in found.items()}


class Pictures(Dataset[Batch]):
    """Pictures that are read from the disk one by one, by as many ``train.workers`` as there are."""

    def __init__(self, path: Path, rows: Tensor, label: Tensor, lightest: int) -> None:
        self.path, self.rows, self.label, self.lightest = path, rows, label, lightest

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int | slice) -> Batch:
        pixels = torch.from_numpy(np.load(self.path, mmap_mode="r")[self.rows[index].numpy()])
        channel = self.rows[index].ndim
        picture = pixels.unsqueeze(channel) if pixels.ndim == channel + 2 else pixels.movedim(-1, channel)
        return {"picture": picture.contiguous() / self.lightest, "label": self.label[index]}


def sizes(examples: Examples) -> tuple[torch.Size, int]:
    """The shape of a picture, (channels, height, width), and the number of classes."""
    if isinstance(examples, Pictures):
        return examples[0]["picture"].shape, int(examples.label.max()) + 1
    assert isinstance(examples, dict)
    return examples["picture"].shape[1:], int(examples["label"].max()) + 1


def classes(table: pd.DataFrame) -> np.ndarray:
    """The names of the classes, in the order of their numbers."""
    return np.array(sorted(table["label"].unique()))


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A support vector machine on the pixels, as was usual before deep learning (Cortes & Vapnik 1995)."""
    from sklearn.svm import SVC

    from lab.comparison.classes import calibrated

    pictures = np.load(raw / "pictures.npy", mmap_mode="r")
    pixels, found = pictures.reshape(len(pictures), -1), numbered(raw, splits)
    train, label = (column[:5000] for column in found["train"])  # its time grows with n²
    number = len(classes(pd.read_parquet(raw / "examples.parquet")))
    answers = calibrated(SVC(C=10), pixels[train] / 255, label, pixels[found["test"][0]] / 255, number)
    return {"support_vector_machine": {"log_probability": answers}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    from lab.comparison.classes import measure_classes

    return measure_classes(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.classes import score_classes

    return score_classes(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused, and the mistakes that each method was surest of."""
    from lab.comparison.classes import draw_confused, tested
    from lab.tasks.image_classification.drawing import draw_mistakes

    table = pd.read_parquet(RAW / "examples.parquet")
    names = [str(name) for name in classes(table)]
    tests = tested(predictions)
    return {"confusion": draw_confused(tests, names), "mistakes": draw_mistakes(tests, names, table, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
