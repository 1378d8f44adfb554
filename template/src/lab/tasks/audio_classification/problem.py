# The template's example. Delete this line when the problem and its data are your own.
"""Which class is a sound of? Any number of classes, any sounds; the demo data are tunes of three lands."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.comparison.class_scores import CLASS_METRICS, measure_classes, score_classes
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.data.labelled import class_names, load_labelled, numbered
from lab.data.rules import class_rules
from lab.data.sounds import collect_sounds, read_rate
from lab.tasks.audio_classification.spectrogram import heard
from lab.tasks.audio_classification.tunes import collect_tunes, tune_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the sounds that ``figures`` shows."""
MEMORY = 1_000_000_000
"""Bytes of sound up to which all spectrograms are kept in memory; else each is made when it is needed."""

metrics = CLASS_METRICS
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

    They are tensors if all sounds fit into ``MEMORY``, else made from the disk.
    """
    return load_labelled(raw / "sounds.npy", splits, "spectrogram", partial(heard, rate=read_rate(raw)), MEMORY)


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A support vector machine on the means and spreads of pitches and on the rhythm (Tzanetakis & Cook 2002)."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler
    from sklearn.svm import SVC

    from lab.comparison.classes import calibrated
    from lab.data.hearing import features, spectrograms

    told = features(spectrograms(np.load(raw / "sounds.npy", mmap_mode="r")))
    found = numbered(raw, splits)
    train, label = (column[:5000] for column in found["train"])  # its time grows with n²
    machine = make_pipeline(StandardScaler(), SVC(C=3))
    answers = calibrated(machine, told[train], label, told[found["test"][0]], len(class_names(raw)))
    return {"support_vector_machine": {"log_probability": answers}}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    return measure_classes(predictions)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    return score_classes(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Which classes are confused, and the spectrograms of the mistakes that each method was surest of."""
    from lab.comparison.classes import draw_confused, tested
    from lab.tasks.audio_classification.drawing import draw_mistakes

    tests, names, table = tested(predictions), class_names(RAW), pd.read_parquet(RAW / "examples.parquet")
    return {"confusion": draw_confused(tests, names), "mistakes": draw_mistakes(tests, names, table, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    sounds = np.load(raw / "sounds.npy")
    return Contents(hashed=(sound.tobytes() for sound in sounds), sounds=sounds, target="label")
