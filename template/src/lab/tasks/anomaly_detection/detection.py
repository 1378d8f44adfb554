"""How well scores tell outliers from normal examples."""

from __future__ import annotations

import numpy as np

FOUND = 0.95
"""Share of the outliers that must be found where false alarms are counted."""


def detection(outlier: np.ndarray, score: np.ndarray) -> dict[str, float]:
    """``auroc``, ``average_precision`` and ``false_alarms`` (%): of normal examples, at a threshold that finds 95 %.

    Not a number where all examples are outliers, or none is. Equal scores are found at once.
    """
    outliers, normal = int(outlier.sum()), int((~outlier).sum())
    if not outliers or not normal:
        return dict.fromkeys(("auroc", "average_precision", "false_alarms"), float("nan"))
    order = np.argsort(-score, kind="stable")
    last = np.append(np.diff(score[order]) != 0, True)
    found = np.append(0, np.cumsum(outlier[order])[last]) / outliers
    alarms = np.append(0, np.cumsum(~outlier[order])[last]) / normal
    precision = found[1:] * outliers / (found[1:] * outliers + alarms[1:] * normal)
    return {
        "auroc": float(np.trapezoid(found, alarms)),
        "average_precision": float((np.diff(found) * precision).sum()),
        "false_alarms": 100 * float(alarms[np.argmax(found >= FOUND)]),
    }


def threshold(outlier: np.ndarray, score: np.ndarray) -> float:
    """The highest score from which on at least 95 % of the outliers are found."""
    ordered = np.sort(score[outlier])[::-1]
    return float(ordered[int(np.ceil(FOUND * len(ordered))) - 1])
