"""Metrics in the target's unit: what it is called, and how many decimals its values need."""

from __future__ import annotations

import math

from lab.contract import Metric
from lab.results import Compared


def settle(summary: Compared, metrics: tuple[Metric, ...], unit: str) -> None:
    """Give each metric ``of_target`` the ``unit``, and decimals for three digits of the baseline's mean."""
    for metric, shown in zip(metrics, summary["metrics"], strict=True):
        if metric.of_target:
            mean = summary["methods"][summary["baseline"]]["metrics"][metric.name]["mean"]
            shown |= {"unit": unit, "digits": decimals(mean)}


def decimals(mean: float) -> int:
    """How many show three digits of values about as large as ``mean``."""
    return min(max(2 - math.floor(math.log10(abs(mean))) if mean else 3, 0), 6)
