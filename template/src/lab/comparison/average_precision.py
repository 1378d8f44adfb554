"""Average precision as COCO judges it (Lin et al. 2014): its own code finds the matches, here they are added up.

What is found in one picture matches a true box whatever other pictures there are. So pycocotools matches once, and
``score`` only sorts and adds: it is called for thousands of resamples of the pictures.
"""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pandas as pd

THRESHOLDS = np.linspace(0.5, 0.95, 10)
"""Intersections over union from which on a box is right."""
RECALLS = np.linspace(0, 1, 101)
FOUND = 6
"""Numbers of what is found: x, y, width, height, class, and the score, which is 0 where there is no more."""


def found_in(row: object) -> np.ndarray:
    """(boxes, 6): what a method found in a picture."""
    found = np.asarray(row, np.float64).reshape(-1, FOUND)
    return found[found[:, 5] > 0]


def true_in(boxes: object, classes: object) -> np.ndarray:
    """(boxes, 5): the true boxes of a picture, and their classes; a negative class is that of no box."""
    numbers = np.asarray(classes, np.float64)
    return np.column_stack([np.asarray(boxes, np.float64).reshape(-1, 4), numbers])[numbers >= 0]


def matched(predictions: pd.DataFrame, areas: tuple[float, float] = (0, 1e12)) -> pd.DataFrame:
    """Of each picture what was found and whether it is right, and the classes of its true boxes.

    ``judged``: (found, 2 + thresholds): class, score, and for each threshold 1 if it is right, 0 if it is not, -1 if it
    does not count. ``areas``: true boxes of other areas do not count, nor does what is found of such areas.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    truths = [true_in(*pair) for pair in zip(predictions["boxes"], predictions["classes"], strict=True)]
    found = [found_in(row) for row in predictions["found"]]
    kinds = sorted({int(number) for one in [*truths, *found] for number in one[:, 4]})
    images = [{"id": row} for row in range(len(predictions))]
    with contextlib.redirect_stdout(io.StringIO()):  # it tells of each of its steps
        sides = []
        for rows in (truths, found):
            coco = COCO()
            notes = [(row, box) for row, boxes in enumerate(rows) for box in boxes.tolist()]
            coco.dataset = {
                "images": images,
                "categories": [{"id": kind} for kind in kinds],
                "annotations": [
                    {"id": number, "image_id": row, "category_id": int(box[4]), "bbox": box[:4], "iscrowd": 0}
                    | {"area": box[2] * box[3], "score": box[-1]}
                    for number, (row, box) in enumerate(notes, start=1)
                ],
            }
            coco.createIndex()
            sides.append(coco)
        judge = COCOeval(*sides, "bbox")
        judge.params.iouThrs = THRESHOLDS
        judge.params.maxDets = [100]
        judge.params.areaRng, judge.params.areaRngLbl = [list(areas)], ["all"]
        judge.evaluate()
    judged: list[list[np.ndarray]] = [[np.empty((0, 2 + len(THRESHOLDS)))] for _ in images]
    counted: list[list[int]] = [[] for _ in images]
    for one in filter(None, judge.evalImgs):
        right = np.where(one["dtIgnore"], -1, one["dtMatches"] > 0).T
        scores = np.asarray(one["dtScores"], np.float64)
        judged[one["image_id"]].append(np.column_stack([np.full(len(scores), one["category_id"]), scores, right]))
        counted[one["image_id"]] += [one["category_id"]] * int((np.asarray(one["gtIgnore"]) == 0).sum())
    return pd.DataFrame(
        {"judged": [np.concatenate(rows) for rows in judged], "truths": [np.array(one, int) for one in counted]}
    )


def precisions(matches: pd.DataFrame) -> np.ndarray:
    """(classes, thresholds, recalls): the best precision from each recall on, of each class that occurs."""
    judged = np.concatenate(matches["judged"].tolist())
    counts = np.bincount(np.concatenate(matches["truths"].tolist()).astype(int))
    judged = judged[np.lexsort((-judged[:, 1], judged[:, 0]))]
    bounds = np.searchsorted(judged[:, 0], np.arange(len(counts) + 1))
    curves = np.zeros((len(counts), len(THRESHOLDS), len(RECALLS)))
    for number in np.flatnonzero(counts):
        right = judged[bounds[number] : bounds[number + 1], 2:].T
        hits, misses = np.cumsum(right == 1, axis=1), np.cumsum(right == 0, axis=1)
        precision = hits / np.maximum(hits + misses, np.spacing(1))
        best = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        for curve, recall, values in zip(curves[number], hits / counts[number], best, strict=True):
            places = np.searchsorted(recall, RECALLS, side="left")
            reached = places < len(values)
            curve[reached] = values[places[reached]]
    return curves[counts > 0]
