"""Own pictures with boxes in the format of COCO: any size, any classes, Chinese names; and what is wrong is told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from lab.console import localised
from lab.contract import Batch
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.object_detection import problem
from lab.tasks.object_detection.novel import Points
from lab.training.sanity import learn


def make(folder: Path, number: int = 30) -> dict[str, Any]:
    """Bright and dark blocks on pictures of many sizes, some grey, the last without any; the annotations for them."""
    random = np.random.default_rng(0)
    content: dict[str, Any] = {"images": [], "annotations": []}
    content["categories"] = [{"id": 7, "name": "機車"}, {"id": 3, "name": "taxi's"}, {"id": 9, "name": "never"}]
    (folder / "圖 pictures").mkdir(parents=True)
    for row in range(number):
        wide, high = (int(side) for side in random.integers(40, 90, 2))
        shade = random.integers(90, 120, (high, wide, 3), dtype=np.uint8)
        name, kind = f"街 {row:02d}.{'png' if row % 3 else 'jpg'}", row % 2
        side = int(random.integers(14, 24))
        x, y = int(random.integers(0, wide - side)), int(random.integers(0, high - side))
        shade[y : y + side, x : x + side] = (250, 10)[kind] if row < number - 1 else shade[y : y + side, x : x + side]
        Image.fromarray(shade if row % 4 else shade[..., 0]).save(folder / "圖 pictures" / name, quality=95)
        image = {"id": 100 + row, "file_name": name, "width": wide, "height": high, "group": f"街口 {row // 2}"}
        content["images"].append(image)
        if row < number - 1:
            note = {"id": row, "image_id": 100 + row, "category_id": (7, 3)[kind], "bbox": [x, y, side, side]}
            content["annotations"].append(note | {"iscrowd": 0, "area": side**2})
    content["annotations"].append({"id": 99, "image_id": 100, "category_id": 7, "bbox": [0, 0, 9, 9], "iscrowd": 1})
    (folder / "標註.json").write_text(json.dumps(content), encoding="utf-8")
    return content


GIVEN = {"source": "folder", "annotations": "標註.json", "pictures": "圖 pictures", "size": 48}


def test_own_pictures_and_boxes_train_by_settings_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make(tmp_path / "own")
    options = DataSettings.model_validate(GIVEN | {"path": str(tmp_path / "own")})
    table, _ = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    said = capsys.readouterr().out
    assert localised("30 pictures with 29 boxes of 2 classes (機車, taxi's)") in said
    assert "whole, with margins" in said or "保留全圖" in said  # in the project's language
    assert localised("1 boxes around crowds (iscrowd) are left out: what is found in them counts as wrong") in said
    assert table["group"].nunique() == 15
    assert table["objects"].tolist() == [1] * 29 + [0]
    assert {rule.column for rule in problem.expectations(table, options) if hasattr(rule, "column")} >= {
        "objects",
        "width",
    }
    pictures, boxes = np.load(tmp_path / "pictures.npy"), pd.read_parquet(tmp_path / "boxes.parquet")
    for row, box in enumerate(boxes.itertuples()):  # each box is where its block is after scaling
        grey = pictures[row].mean(axis=2)
        edges = [round(float(end)) for end in (box.y, box.y + box.height, box.x, box.x + box.width)]  # type: ignore[operator, arg-type]
        inside = grey[edges[0] + 1 : edges[1] - 1, edges[2] + 1 : edges[3] - 1]
        assert (inside > 200).all() if box.label == "機車" else (inside < 60).all()
        around = grey[max(edges[0] - 4, 0) : edges[1] + 4, max(edges[2] - 4, 0) : edges[3] + 4]
        assert (around > 200).sum() <= (edges[1] - edges[0] + 2) * (edges[3] - edges[2] + 2)
    train, test = table["id"][:24].tolist(), table["id"][24:].tolist()
    examples = cast(dict[str, Batch], problem.load(tmp_path, {"train": train, "test": test}))
    torch.manual_seed(0)
    network = Points(examples["train"], width=8, depth=2, finer=1, place=2.0)
    learn(network, examples["train"], 80)
    found = network.eval().predict(examples["test"])["found"].detach()
    answers = {"boxes": examples["test"]["boxes"].flatten(1), "classes": examples["test"]["classes"]}
    frame = pd.DataFrame(
        {name: list(values.numpy()) for name, values in (answers | {"found": found.flatten(1)}).items()}
    )
    assert problem.score(problem.measure(frame))["ap50"] > 60
    reference = problem.references(tmp_path, {"train": train, "test": test})["forest_of_components"]["found"]
    assert problem.score(problem.measure(frame.assign(found=list(reference.reshape(6, -1)))))["ap50"] > 60


def changed(part: str, row: int, **values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content[part][row].update(values)


MISTAKES: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "outside": (
        changed("annotations", 3, bbox=[10, 10, 200, 5]),
        r"annotation 3 \(街 03.jpg: bbox .* is outside of \d+ × \d+",
    ),
    "two corners": (changed("annotations", 4, bbox=[30, 30, 39, 89]), r"1 of 29 are wrong.*x, y, width, height"),
    "no area": (changed("annotations", 3, bbox=[10, 10, 0, 5]), "has no area"),
    "three numbers": (changed("annotations", 3, bbox=[10, 10, 5]), "is not four numbers"),
    "not a number": (changed("annotations", 3, bbox=[10, 10, 5, float("nan")]), "is not four numbers"),
    "unknown category": (changed("annotations", 3, category_id=4), "category_id 4 is no category"),
    "unknown image": (changed("annotations", 3, image_id=4), "image_id 4 is no image"),
    "picture missing": (
        changed("images", 3, file_name="街 99.jpg"),
        "1 of 30 pictures that 標註.json names are not there.*街 99",
    ),
    "other size": (
        changed("images", 3, width=9999),
        r"1 pictures have another size than .*街 03.jpg \(\d+ × \d+, not 9999 ×",
    ),
    "picture twice": (changed("images", 3, file_name="街 04.png"), "images with the same file_name: 街 04.png"),
    "image id twice": (changed("images", 3, id=104), "images with the same id: 104"),
    "category twice": (changed("categories", 0, name="taxi's"), "categories with the same name: taxi's"),
    "no bbox": (lambda content: content["annotations"][3].pop("bbox"), r"annotations\[3\] has no 'bbox'"),
    "no categories": (lambda content: content.pop("categories"), "has no list 'categories'"),
    "some groups": (lambda content: content["images"][3].pop("group"), "1 images have no group"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_annotations_is_told_in_one_line(tmp_path: Path, name: str) -> None:
    spoil, said = MISTAKES[name]
    content = make(tmp_path / "own")
    spoil(content)
    (tmp_path / "own/標註.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=said) as caught:
        problem.collect(tmp_path, DataSettings.model_validate(GIVEN | {"path": str(tmp_path / "own")}))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"annotations": "boxes.json"}, "boxes.json is not there"),
        ({"pictures": "images"}, "needs the folder images"),
        ({"picture": "images"}, "unknown key: did you mean 'pictures'"),
        ({"annotations": "broken.json"}, "broken.json, line 2: no JSON"),
        ({"source": "table", "path": "標註.json"}, "is a file: name the folder"),
    ],
)
def test_a_mistake_in_the_settings_is_told_in_one_line(tmp_path: Path, given: dict[str, Any], said: str) -> None:
    make(tmp_path)
    (tmp_path / "broken.json").write_text('{\n"images": [,]}', encoding="utf-8")
    path = str(tmp_path / given.get("path", ""))
    with pytest.raises(UserError, match=said) as caught:
        problem.collect(tmp_path, DataSettings.model_validate(GIVEN | given | {"path": path}))
    assert "\n" not in str(caught.value)
