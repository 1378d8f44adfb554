# The template's example. Delete this line when the problem and its data are your own.
"""What was behind the hole in a picture? Pictures of any size; the demo data are scans of handwritten digits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.contract import Batch, Contents, Drawn, Examples, Metric, Provenance
from lab.data.mnist import scan_rules
from lab.data.picture_maps import load_pairs, pair_contents
from lab.data.pictures import square
from lab.data.rules import picture_rules
from lab.errors import UserError
from lab.tasks.inpainting.holes import SHAPES, collect_holes

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the pictures that ``figures`` shows."""
COMPONENTS, NEIGHBOURS, CHUNK = 120, 10, 200
"""Of the references: principal components, nearest pictures; and pictures that are filled at a time."""

metrics = (
    Metric("psnr", higher_is_better=True, unit="dB", digits=2, bounds=(None, 100), label="PSNR"),
    Metric("ssim", higher_is_better=True, bounds=(-1, 1), label="SSIM"),
)
targets = ("truth",)
stratify = "hole"


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: whole pictures, (n, height, width), or (n, height, width, 3) if there are colours, uint8.

    ``maps.npy``: (n, height, width), uint8, 1 where a pixel is removed. Own data are a folder of pictures, or a table
    with a column ``file``, whose holes are drawn by chance; or pictures with masks of your own, in a folder each or
    named by a table with columns ``file`` and ``target``.
    """
    return collect_holes(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    rules = [
        gxe.ExpectColumnValuesToBeInSet(column="hole", value_set=[*SHAPES, "own"]),
        gxe.ExpectColumnValuesToBeBetween(column="removed", min_value=0.001, max_value=0.8),
    ]
    if options.source == "demo":  # whose further rules are in lab/data/mnist.py; yours are below
        return [*rules, *scan_rules()]
    return [
        *rules,
        *picture_rules(examples, smallest=8, fewest=50),
    ]


def removed(pair: Batch) -> Batch:
    """The picture with its hole, and the truth of the hole alone: nobody need be told what can be seen."""
    hole = pair["hole"].bool().unsqueeze(-3)
    picture = pair["picture"]
    return {
        "seen": picture.masked_fill(hole, 0),
        "hole": hole.to(picture.dtype),
        "truth": picture.masked_fill(~hole, torch.nan),
    }


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``seen``: (n, channels, height, width), from 0 to 1, and 0 in the hole. ``hole``: (n, 1, height, width), 1 there.

    ``truth``: the shape of ``seen``, what was in the hole, and NaN elsewhere.
    """
    return load_pairs(raw, splits, "hole", removed)


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Four classical ways to fill a hole.

    From the training pictures: the mean of all; the mean of those that look most alike where this one is seen; and a
    normal distribution in the space of their principal components (Tipping & Bishop 1999), given what is seen. From the
    picture alone: a surface as smooth as can be across the hole (Damelin & Hoang 2018, as scikit-image has it).
    """
    from sklearn.decomposition import PCA

    place = pd.Series(range(len(table := pd.read_parquet(raw / "examples.parquet"))), table["id"])
    images, holes = (np.load(raw / f"{name}.npy", mmap_mode="r") for name in ("pictures", "maps"))
    many = place[splits["train"]].to_numpy()[:10_000]
    pictures = channels_first(images[many]).reshape(len(many), -1).astype(np.float32) / 255
    fitted = PCA(min(COMPONENTS, 1 + len(many) // 10, pictures.shape[1] - 1), random_state=0).fit(pictures)
    found: dict[str, list[np.ndarray]] = {}
    for rows in np.array_split(test := place[splits["test"]].to_numpy(), -(-len(test) // CHUNK)):
        whole = channels_first(images[rows]) / np.float32(255)
        visible = np.broadcast_to(1 - holes[rows][:, None], whole.shape).reshape(len(rows), -1).astype(np.float32)
        seen = whole.reshape(visible.shape) * visible
        drawn = {
            "mean_picture": np.broadcast_to(fitted.mean_, seen.shape),
            "nearest_pictures": nearest(seen, visible, pictures),
            "principal_components": given_components(seen, visible, fitted),
            "smooth_surface": np.stack([smooth(*one) for one in zip(whole, holes[rows], strict=True)]),
        }
        for name, values in drawn.items():
            filled = np.where(visible > 0, seen, values.clip(0, 1)).astype(np.float32)
            found.setdefault(name, []).append(filled)
    return {name: {"filled": np.concatenate(parts)} for name, parts in found.items()}


def channels_first(images: np.ndarray) -> np.ndarray:
    """(n, channels, height, width)."""
    return images[:, None] if images.ndim == 3 else np.moveaxis(images, 3, 1)


def nearest(seen: np.ndarray, visible: np.ndarray, pictures: np.ndarray) -> np.ndarray:
    """The mean of the pictures that differ least from each of ``seen`` in its visible pixels."""
    far = visible @ np.square(pictures).T - 2 * seen @ pictures.T
    number = min(NEIGHBOURS, len(pictures) - 1)
    return pictures[np.argpartition(far, number, axis=1)[:, :number]].mean(axis=1)


def given_components(seen: np.ndarray, visible: np.ndarray, fitted: Any) -> np.ndarray:
    """What is most likely given the visible pixels: their noise has one variance, components are independent."""
    loads = fitted.components_ * np.sqrt(np.maximum(fitted.explained_variance_ - fitted.noise_variance_, 0))[:, None]
    known = (seen - fitted.mean_ * visible) @ loads.T
    grams = np.stack([(loads * one) @ loads.T for one in visible]) + fitted.noise_variance_ * np.eye(len(loads))
    codes = np.linalg.solve(grams, known[..., None])[..., 0]
    return fitted.mean_ + codes @ loads


def smooth(picture: np.ndarray, hole: np.ndarray) -> np.ndarray:
    from skimage.restoration import inpaint_biharmonic

    return inpaint_biharmonic(picture, hole.astype(bool), channel_axis=0).ravel()


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each picture: how many values are removed, their squared error, and the mean of SSIM in the hole.

    SSIM (Wang et al. 2004) compares windows of 7 × 7 pixels; its map is averaged over the removed pixels alone.
    """
    from skimage.metrics import structural_similarity

    truth, drawn = (predictions[name].tolist() for name in ("truth", "filled"))
    shape = square(len(truth[0]))
    rows = []
    for one, other in zip(truth, drawn, strict=True):
        wanted, filled = np.asarray(one, np.float32).reshape(shape), np.asarray(other, np.float32).reshape(shape)
        hole = np.isfinite(wanted)
        whole = np.where(hole, wanted, filled)
        alike = structural_similarity(whole, filled, data_range=1, channel_axis=0, full=True)[1]
        rows.append((int(hole.sum()), float(np.square(whole - filled).sum()), float(alike[hole].mean())))
    return pd.DataFrame(rows, predictions.index, ["values", "squared", "ssim"])


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """PSNR of all removed pixels of all pictures together; of single pictures it may be infinite."""
    error = float(predictions["squared"].sum() / predictions["values"].sum())
    return {"psnr": -10 * np.log10(max(error, 1e-10)), "ssim": float(predictions["ssim"].mean())}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """What each method puts into holes, beside the truth; and how well, by the hole's size."""
    from lab.tasks.inpainting.drawing import draw_fillings, draw_sizes

    tests = {method: frame[frame["split"] == "test"].reset_index(drop=True) for method, frame in predictions.items()}
    measured = {method: measure(frame) for method, frame in tests.items()}
    table = pd.read_parquet(RAW / "examples.parquet").set_index("id")
    about = table.loc[next(iter(tests.values()))["id"], ["hole", "removed"]].reset_index(drop=True)
    return {"fillings": draw_fillings(tests, measured), "psnr_by_size": draw_sizes(measured, about)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    found = pair_contents(raw)
    assert found.pictures is not None
    assert found.maps is not None
    if found.maps.shape != found.pictures.shape[:3] or found.maps.dtype != np.uint8 or found.maps.max() > 1:
        raise UserError(f"{raw.as_posix()}: holes are no 0 and 1 for each pixel of the pictures")
    return replace(found, maps=None)  # no answers, which would have to fit their pictures
