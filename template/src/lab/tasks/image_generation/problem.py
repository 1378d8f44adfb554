# The template's example. Delete this line when the problem and its data are your own.
"""Draw new pictures, and measure how far they are from real ones; the demo data are scans of digits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.comparison.generated_pictures import FRECHET_DISTANCE, frechet_distance, within_manifold
from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.labelled import collect_pictures
from lab.data.mnist import SIZE, collect_scans, scan_rules
from lab.data.pictures import square
from lab.data.rules import picture_rules
from lab.errors import UserError

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

SCAN = (1, SIZE, SIZE)
PATHS, STEPS = 5, 9
"""Interpolations: how many, and of how many pictures."""
NOTES = (
    "The labels stratify the split; no method sees them. Scores use another collection, scikit-learn's load_digits: "
    "see features.py."
)

metrics = (
    FRECHET_DISTANCE,
    Metric("precision", higher_is_better=True, bounds=(0, 1), label={"en": "precision", "zh-TW": "精確率"}),
    Metric("recall", higher_is_better=True, bounds=(0, 1), label={"en": "recall", "zh-TW": "召回率"}),
)
targets = ("image",)
stratify = "label"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, height, width) if all are grey, else (n, height, width, 3), uint8.

    Own pictures are those of a folder, or of a table with columns ``file`` and ``target``, which only stratifies.
    """
    if options.source == "demo":
        options.own()
        return collect_scans(raw, NOTES)
    if (options.size or 4) % 4:
        raise UserError(f"params.yaml: data.size: {options.size}: it must be a multiple of 4, for gan.py doubles twice")
    examples, provenance = collect_pictures(raw, options, labels=bool(options.columns.file))
    height, width = np.load(raw / "pictures.npy", mmap_mode="r").shape[1:3]
    if height != width or height % 4:
        mend = "set data.size in params.yaml, a multiple of 4"
        raise UserError(f"the pictures have {width} × {height} pixels, which is no square of a multiple of 4: {mend}")
    return examples, provenance


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in lab/data/mnist.py; yours are below
        return scan_rules()
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="label", regex=r"\S"),
        *picture_rules(examples, smallest=4, fewest=50),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``image``: (n, channels, height, width) from 0 to 1.

    ``noise``: the same shape, normal, what the example's drawing starts from.

    The further split ``interpolation`` has noise only: it turns in equal steps from one random picture to another.
    """
    pixels = torch.from_numpy(np.load(raw / "pictures.npy"))
    pictures = (pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.movedim(3, 1).contiguous()) / 255
    place = pd.Series(range(len(pictures)), pd.read_parquet(raw / "examples.parquet", columns=["id"])["id"])
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(pictures.shape, generator=generator)
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows = torch.tensor(place.loc[ids].to_numpy())
        examples[name] = {"image": pictures[rows], "noise": noise[rows]}
    ends = torch.randn(2, PATHS, 1, *pictures.shape[1:], generator=generator)
    angles = torch.linspace(0, math.pi / 2, STEPS).view(1, STEPS, 1, 1, 1)
    path = (torch.cos(angles) * ends[0] + torch.sin(angles) * ends[1]).flatten(0, 1)
    examples["interpolation"] = {"image": torch.zeros_like(path), "noise": path}
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A mixture of Gaussians in the space of the principal components; and training pictures, drawn with a copier.

    The copies are as good as pictures can be by these metrics, which do not see that nothing is new in them.
    """
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture

    examples: Any = load(raw, splits)
    train, test = (examples[name]["image"].flatten(1).double().numpy() for name in ("train", "test"))
    random = np.random.RandomState(0)
    components = PCA(min(50, *train.shape), random_state=random).fit(train)
    mixture = GaussianMixture(min(10, len(train) // 20 + 1), reg_covar=1e-3, random_state=random)
    mixture.fit(components.transform(train))
    drawn, _ = mixture.sample(len(test))
    copied = random.choice(len(train), len(test), replace=len(test) > len(train))
    return {
        "gaussian_mixture": {"sample": components.inverse_transform(drawn[random.permutation(len(test))]).clip(0, 1)},
        "copied_training_pictures": {"sample": train[copied]},
    }


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Features of each real and each drawn picture, and whether each lies in the manifold of the other kind."""
    from lab.tasks.image_generation.features import features

    if len(predictions) < 2:
        raise UserError(f"a split of {len(predictions)} pictures has no spread to measure: enlarge it in params.yaml")
    values = {column: np.stack(predictions[column].tolist()) for column in ("image", "sample")}
    size = square(values["image"].shape[1])
    real, drawn = (features(pictures, size) for pictures in values.values())
    if size != SCAN:  # the features of a network that learned nothing have no scale of their own
        mean, spread = real.mean(axis=0), real.std(axis=0) + 1e-9
        real, drawn = (real - mean) / spread, (drawn - mean) / spread
    inside = {"precision": within_manifold(drawn, real), "recall": within_manifold(real, drawn)}
    return pd.concat({"real": pd.DataFrame(real), "drawn": pd.DataFrame(drawn), "inside": pd.DataFrame(inside)}, axis=1)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    distance = frechet_distance(predictions["real"].to_numpy(), predictions["drawn"].to_numpy())
    return {"frechet_distance": distance} | predictions["inside"].mean().to_dict()


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Drawings of each method next to real pictures, and the steps from one drawing to another."""
    from matplotlib.figure import Figure

    from lab.comparison.drawing import called, said

    tables = {called(name): table[table["split"] == "test"] for name, table in predictions.items()}
    real = said({"en": "real", "zh-TW": "真實圖片"})
    panels = {real: next(iter(tables.values()))["image"]} | {name: table["sample"] for name, table in tables.items()}
    samples = Figure(figsize=(1.5 * len(panels), 1.7), layout="constrained")
    for axes, (name, column) in zip(samples.subplots(1, len(panels)), panels.items(), strict=True):
        across = min(6, len(column))
        # The first ones alone may all be of one label.
        spread = np.linspace(0, len(column) - 1, min(36, len(column) // across * across)).astype(int)
        _tile(axes, column.iloc[spread], columns=across)
        axes.set_title(name)
    interpolation = Figure(figsize=(1.9 * len(tables), 1.3), layout="constrained")
    for axes, (name, table) in zip(
        interpolation.subplots(1, len(tables), squeeze=False)[0], predictions.items(), strict=True
    ):
        _tile(axes, table[table["split"] == "interpolation"]["sample"], columns=STEPS)
        axes.set_title(called(name))
    of_samples = {
        "en": "Real pictures of the test split, and drawings of each method, not chosen by hand.",
        "zh-TW": "測試集的真實圖片，以及各方法生成的圖片（未經挑選）。",
    }
    of_steps = {
        "en": f"From one drawing to another in {STEPS} steps: good methods draw something real at each step.",
        "zh-TW": f"由一張生成圖片經 {STEPS} 步變為另一張：好的方法在每一步都像真實圖片。",
    }
    return {"samples": Drawn(samples, of_samples), "interpolation": Drawn(interpolation, of_steps)}


def _tile(axes: Any, pictures: pd.Series, columns: int) -> None:
    """Show pictures (each a list of values) row after row; scans dark on light."""
    values = np.stack(pictures.tolist())
    channels, height, width = square(values.shape[1])
    rows = values.reshape(-1, columns, channels, height, width)
    tiles = rows.transpose(0, 3, 1, 4, 2).reshape(-1, columns * width, channels).clip(0, 1)
    axes.imshow(tiles, cmap="gray_r" if (channels, height, width) == SCAN else "gray", vmin=0, vmax=1)
    axes.set_axis_off()


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures = np.load(raw / "pictures.npy")
    target = None if (examples["label"] == "picture").all() else "label"  # own pictures have no classes
    return Contents(hashed=(picture.tobytes() for picture in pictures), pictures=pictures, target=target)
