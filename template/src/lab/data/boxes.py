"""Pictures with boxes, each around an object of a class: how they are kept and loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch

from lab.contract import Batch, Contents
from lab.files import read_json

COLUMNS = ["id", "label", "x", "y", "width", "height"]
"""Of ``boxes.parquet``: the example, the class, the left upper corner and the sides in pixels of its picture."""
SIDES = COLUMNS[2:]
NOTHING = -1
"""The class where a picture has fewer boxes than others."""


def covered(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n, m): the pixels that are in both boxes, of ``some`` (n, 4) and ``others`` (m, 4): x, y, width, height."""
    low = np.maximum(some[:, None, :2], others[None, :, :2])
    high = np.minimum((some[:, :2] + some[:, 2:])[:, None], (others[:, :2] + others[:, 2:])[None])
    return (high - low).clip(min=0).prod(axis=2)


def overlap(some: np.ndarray, others: np.ndarray) -> np.ndarray:
    """(n, m): intersection over union."""
    both = covered(some, others)
    areas = [boxes[:, 2:].prod(axis=1) for boxes in (some, others)]
    return both / np.maximum(areas[0][:, None] + areas[1] - both, 1e-9)


def hashed(pictures: np.ndarray, boxes: pd.DataFrame, ids: pd.Series) -> list[bytes]:
    """What each ``sha256`` is the digest of: the picture's bytes, then its boxes'."""
    lines = [" ".join(map(str, row)) for row in boxes[COLUMNS[1:]].itertuples(index=False)]
    told = boxes.assign(line=lines).groupby("id")["line"].agg("\n".join).reindex(ids).fillna("")
    return [picture.tobytes() + text.encode() for picture, text in zip(pictures, told, strict=True)]


def box_contents(raw: Path, examples: pd.DataFrame) -> Contents:
    pictures, boxes = np.load(raw / "pictures.npy"), pd.read_parquet(raw / "boxes.parquet")
    classes = read_json(raw / "classes.json")["names"]
    return Contents(hashed(pictures, boxes, examples["id"]), pictures=pictures, boxes=boxes, classes=classes)


def load_boxes(raw: Path, splits: dict[str, list[str]]) -> dict[str, Batch]:
    """``picture``: (n, channels, height, width), uint8. ``boxes``: (n, most, 4), x, y, width and height in pixels.

    ``classes``: (n, most), the number of each box's class, ``NOTHING`` where a picture has no more boxes.
    """
    ids = pd.read_parquet(raw / "examples.parquet", columns=["id"])["id"]
    place = pd.Series(range(len(ids)), ids)
    pixels = np.load(raw / "pictures.npy", mmap_mode="r")
    table, names = pd.read_parquet(raw / "boxes.parquet"), read_json(raw / "classes.json")["names"]
    table["class"] = table["label"].map({name: number for number, name in enumerate(names)})
    of = dict(iter(table.groupby("id")))
    found: dict[str, Batch] = {}
    for split, chosen in splits.items():
        mine = [of.get(one) for one in chosen]
        most = max((len(rows) for rows in mine if rows is not None), default=1)  # none may change with another split
        boxes = torch.zeros(len(chosen), most, 4)
        classes = torch.full((len(chosen), most), NOTHING)
        for row, rows in enumerate(mine):
            if rows is not None:
                boxes[row, : len(rows)] = torch.tensor(rows[SIDES].to_numpy(np.float32))
                classes[row, : len(rows)] = torch.tensor(rows["class"].to_numpy(np.int64))
        seen = torch.from_numpy(pixels[place[chosen].to_numpy()])
        picture = seen.unsqueeze(1) if seen.ndim == 3 else seen.movedim(3, 1).contiguous()
        found[split] = {"picture": picture, "boxes": boxes, "classes": classes}
    return found
