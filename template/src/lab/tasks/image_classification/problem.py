"""Read handwritten digits: scans of 8 × 8 pixels, and which of ten digits each shows."""

from __future__ import annotations

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

CLASSES = 10
RAW = Path("data/raw")
"""Where the pipeline keeps the scans that ``figures`` shows."""

metrics = (
    Metric("accuracy", higher_is_better=True, unit="%", digits=1),
    Metric("macro_f1", higher_is_better=True, unit="%", digits=1),
    Metric("log_loss", higher_is_better=False, unit="nats"),
)
targets = ("label",)
stratify = "label"


def collect(raw: Path, options: dict[str, Any]) -> tuple[pd.DataFrame, Provenance]:
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
            "ink": pictures.mean(axis=(1, 2)) / 16,
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


def expectations() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=1797),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToNotBeNull(column="label"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="label", value_set=list(range(CLASSES))),
        gxe.ExpectColumnValuesToNotBeNull(column="ink"),
        gxe.ExpectColumnValuesToBeBetween(column="ink", min_value=0.1, max_value=0.5),  # neither blank nor a blot
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, 1, 8, 8), float, from 0 to 1. ``label``: (n,), the digit."""
    pictures = torch.from_numpy(np.load(raw / "pictures.npy")).unsqueeze(1) / 16
    labels = pd.read_parquet(raw / "examples.parquet").set_index("id")["label"]
    return {
        split: {
            "picture": pictures[[int(identity) for identity in ids]],
            "label": torch.tensor(labels.loc[ids].to_numpy(), dtype=torch.long),
        }
        for split, ids in splits.items()
    }


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """``log_loss`` is the mean of minus the logarithm of the probability that was given to the right digit."""
    label = predictions["label"].to_numpy()
    log_probability = np.vstack(predictions["log_probability"].tolist())
    counts = confusion(label, log_probability.argmax(axis=1))
    right, answers = np.diag(counts), counts.sum(axis=0) + counts.sum(axis=1)
    f1 = 2 * right[answers > 0] / answers[answers > 0]
    return {
        "accuracy": 100 * float(right.sum() / len(label)),
        "macro_f1": 100 * float(f1.mean()),
        "log_loss": -float(log_probability[np.arange(len(label)), label].mean()),
    }


def confusion(label: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """How often each digit (row) was taken for each digit (column)."""
    return np.bincount(CLASSES * label + predicted, minlength=CLASSES**2).reshape(CLASSES, CLASSES)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Which digits are confused, and the mistakes that each method was surest of."""
    return {"confusion": draw_confusion(predictions), "mistakes": draw_mistakes(predictions)}


def draw_confusion(predictions: dict[str, pd.DataFrame]) -> Figure:
    import matplotlib.pyplot as plt

    size = (3.1 * len(predictions), 3.2)
    figure, panels = plt.subplots(1, len(predictions), figsize=size, sharey=True, squeeze=False)
    for axes, (method, frame) in zip(panels[0], predictions.items(), strict=True):
        log_probability = np.vstack(frame["log_probability"].tolist())
        counts = confusion(frame["label"].to_numpy(), log_probability.argmax(axis=1))
        mistakes = counts - np.diag(np.diag(counts))
        axes.imshow(mistakes, cmap="Oranges", vmin=0, vmax=6)
        for (row, column), count in np.ndenumerate(counts):
            if count:
                axes.text(column, row, count, ha="center", va="center", color="0.6" if row == column else "black")
        axes.set(title=f"{method}: {mistakes.sum()} mistakes", xlabel="taken for")
        axes.set(xticks=range(CLASSES), yticks=range(CLASSES))
        axes.grid(visible=False)
    panels[0][0].set_ylabel("digit")
    return figure


def draw_mistakes(predictions: dict[str, pd.DataFrame], shown: int = 8) -> Figure:
    import matplotlib.pyplot as plt

    pictures = np.load(RAW / "pictures.npy")
    size = (0.85 * shown + 0.8, 1.15 * len(predictions))
    figure, panels = plt.subplots(len(predictions), shown, figsize=size, squeeze=False)
    for row, (method, frame) in zip(panels, predictions.items(), strict=True):
        probability = np.exp(np.vstack(frame["log_probability"].tolist()))
        frame = frame.assign(predicted=probability.argmax(axis=1), confidence=probability.max(axis=1))
        mistakes = frame[frame["predicted"] != frame["label"]].nlargest(shown, "confidence")
        for axes in row:
            axes.set_axis_off()
        for axes, mistake in zip(row, mistakes.itertuples(), strict=False):
            axes.imshow(pictures[int(mistake.id)], cmap="gray_r", vmin=0, vmax=16)
            axes.set_title(f"{mistake.label} → {mistake.predicted}\n{mistake.confidence:.0%}", fontsize=8)
        row[0].text(-0.35, 0.5, method, transform=row[0].transAxes, rotation=90, ha="center", va="center")
    return figure


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target="label")
