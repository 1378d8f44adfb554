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
from lab.data.labelled import collect_pictures
from lab.data.rules import picture_rules
from lab.tasks.image_classification.digits import INK, collect_digits, digit_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
MEMORY = 500_000_000
"""Bytes of pictures up to which they are kept as tensors; more are read from the disk when they are needed."""

metrics = (
    Metric(
        "accuracy",
        higher_is_better=True,
        unit="%",
        digits=1,
        bounds=(0, 100),
        label={"en": "accuracy", "zh-TW": "準確率"},
    ),
    Metric("macro_f1", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label="macro-F1"),
    Metric(
        "log_loss", higher_is_better=False, unit="nats", bounds=(0, None), label={"en": "log loss", "zh-TW": "對數損失"}
    ),
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
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in digits.py; yours are below
        return digit_rules()
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="label", regex=r"\S"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="label", min_value=2, max_value=1000),
        *picture_rules(examples, smallest=4),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), float, from 0 to 1. ``label``: (n,), the class's number.

    They are tensors if all pictures fit into ``MEMORY``, else read from the disk: see ``Pictures``.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    lightest = INK if "ink" in table else 255
    labels = pd.Series(np.searchsorted(classes(table), table["label"]), table.index)
    place = pd.Series(range(len(table)), table.index)
    path = raw / "pictures.npy"
    found: dict[str, Pictures] = {}
    for split, ids in splits.items():
        rows, label = torch.tensor(place.loc[ids].to_numpy()), torch.tensor(labels.loc[ids].to_numpy())
        found[split] = Pictures(path, rows, label, lightest)
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
    from sklearn.calibration import CalibratedClassifierCV
    from sklearn.svm import SVC

    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    pixels = np.load(raw / "pictures.npy", mmap_mode="r").reshape(len(table), -1)
    place, labels = pd.Series(range(len(table)), table.index), np.searchsorted(classes(table), table["label"])
    train, test = place[splits["train"]].to_numpy()[:5000], place[splits["test"]].to_numpy()  # its time grows with n²
    machine = CalibratedClassifierCV(SVC(C=10), ensemble=False)  # turns its margins into probabilities
    machine.fit(pixels[train] / 255, labels[train])
    probability = np.full((len(test), 1 + labels.max()), 1e-7)
    probability[:, machine.classes_] = np.clip(machine.predict_proba(pixels[test] / 255), 1e-7, 1)
    return {"support_vector_machine": {"log_probability": np.log(probability)}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    from lab.comparison.classes import measure_classes

    return measure_classes(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.classes import score_classes

    return score_classes(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused, and the mistakes that each method was surest of."""
    from lab.comparison.classes import tested
    from lab.comparison.confusion import draw_confusion
    from lab.tasks.image_classification.drawing import draw_mistakes

    table = pd.read_parquet(RAW / "examples.parquet")
    names = [str(name) for name in classes(table)]
    tests = tested(predictions)
    answers = {method: (frame["label"].to_numpy(), frame["predicted"].to_numpy()) for method, frame in tests.items()}
    return {"confusion": draw_confusion(answers, names), "mistakes": draw_mistakes(tests, names, table, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
