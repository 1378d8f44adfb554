"""Checks of boxes around objects: are they in their pictures, of a known class, and do they belong there?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from lab.contract import Contents
from lab.data.boxes import COLUMNS, SIDES, overlap
from lab.data.checks import Check
from lab.data.map_checks import ENOUGH, belonging
from lab.words import in_each

SAME = 0.9
"""Intersection over union from which on two boxes of one class are the same object, noted twice."""
NEAR = 1e-3
"""Pixels by which a box may be outside of its picture: those of rounding."""


def fault_of_boxes(contents: Contents) -> str:
    """Why the table is none of boxes, if it is none."""
    boxes = contents.boxes
    assert boxes is not None
    if missing := [name for name in COLUMNS if name not in boxes]:
        return f"lack the columns {', '.join(missing)}"
    if words := [name for name in SIDES if boxes[name].dtype.kind not in "iuf"]:
        return f"must have numbers in the columns {', '.join(words)}"
    if contents.pictures is None:
        return "have no pictures"
    return ""


def check_boxes(contents: Contents, ids: pd.Series) -> list[Check]:
    boxes, pictures = contents.boxes, contents.pictures
    assert boxes is not None
    assert pictures is not None
    height, width = pictures.shape[1:3]
    place = pd.Series(range(len(ids)), ids)
    strangers = ~boxes["id"].isin(place.index)
    boxes = boxes[~strangers]
    rows, sides = place[boxes["id"]].to_numpy(), boxes[SIDES].to_numpy(float)
    known = np.isfinite(sides).all(axis=1)
    low, high = sides[:, :2], sides[:, :2] + sides[:, 2:]
    outside = known & ((low < -NEAR).any(axis=1) | (high > np.array([width, height]) + NEAR).any(axis=1))
    flat = known & (sides[:, 2:] <= 0).any(axis=1)
    strange = ~boxes["label"].isin(contents.classes).to_numpy()
    told = in_each(lambda say: say("details.boxes", number=f"{strangers.sum():,}"))
    checks = [
        Check("box_of_an_example", "stop", detail=told, holds=not strangers.any()),
        Check("finite", "stop", in_pictures(~known, rows, len(ids)), "boxes"),
        Check("box_in_picture", "stop", in_pictures(outside, rows, len(ids))),
        Check("box_has_area", "stop", in_pictures(flat, rows, len(ids))),
        Check("box_of_known_class", "stop", in_pictures(strange, rows, len(ids))),
    ]
    sound = known & ~outside & ~flat
    checks.append(Check("box_once", "warn", in_pictures(sound & twice(boxes, sides), rows, len(ids))))
    per_class = (
        boxes[["id", "label"]].drop_duplicates()["label"].value_counts().reindex(list(contents.classes)).fillna(0)
    )
    rare = [str(name) for name, count in per_class.items() if count < 3]
    checks.append(Check("class_in_each_split", "warn", detail=", ".join(rare), holds=not rare))
    # Where a box is there must be edges; a picture of one colour and no box at all tells of nothing.
    maps = np.zeros(pictures.shape[:3], np.uint8)
    for row, (x, y), (right, bottom) in zip(rows[sound], low[sound], high[sound], strict=True):
        maps[row, round(y) : max(round(y) + 1, round(bottom)), round(x) : max(round(x) + 1, round(right))] = 1
    belongs, wrong = belonging(pictures, maps)
    severity = "stop" if len(ids) >= ENOUGH else "warn"
    checks.append(Check("boxes_belong_to_pictures", severity, None, "boxes", holds=belongs))  # type: ignore[arg-type]
    checks.append(Check("box_belongs_to_picture", "warn", wrong))
    return checks


def in_pictures(wrong: np.ndarray, rows: np.ndarray, number: int) -> np.ndarray:
    """Which of ``number`` pictures have a ``wrong`` box; ``rows`` has the picture of each box."""
    found = np.zeros(number, bool)
    found[rows[wrong]] = True
    return found


def twice(boxes: pd.DataFrame, sides: np.ndarray) -> np.ndarray:
    """Boxes that nearly cover an earlier one of the same class and picture."""
    found = np.zeros(len(boxes), bool)
    for places in boxes.groupby(["id", "label"]).indices.values():
        if len(places) > 1:
            found[places] = np.tril(overlap(sides[places], sides[places]) >= SAME, -1).any(axis=1)
    return found
