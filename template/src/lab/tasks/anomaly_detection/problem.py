# The template's example. Delete this line when the problem and its data are your own.
"""Which pictures are not as the others? The demo data are digits, one of which no method has ever seen.

Nothing may be chosen by outliers that nobody knows yet. So training and validation have none (the column ``held_out``),
and on validation altered copies of its pictures stand in for them: see ``score``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.contract import Batch, Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import collect_pictures
from lab.data.mnist import collect_scans, scan_rules
from lab.data.rules import picture_rules
from lab.data_settings import DataSettings
from lab.errors import UserError, some
from lab.tasks.anomaly_detection.detection import detection
from lab.tasks.anomaly_detection.detector import altered, corners

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
MOST = 5000
"""Training pictures that the classical references learn from."""

metrics = (
    Metric("auroc", higher_is_better=True, bounds=(0, 1), label="AUROC"),
    Metric(
        "average_precision",
        higher_is_better=True,
        bounds=(0, 1),
        label={"en": "average precision", "zh-TW": "平均精確率"},
    ),
    Metric(
        "false_alarms",
        higher_is_better=False,
        unit="%",
        digits=1,
        bounds=(0, 100),
        label={"en": "false alarms where 95% are found", "zh-TW": "找出 95% 時的誤報率"},
    ),
)
targets = ("outlier",)
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``, (n, height, width[, 3]), uint8; ``label``, and ``held_out``: whether its class is an outlier.

    ``data.held_out`` names these classes. Own pictures are a folder with a folder for each class, or a table.
    """
    own = options.own(held_out=9 if options.source == "demo" else None)["held_out"]
    away = [str(name) for name in (own if isinstance(own, list) else [own])]
    if options.source == "demo":
        told = f"The outliers are all scans of {', '.join(away)}: no method learns from them, and nothing is chosen by "
        examples, source = collect_scans(
            raw, f"{told}them. Labels choose them and stratify the split; no method sees one."
        )
    else:
        plain = {key: value for key, value in options.record().items() if key != "held_out"}
        examples, source = collect_pictures(raw, DataSettings.model_validate(plain))
    labels = examples["label"].astype(str)
    if missing := sorted(set(away) - set(labels)):
        known = some(sorted(set(labels)))
        raise UserError(
            f"params.yaml: data.held_out: there is no class {', '.join(missing)}: name outliers among {known}"
        )
    examples["held_out"] = labels.isin(away)
    if examples["held_out"].all():
        raise UserError("params.yaml: data.held_out: all classes are outliers: leave one at least that is normal")
    return examples, source


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    held_out = [gxe.ExpectColumnDistinctValuesToEqualSet(column="held_out", value_set=[True, False])]
    if options.source == "demo":  # whose rules are in lab/data/mnist.py; yours are below
        return [*scan_rules(), *held_out]
    return [
        *held_out,
        gxe.ExpectColumnValuesToMatchRegex(column="label", regex=r"\S"),
        *picture_rules(examples, smallest=4, fewest=50),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``picture``: (n, channels, height, width), float, from 0 to 1. ``outlier``: (n,), 1 or 0.

    ``altered``: copies with a patch in another place. Of training pictures they are the pictures themselves: a method
    that learnt from what stands in for outliers would then be chosen by it.
    """
    pixels = torch.from_numpy(np.load(raw / "pictures.npy"))
    pictures = (pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.movedim(3, 1)).contiguous() / 255
    table = pd.read_parquet(raw / "examples.parquet", columns=["id", "held_out"])
    place = pd.Series(range(len(table)), table["id"])
    places = corners(len(table), pictures.shape[2], pictures.shape[3], seed=0)
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows = place.loc[ids].to_numpy()
        picture = pictures[torch.tensor(rows)]
        outlier = torch.tensor(table["held_out"].to_numpy()[rows].astype(np.int64))
        changed = picture if name == "train" else altered(picture, places[torch.tensor(rows)])
        examples[name] = {"picture": picture, "altered": changed, "outlier": outlier}
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Of pixels: the distance to the nearest neighbour, what principal components leave out, an isolation forest."""
    from sklearn.decomposition import PCA
    from sklearn.ensemble import IsolationForest
    from sklearn.neighbors import NearestNeighbors

    examples: Any = load(raw, splits)
    train: np.ndarray = examples["train"]["picture"].flatten(1).numpy()[:MOST]
    neighbours = NearestNeighbors(n_neighbors=1).fit(train)
    components = PCA(min(50, *train.shape), random_state=0).fit(train)
    forest = IsolationForest(random_state=0).fit(train)
    judges = {
        "nearest_neighbour": lambda seen: neighbours.kneighbors(seen)[0][:, 0],
        "principal_components": lambda seen: np.square(
            seen - components.inverse_transform(components.transform(seen))
        ).mean(axis=1),
        "isolation_forest": lambda seen: -forest.score_samples(seen),
    }
    test: Batch = examples["test"]
    seen = {"anomaly_score": test["picture"].flatten(1).numpy(), "altered_score": test["altered"].flatten(1).numpy()}
    return {name: {column: judge(part) for column, part in seen.items()} for name, judge in judges.items()}


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """How well the test split's outliers are told from its normal pictures.

    The validation split has no outlier: there altered copies of its pictures are told from the pictures themselves.
    """
    outlier, scores = predictions["outlier"].to_numpy(bool), predictions["anomaly_score"].to_numpy(float)
    if (predictions["split"] == "validation").all():
        stand_ins = predictions["altered_score"].to_numpy(float)
        outlier, scores = np.arange(2 * len(scores)) >= len(scores), np.concatenate([scores, stand_ins])
    return detection(outlier, scores)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """How scores of normal pictures and outliers overlap; false alarms and outliers that were missed, as pictures."""
    from lab.tasks.anomaly_detection.drawing import draw_pictures, draw_scores

    tests = {method: table[table["split"] == "test"] for method, table in predictions.items()}
    return {"scores": draw_scores(tests), "pictures": draw_pictures(tests, RAW)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """Labels are checked where normal pictures have several classes: what is unlike its class may be mislabelled."""
    pictures = np.load(raw / "pictures.npy")
    several = examples.loc[~examples["held_out"].astype(bool), "label"].nunique() > 1
    hashed = (picture.tobytes() for picture in pictures)
    return Contents(hashed=hashed, pictures=pictures, target="label" if several else None)
