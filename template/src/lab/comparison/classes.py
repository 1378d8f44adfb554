"""Answers that are classes, whatever the examples are: figures of them, and what classical machines answer."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from lab.comparison.confusion import draw_confusion
from lab.comparison.drawing import entry, itemised, say
from lab.contract import Drawn


def calibrated(machine: Any, known: np.ndarray, label: np.ndarray, asked: np.ndarray, classes: int) -> np.ndarray:
    """(n, classes): the ``log_probability`` that a classical machine gives those ``asked``, once it has learned.

    It learns ``known``, (m, …), and their ``label``. Its margins become probabilities (Platt 1999); of a class that it
    never saw this is 1e-7.
    """
    from sklearn.calibration import CalibratedClassifierCV

    fitted = CalibratedClassifierCV(machine, ensemble=False).fit(known, label)
    probability = np.full((len(asked), classes), 1e-7)
    probability[:, fitted.classes_] = np.clip(fitted.predict_proba(asked), 1e-7, 1)
    return np.log(probability)


def tested(predictions: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The rows of the test split, with the class that is ``predicted`` and how sure the method is: ``confidence``."""
    found = {}
    for method, frame in predictions.items():
        test = frame[frame["split"] == "test"]
        probability = np.exp(np.vstack(test["log_probability"].tolist()))
        found[method] = test.assign(predicted=probability.argmax(axis=1), confidence=probability.max(axis=1))
    return found


def draw_confused(tests: dict[str, pd.DataFrame], names: list[str]) -> Drawn:
    """Which classes are taken for which in ``tested`` rows; ``names`` are those of the classes."""
    return draw_confusion(
        {name: (test["label"].to_numpy(), test["predicted"].to_numpy()) for name, test in tests.items()}, names
    )


def surest_mistakes(test: pd.DataFrame, most: int) -> pd.DataFrame:
    """Of ``tested`` rows those that are wrong, the surest first."""
    return test[test["predicted"] != test["label"]].nlargest(most, "confidence")


def told_mistakes(tests: dict[str, pd.DataFrame], names: list[str], most: int) -> str:
    """The surest mistakes of each method, for those who do not see them."""
    told = []
    for method, test in tests.items():
        mistakes = [
            f"{names[row.label]} → {names[row.predicted]} ({row.confidence:.0%})"
            for row in surest_mistakes(test, most).itertuples()
        ]
        told.append(entry(method, say("results.list").join(mistakes) or "–"))
    return itemised(told)
