"""Own masks: PNG files of the same size as their pictures, whose values or colours are the classes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image, ImageColor

from lab.contract import Provenance
from lab.data.picture_maps import UNKNOWN, find_pairs, reading, refuse, write_pairs
from lab.data.pictures import ENDINGS, each
from lab.data.sources import provenance, some
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import write_json

LOSSY = {".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".avif"}
MOST = 64
"""Classes: of masks with more values, something is wrong."""


def read_mask(path: Path) -> np.ndarray:
    """(height, width), int: grey values and numbers of a palette as they are; 256 + 0xRRGGBB for a colour."""
    if path.suffix.lower() in LOSSY:
        raise UserError("such a file smears the classes: save masks as PNG")
    with Image.open(path) as image:
        if image.mode in ("1", "L", "P", "I", "I;16", "I;16B", "I;16L"):
            return np.asarray(image).astype(np.int64)
        if image.mode == "LA":
            return np.asarray(image)[..., 0].astype(np.int64)
        return grey_or_colour(*np.moveaxis(np.asarray(image.convert("RGB")).astype(np.int64), 2, 0))


def grey_or_colour(red: Any, green: Any, blue: Any) -> np.ndarray:
    return np.where((red == green) & (green == blue), red, 256 + (red << 16 | green << 8 | blue))


def text_of(value: int) -> str:
    """As params.yaml writes it: a number, or a colour as #rrggbb."""
    return str(value) if value < 256 else f"#{value - 256:06x}"


def collect_masks(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``, ``maps.npy`` (uint8: each class's number) and ``classes.json`` from own files."""
    own = options.own(pictures="pictures", masks="masks", classes=None, unknown=None)
    pairs = find_pairs(options, (str(own["pictures"]), str(own["masks"])), ENDINGS)

    def values_in(path: Path) -> list[int] | str:
        values = reading(read_mask, path)
        return values if isinstance(values, str) else [int(value) for value in np.unique(values)]

    found = each(values_in, pairs.maps, "looking at masks")
    refuse(
        [(path, one if isinstance(one, str) else None) for path, one in zip(pairs.maps, found, strict=True)],
        pairs.found.folder,
    )
    names, unknown = named(own["classes"]), [value_of(own["unknown"])] if own["unknown"] is not None else []
    there = sorted({value for one in found for value in one} - set(unknown))
    if names is None:
        names = {value: text_of(value) for value in there}
    if len(names) > MOST:
        text = f"the masks have {len(there)} different values, and no more than {MOST} can be classes"
        raise UserError(f"{text}: save them without smoothing, or name the classes in data.classes of params.yaml")
    if strange := set(there) - set(names):
        what = some([text_of(value) for value in sorted(strange)])
        where = [path.name for path, one in zip(pairs.maps, found, strict=True) if strange & set(one)]
        raise UserError(
            f"params.yaml: data.classes does not name {what}, which is in {len(where)} masks: {some(where)}"
        )
    if len(there) < 2:
        raise UserError(f"all masks have the same value everywhere: {some([text_of(value) for value in there])}")
    values = np.array([*names, *unknown])
    codes = np.array([*range(len(names)), *[UNKNOWN] * len(unknown)])
    order = np.argsort(values)

    def coded(path: Path) -> np.ndarray:
        return codes[order][np.searchsorted(values[order], read_mask(path))]

    examples, done = write_pairs(pairs, raw, options, coded, np.uint8)
    write_json(raw / "classes.json", {"names": list(names.values())})
    maps = np.load(raw / "maps.npy", mmap_mode="r")
    counts = np.stack([np.bincount(one.ravel(), minlength=256)[:UNKNOWN] for one in maps])  # known pixels of each class
    ground = counts.sum(axis=0).argmax()
    examples["foreground"] = 1 - counts[:, ground] / counts.sum(axis=1).clip(min=1)
    said = f"{len(examples)} pictures with masks, {len(names)} classes ({some(list(names.values()))}), {done}"
    return examples, provenance(options, pairs.found, [said, pairs.told], [*pairs.pictures, *pairs.maps])


def named(classes: Any) -> dict[int, str] | None:
    """``data.classes`` of params.yaml: the name of each value, in this order."""
    if classes is None:
        return None
    if not isinstance(classes, dict) or len(classes) < 2:
        raise UserError("params.yaml: data.classes must name two values or more, as in {0: background, 255: leaf}")
    names = {value_of(value): str(name) for value, name in classes.items()}
    if len(set(names.values())) < len(classes):
        raise UserError("params.yaml: data.classes gives two values the same name, or names one twice")
    return names


def value_of(text: Any) -> int:
    """A value of masks as params.yaml writes it."""
    try:
        if str(text).startswith("#"):
            return int(grey_or_colour(*ImageColor.getrgb(str(text))[:3]))
        return int(text)
    except ValueError:
        mend = 'a number, or a colour as "#RRGGBB" in quotation marks'
        raise UserError(f"params.yaml: data: {text!r} is no value of a mask: write {mend}") from None
