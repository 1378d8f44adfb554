"""The demo data: pieces of one photograph of a motorcycle in a workshop, and how far each of their pixels is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data.picture_maps import hashed
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

BLOCK, SIDE, MARGIN = 50, 24, 1
"""Pixels: squares that are in one split each, the pieces in them, and what is left out along each square's edges."""
KNOWN = 0.65
"""Share of its pixels that must be known, or a piece is left out."""
FOCAL, OFFSET, DISTANCE = 994.978, 31.086, 0.193001
"""The calibration, as scikit-image gives it: focal length and offset of the two cameras in pixels, their distance in
metres."""


def metres(disparity: np.ndarray) -> np.ndarray:
    """How far a pixel is, from how far it moves between the two pictures: float32, NaN where nobody knows."""
    known = np.isfinite(disparity)
    return np.where(known, FOCAL * DISTANCE / (np.where(known, disparity, 0) + OFFSET), np.nan).astype(np.float32)


def corners(height: int, width: int) -> list[tuple[int, int, str]]:
    """Top and left of each piece, and the square that it is in: four in each, none of which share a pixel."""
    inside = range(MARGIN, BLOCK - MARGIN - SIDE + 1, SIDE)
    return [
        (row * BLOCK + down, column * BLOCK + across, f"square {row}-{column}")
        for row in range(height // BLOCK)
        for column in range(width // BLOCK)
        for down in inside
        for across in inside
    ]


def collect_pieces(raw: Path) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, 24, 24, 3), uint8; ``maps.npy``: (n, 24, 24), float32, in metres."""
    import skimage.data

    photograph, _, disparity = skimage.data.stereo_motorcycle()
    depth, height = metres(disparity), len(photograph)
    pictures, maps, rows = [], [], []
    for top, left, group in corners(*depth.shape):
        here = np.s_[top : top + SIDE, left : left + SIDE]
        known = np.isfinite(depth[here])
        if known.mean() < KNOWN:
            continue
        pictures.append(photograph[here])
        maps.append(depth[here])
        place = {"top": top / height, "bottom": (top + SIDE) / height}
        rows.append({"id": f"{top:03d}-{left:03d}", **place, "group": group, "known": float(known.mean())})
    images, values = np.stack(pictures), np.stack(maps)
    np.save(raw / "pictures.npy", images)
    np.save(raw / "maps.npy", values)
    examples = pd.DataFrame(rows)
    examples.insert(1, "sha256", [sha256(content) for content in hashed(images, values)])
    examples["median"] = np.nanmedian(values, axis=(1, 2)).astype(float)
    provenance = Provenance(
        title="A motorcycle in a workshop, in pieces",
        kind="real",
        source="the stereo pair that comes with scikit-image (skimage.data.stereo_motorcycle): Motorcycle of the "
        "Middlebury stereo data of 2014, at a quarter of its size",
        licence="free for research, with the citation (https://vision.middlebury.edu/stereo/data/scenes2014/)",
        citation="Scharstein, Hirschmüller, Kitajima, Krathwohl, Nešić, Wang & Westling 2014, High-resolution stereo "
        "datasets with subpixel-accurate ground truth, GCPR",
        notes="One scene alone: scores say how well gaps in this photograph are filled, and nothing of any other "
        f"scene. Pieces of {SIDE} × {SIDE} pixels of the left photograph; four of them make a square, which is in one "
        f"split, and {2 * MARGIN} pixels are left out between squares. But squares of other splits are beside it, on "
        "the same things; and pieces of one square resemble each other, so that intervals are too narrow rather than "
        "too wide. Depth in metres follows from the measured disparity and the cameras' calibration; pixels without "
        f"a measurement (7 % of all) are unknown, and pieces less than {KNOWN:.0%} known are left out. How high a "
        "piece lies in the photograph is given to all methods, for floors are nearer at the bottom; a crop alone would "
        "not tell.",
    )
    return examples, provenance


def piece_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=400, max_value=560),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{3}-\d{3}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^square \d+-\d+$"),
        gxe.ExpectColumnValuesToBeBetween(column="top", min_value=0, max_value=1 - SIDE / 500),
        gxe.ExpectColumnValuesToBeBetween(column="bottom", min_value=SIDE / 500, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="known", min_value=KNOWN, max_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="median", min_value=1.5, max_value=6),
    ]
