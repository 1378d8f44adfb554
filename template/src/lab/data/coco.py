"""Own pictures with boxes: a folder of pictures, and a file of annotations as COCO has them (Lin et al. 2014)."""

from __future__ import annotations

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from lab.console import localised
from lab.contract import Provenance
from lab.data import pictures
from lab.data.boxes import COLUMNS, hashed
from lab.data.labelled import sizes
from lab.data.sources import find, provenance, some
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import read_text, sha256, write_json

PARTS = {
    "images": ("id", "file_name"),
    "annotations": ("image_id", "category_id", "bbox"),
    "categories": ("id", "name"),
}
"""Of the file, and what each entry must have."""
ROUNDING = 1.0
"""Pixels by which a box may be outside of its picture, which are then cut off."""


def collect_coco(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``, ``boxes.parquet`` and ``classes.json`` of own files: each picture whole, its boxes scaled."""
    own = options.own(annotations="annotations.json", pictures="pictures")
    found = find(options)
    if found.table is not None:
        raise UserError(f"params.yaml: data.path: {found.table.as_posix()} is a file: name the folder that it is in")
    path, folder = found.folder / str(own["annotations"]), found.folder / str(own["pictures"])
    if not folder.is_dir():
        there = some(sorted(one.name for one in found.folder.iterdir())) or "nothing"
        raise UserError(
            f"{found.folder.as_posix()} needs the folder {own['pictures']} (data.pictures); there is {there}"
        )
    images, notes, names = read_annotations(path)
    files = [folder / image["file_name"] for image in images]
    if missing := [image["file_name"] for image, file in zip(images, files, strict=True) if not file.is_file()]:
        text = f"{len(missing)} of {len(images)} pictures that {path.name} names are not there"
        raise UserError(f"{text}, seen from {folder.as_posix()}: {some(missing)}")
    headers, done = pictures.write(files, folder, raw, options.size, whole=True)
    check_sizes(images, headers, path)
    array = np.load(raw / "pictures.npy", mmap_mode="r")
    place = {image["id"]: row for row, image in enumerate(images)}
    check_boxes(notes, place, images, headers, names, path)
    rows = []
    for note in notes:
        row = place[note["image_id"]]
        box = scaled(note["bbox"], headers[row], array.shape[2], array.shape[1])
        rows.append((images[row]["file_name"], names[note["category_id"]], *box))
    boxes = pd.DataFrame(rows, columns=COLUMNS)
    used = [name for name in names.values() if name in set(boxes["label"])]
    boxes.to_parquet(raw / "boxes.parquet", index=False)
    write_json(raw / "classes.json", {"names": used})
    ids = pd.Series([image["file_name"] for image in images])
    examples = pd.DataFrame(
        {
            "id": ids,
            "sha256": [sha256(content) for content in hashed(array, boxes, ids)],
            **groups_of(images, path),
            "objects": ids.map(boxes["id"].value_counts()).fillna(0).astype(int),
            **sizes(headers),
            "brightness": [float(picture.mean()) / 255 for picture in array],
        }
    )
    said = f"{len(examples)} pictures with {len(boxes)} boxes of {len(used)} classes ({some(used)}), {done}"
    told = f"{without} pictures have no box" if (without := int((examples["objects"] == 0).sum())) else ""
    return examples, provenance(options, found, [said, told], [*files, path])


def groups_of(images: list[dict[str, Any]], path: Path) -> dict[str, list[str]]:
    """The column ``group``, if the images have one: what belongs together stays in one split."""
    given = [image["file_name"] for image in images if "group" in image]
    if given and len(given) < len(images):
        raise UserError(
            f"{path.as_posix()}: {len(images) - len(given)} images have no group, others have one: all or none"
        )
    return {"group": [str(image["group"]) for image in images]} if given else {}


def read_annotations(path: Path) -> tuple[list[dict[str, Any]], list[dict[str, Any]], dict[Any, str]]:
    """Images, annotations, and the name of each category, all with the keys that they need."""
    if not path.is_file():
        raise UserError(f"{path.as_posix()} is not there: name the file in data.annotations of params.yaml")
    try:
        content = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise UserError(f"{path.as_posix()}, line {error.lineno}: no JSON: {error.msg}") from None
    for part, keys in PARTS.items():
        entries = content.get(part) if isinstance(content, dict) else None
        if not isinstance(entries, list) or not entries:
            raise UserError(f"{path.as_posix()} has no list {part!r}: save the annotations in the format of COCO")
        for number, entry in enumerate(entries):
            if lacking := [key for key in keys if not isinstance(entry, dict) or key not in entry]:
                raise UserError(f"{path.as_posix()}: {part}[{number}] has no {' and no '.join(map(repr, lacking))}")
    for part, key in (("images", "id"), ("images", "file_name"), ("categories", "id"), ("categories", "name")):
        counts = Counter(str(entry[key]) for entry in content[part])
        if double := [value for value, count in counts.items() if count > 1]:
            raise UserError(f"{path.as_posix()}: {part} with the same {key}: {some(double)}: each needs its own")
    # A crowd's box is around many objects that nobody noted one by one: none of them could be learnt from it.
    notes = [note for note in content["annotations"] if not note.get("iscrowd")]
    if crowds := len(content["annotations"]) - len(notes):
        note = f"{crowds} boxes around crowds (iscrowd) are left out: what is found in them counts as wrong"
        print(localised(note))
    return content["images"], notes, {entry["id"]: str(entry["name"]) for entry in content["categories"]}


def check_sizes(images: list[dict[str, Any]], headers: list[pictures.Header], path: Path) -> None:
    """Raise a ``UserError`` if pictures have other sizes than ``path`` says: their boxes would lie elsewhere."""
    wrong = [
        f"{image['file_name']} ({header.width} × {header.height}, not {image['width']} × {image['height']})"
        for image, header in zip(images, headers, strict=True)
        if (image.get("width", header.width), image.get("height", header.height)) != (header.width, header.height)
    ]
    if wrong:
        mend = "annotate the pictures as they are now, turned upright"
        raise UserError(f"{len(wrong)} pictures have another size than {path.as_posix()} says: {some(wrong)}: {mend}")


def check_boxes(
    notes: list[dict[str, Any]],
    place: dict[Any, int],
    images: list[dict[str, Any]],
    headers: list[pictures.Header],
    names: dict[Any, str],
    path: Path,
) -> None:
    """Raise a ``UserError`` that counts and names the annotations that are none."""
    faults = []
    for number, note in enumerate(notes):
        box, row = note["bbox"], place.get(note["image_id"])
        name = f"{images[row]['file_name']}: " if row is not None else ""
        if row is None:
            fault = f"image_id {note['image_id']!r} is no image"
        elif note["category_id"] not in names:
            fault = f"category_id {note['category_id']!r} is no category"
        elif not is_box(box):
            fault = f"bbox {box!r} is not four numbers: x, y, width, height"
        elif min(box[2:]) <= 0:
            fault = f"bbox {box} has no area"
        elif min(box[:2]) < -ROUNDING or any(
            low + side > most + ROUNDING
            for low, side, most in zip(box[:2], box[2:], (headers[row].width, headers[row].height), strict=True)
        ):
            fault = f"bbox {box} is outside of {headers[row].width} × {headers[row].height} pixels"
        else:
            continue
        faults.append(f"annotation {note.get('id', number)} ({name}{fault})")
    if faults:
        mend = "a bbox is [x, y, width, height] in pixels from the left upper corner"
        raise UserError(f"{path.as_posix()}: {len(faults)} of {len(notes)} are wrong: {some(faults, 3)}: {mend}")


def is_box(box: Any) -> bool:
    numbers = isinstance(box, list) and len(box) == 4 and all(isinstance(one, int | float) for one in box)
    return numbers and all(math.isfinite(one) for one in box)


def scaled(box: list[float], header: pictures.Header, width: int, height: int) -> list[float]:
    """The box in a picture that shows all of the old one, between margins, as ``pictures.write`` does.

    What is outside of the picture by rounding is cut off.
    """
    share = min(width / header.width, height / header.height)
    inner = (round(header.width * share), round(header.height * share))
    low, high = [], []
    for begin, side, old, new, whole in zip(
        box[:2], box[2:], (header.width, header.height), inner, (width, height), strict=True
    ):
        ends = [min(max(end, 0), old) * new / old + round((whole - new) / 2) for end in (begin, begin + side)]
        low.append(ends[0])
        high.append(ends[1])
    return [*low, *(end - begin for begin, end in zip(low, high, strict=True))]
