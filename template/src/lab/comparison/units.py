"""Metrics in the target's unit: what it is called, and how many decimals its values need."""

from __future__ import annotations

import math
from typing import Any


def settle(summary: dict[str, Any], unit: str) -> None:
    """Give each metric ``of_target`` the ``unit``, and decimals for three digits of the baseline's mean."""
    for metric in summary["metrics"]:
        if metric.pop("of_target"):
            mean = abs(summary["methods"][summary["baseline"]]["metrics"][metric["name"]]["mean"])
            digits = 2 - math.floor(math.log10(mean)) if mean > 0 else 3
            metric |= {"unit": unit, "digits": min(max(digits, 0), 6)}
