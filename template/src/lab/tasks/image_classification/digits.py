"""The demo data: scans of handwritten digits, 8 × 8 pixels."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

INK = 16
"""The darkest shade of a scan; paper is 0."""


def collect_digits(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """1,797 scans as ``pictures.npy``: (1797, 8, 8), uint8, from 0 (paper) to 16 (ink)."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    pictures = digits.images.astype(np.uint8)
    np.save(raw / "pictures.npy", pictures)
    examples = pd.DataFrame(
        {
            "id": [f"{row:04d}" for row in range(len(pictures))],
            "sha256": [sha256(picture.tobytes()) for picture in pictures],
            "label": digits.target,
            "ink": pictures.mean(axis=(1, 2)) / INK,
        }
    )
    provenance = Provenance(
        title="Optical Recognition of Handwritten Digits",
        kind="real",
        source="UCI Machine Learning Repository, dataset 80; its 1,797 test scans come with scikit-learn (load_digits)",
        licence="CC BY 4.0",
        citation="Alpaydin & Kaynak 1998, Cascading classifiers, Kybernetika 34(4)",
        notes="Digits that 13 people wrote on forms, reduced from 32 × 32 to 8 × 8 pixels. The file does not say who "
        "wrote which, so the same hand is in training and test: scores are for known writers, not for new ones. "
        "No two scans are the same.",
    )
    return examples, provenance


def digit_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=1797),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToNotBeNull(column="label"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=list(range(10))),
        gxe.ExpectColumnValuesToNotBeNull(column="ink"),
        gxe.ExpectColumnValuesToBeBetween(column="ink", min_value=0.1, max_value=0.5),  # neither blank nor a blot
    ]
