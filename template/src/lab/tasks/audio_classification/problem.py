# The template's example. Delete this line when the problem and its data are your own.
"""Which class is a sound of? Any number of classes, any sounds; the demo data are tunes of three lands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset

from lab.contract import Batch, Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import numbered
from lab.data.rules import class_rules
from lab.data.sounds import LOUDEST, collect_sounds, read_rate
from lab.tasks.audio_classification.spectrogram import log_mel
from lab.tasks.audio_classification.tunes import collect_tunes, tune_rules
from lab.words import term

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the sounds that ``figures`` shows."""
MEMORY = 1_000_000_000
"""Bytes of sound up to which all spectrograms are kept in memory; else each is made when it is needed."""

metrics = (
    Metric("accuracy", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=term("accuracy")),
    Metric("macro_f1", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label="macro-F1"),
    Metric("log_loss", higher_is_better=False, unit="nats", bounds=(0, None), label=term("log_loss")),
)
targets = ("label",)
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``sounds.npy``: (n, samples), int16; ``sounds.json``: their rate; ``label`` in the table.

    Own sounds are a folder with a folder for each class, or a table with columns ``file`` and ``target``.
    """
    if options.source == "demo":
        options.own()
        return collect_tunes(raw)
    return collect_sounds(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in tunes.py; yours are below
        return tune_rules()
    lengths = [name for name in ("seconds",) if name in examples]  # not there where all sounds are as long
    return [
        *class_rules(),
        gxe.ExpectColumnValuesToBeBetween(column="loudness", min_value=-90, max_value=0),
        *[gxe.ExpectColumnValuesToBeBetween(column=name, min_value=0.01, max_value=100_000) for name in lengths],
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``spectrogram``: (n, bands, moments), float, see spectrogram.py. ``label``: (n,), the class's number.

    They are tensors if all sounds fit into ``MEMORY``, else made from the disk: see ``Sounds``.
    """
    path, rate = raw / "sounds.npy", read_rate(raw)
    found = {
        split: Sounds(path, rate, torch.tensor(rows), torch.tensor(label))
        for split, (rows, label) in numbered(raw, splits).items()
    }
    small = path.stat().st_size <= MEMORY
    return {split: sounds[:] if small else sounds for split, sounds in found.items()}


class Sounds(Dataset[Batch]):
    """Spectrograms that are made one by one from the sounds on the disk, by as many ``train.workers`` as there are."""

    def __init__(self, path: Path, rate: int, rows: Tensor, label: Tensor) -> None:
        self.path, self.rate, self.rows, self.label = path, rate, rows, label

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int | slice) -> Batch:
        samples = np.load(self.path, mmap_mode="r")[np.atleast_1d(self.rows[index].numpy())]
        found = log_mel(torch.from_numpy(samples.astype(np.float32) / LOUDEST), self.rate)
        return {"spectrogram": found if isinstance(index, slice) else found[0], "label": self.label[index]}


def sizes(examples: Examples) -> tuple[Tensor, int]:
    """Some spectrograms (of as many examples as a mean and a spread need), and the number of classes."""
    if isinstance(examples, Sounds):
        return examples[:500]["spectrogram"], int(examples.label.max()) + 1
    assert isinstance(examples, dict)
    return examples["spectrogram"], int(examples["label"].max()) + 1


def classes(table: pd.DataFrame) -> np.ndarray:
    """The names of the classes, in the order of their numbers."""
    return np.array(sorted(table["label"].unique()))


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A support vector machine on the means and spreads of pitches and on the rhythm (Tzanetakis & Cook 2002)."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    from lab.comparison.classes import calibrated
    from lab.data.hearing import features, spectrograms

    heard = features(spectrograms(np.load(raw / "sounds.npy", mmap_mode="r")))
    found = numbered(raw, splits)
    train, label = (column[:5000] for column in found["train"])  # its time grows with n²
    number = len(classes(pd.read_parquet(raw / "examples.parquet")))
    machine = make_pipeline(StandardScaler(), SVC(C=3))
    answers = calibrated(machine, heard[train], label, heard[found["test"][0]], number)
    return {"support_vector_machine": {"log_probability": answers}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    from lab.comparison.classes import measure_classes

    return measure_classes(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.classes import score_classes

    return score_classes(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused, and the spectrograms of the mistakes that each method was surest of."""
    from lab.comparison.classes import draw_confused, tested
    from lab.tasks.audio_classification.drawing import draw_mistakes

    table = pd.read_parquet(RAW / "examples.parquet")
    names = [str(name) for name in classes(table)]
    tests = tested(predictions)
    return {"confusion": draw_confused(tests, names), "mistakes": draw_mistakes(tests, names, table, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    sounds = np.load(raw / "sounds.npy")
    return Contents(hashed=(sound.tobytes() for sound in sounds), sounds=sounds, target="label")
