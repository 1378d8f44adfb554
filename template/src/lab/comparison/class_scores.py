"""How answers that are classes are judged, whatever the examples are: from ``label`` and ``log_probability``."""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.contract import Metric
from lab.words import term

CLASS_METRICS = (
    Metric("accuracy", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label=term("accuracy")),
    Metric("macro_f1", higher_is_better=True, unit="%", digits=1, bounds=(0, 100), label="macro-F1"),
    Metric("log_loss", higher_is_better=False, unit="nats", bounds=(0, None), label=term("log_loss")),
)
"""What ``score_classes`` returns."""


def measure_classes(predictions: pd.DataFrame) -> pd.DataFrame:
    """The class that is thought most probable, and minus the logarithm of the probability of the right one."""
    label, log_probability = predictions["label"].to_numpy(), np.vstack(predictions["log_probability"].tolist())
    loss = -log_probability[np.arange(len(label)), label]
    return pd.DataFrame({"label": label, "predicted": log_probability.argmax(axis=1), "loss": loss})


def score_classes(measured: pd.DataFrame) -> dict[str, float]:
    """``accuracy`` and ``macro_f1`` (the mean over the classes that occur) in percent, and ``log_loss``."""
    label, predicted = measured["label"].to_numpy(), measured["predicted"].to_numpy()
    counts = confusion(label, predicted, 1 + max(label.max(), predicted.max()))
    right, answers = np.diag(counts), counts.sum(axis=0) + counts.sum(axis=1)
    f1 = 2 * right[answers > 0] / answers[answers > 0]
    return {
        "accuracy": 100 * float(right.sum() / len(label)),
        "macro_f1": 100 * float(f1.mean()),
        "log_loss": float(measured["loss"].mean()),
    }


def confusion(label: np.ndarray, predicted: np.ndarray, number: int) -> np.ndarray:
    """How often each class (row) was predicted as each class (column), of ``number`` classes."""
    return np.bincount(number * label + predicted, minlength=number**2).reshape(number, number)
