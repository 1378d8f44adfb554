"""The demo data, and which cells of a table are removed to see how well they are filled."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data.tables import row_digests

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

REMOVED = "removed.npy"
"""(rows, columns), bool: the cells that no method sees."""


def remove(raw: Path, numbers: pd.DataFrame, share: float, seed: int) -> str:
    """Choose cells among those that are known, and write which; in words what was done."""
    known = numbers.notna().to_numpy()
    chosen = known & (np.random.default_rng(seed).random(known.shape) < share)
    np.save(raw / REMOVED, chosen)
    told = (
        f"{chosen.sum():,} of {known.sum():,} known values were removed by chance alone (share {share:g}, seed {seed})"
    )
    return f"{told}; methods are judged by these. Values that are missing for a reason may be harder to fill"


def collect_tumours() -> tuple[pd.DataFrame, Provenance]:
    """569 tumours of the breast, 30 numbers each: shapes of cell nuclei in a picture. The diagnosis is left out."""
    from sklearn.datasets import load_breast_cancer

    table = load_breast_cancer(as_frame=True).data
    table.columns = [name.replace(" ", "_") for name in table]
    table.insert(0, "id", [f"{row:03d}" for row in range(len(table))])
    table.insert(1, "sha256", row_digests(table))
    return table, Provenance(
        title="Breast Cancer Wisconsin (Diagnostic)",
        kind="real",
        source="UCI Machine Learning Repository, dataset 17; it comes with scikit-learn (load_breast_cancer)",
        licence="CC BY 4.0",
        citation="Wolberg, Mangasarian, Street & Street 1993, https://doi.org/10.24432/C5DW2B",
        notes="Mean, standard error and worst of ten features of the nuclei. Radius, perimeter and area say nearly the "
        "same, so what is removed can often be told from its neighbours.",
    )


def tumour_rules(examples: pd.DataFrame) -> list[Expectation]:
    """A value is at least 0, and no more than the largest of its kind can be."""
    import great_expectations.expectations as gxe

    largest = {"radius": 40, "texture": 60, "perimeter": 300, "area": 5000}
    rules: list[Expectation] = [gxe.ExpectTableRowCountToEqual(value=569)]
    for column in examples.columns.difference(["id", "sha256"]):
        is_error = column.endswith("_error")
        top = next((value for kind, value in largest.items() if kind in column), 2 if not is_error else 1)
        low = 0 if is_error or top <= 2 else 1
        rules.append(gxe.ExpectColumnValuesToBeBetween(column=column, min_value=low, max_value=top))
    return rules
