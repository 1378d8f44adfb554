"""Average precision: what is added up from matches is what the code of COCO gives."""

from __future__ import annotations

import contextlib
import io

import numpy as np
import pandas as pd
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from lab.comparison.average_precision import matched, precisions
from lab.data.boxes import NOTHING
from lab.tasks.object_detection import problem


def noisy(pictures: int = 60) -> pd.DataFrame:
    """True boxes and what is found of them, with mistakes: some moved, missed, doubled, of another class."""
    random, rows = np.random.default_rng(0), []
    for row in range(pictures):
        number = row % 5
        boxes = np.column_stack([random.uniform(0, 40, (number, 2)), random.uniform(6, 24, (number, 2))])
        classes = random.integers(0, 4, number)
        moved = np.concatenate([boxes + random.normal(0, 1.2, boxes.shape), boxes + random.normal(0, 4, boxes.shape)])
        kinds = np.concatenate([classes, np.where(random.random(number) < 0.3, 5, classes)])
        scores = random.integers(1, 20, 2 * number) / 20  # many are equal
        found = np.column_stack([moved, kinds, scores])[random.random(2 * number) < 0.8]
        padded = np.zeros((12, 6))
        padded[: len(found)] = found
        given = np.full(6, NOTHING)
        given[:number] = classes
        rows.append({"boxes": np.resize(np.append(boxes, np.zeros(24)), 24), "classes": given, "found": padded.ravel()})
    return pd.DataFrame(rows)


def by_coco(frame: pd.DataFrame, areas: tuple[float, float] = (0, 1e10)) -> np.ndarray:
    """AP, AP50 and AP75 as pycocotools gives them, from its own input to its own output."""
    truths, found = [], []
    for image, row in enumerate(frame.itertuples()):
        for box, kind in zip(np.reshape(row.boxes, (-1, 4)), row.classes, strict=True):  # type: ignore[call-overload, arg-type]
            if kind != NOTHING:
                area = float(box[2] * box[3])
                truths.append(
                    {"image_id": image, "category_id": int(kind), "bbox": list(box), "area": area, "iscrowd": 0}
                )
        for *box, kind, score in np.reshape(row.found, (-1, 6)):  # type: ignore[call-overload]
            if score > 0:
                found.append({"image_id": image, "category_id": int(kind), "bbox": box, "score": score})
    coco = COCO()
    coco.dataset = {
        "images": [{"id": row} for row in range(len(frame))],
        "categories": [{"id": number} for number in range(6)],
        "annotations": [{"id": number, **truth} for number, truth in enumerate(truths, start=1)],
        "info": {},
    }
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        judge = COCOeval(coco, coco.loadRes(found), "bbox")
        judge.params.areaRng = [list(areas)]
        judge.params.areaRngLbl = ["all"]
        judge.evaluate()
        judge.accumulate()
    precision = judge.eval["precision"][..., 0, -1]  # (thresholds, recalls, classes)
    seen = precision[..., precision.max(axis=(0, 1)) > -1]
    return 100 * np.array([seen.mean(), seen[0].mean(), seen[5].mean()])


def test_score_is_that_of_coco_on_all_pictures_and_on_resamples() -> None:
    frame = noisy()
    matches = matched(frame)
    random = np.random.default_rng(1)
    for rows in (
        np.arange(len(frame)),
        random.integers(len(frame), size=len(frame)),
        np.arange(0, 60, 5)[:1].repeat(3),
    ):
        if not any((np.asarray(one) != NOTHING).any() for one in frame["classes"].iloc[rows]):
            continue
        found = problem.score(matches.iloc[rows])
        assert list(found) == [metric.name for metric in problem.metrics]
        np.testing.assert_allclose([*found.values()], by_coco(frame.iloc[rows]), atol=1e-9)
    assert 10 < problem.score(matches)["ap"] < 60  # neither hopeless nor perfect: else this compares nothing


def test_sizes_are_judged_as_coco_does() -> None:
    frame = noisy()
    for areas in ((0.0, 150.0), (150.0, 300.0), (300.0, 1e10)):
        found = 100 * precisions(matched(frame, areas)).mean()
        assert found == pytest.approx(by_coco(frame, areas)[0], abs=1e-9)
