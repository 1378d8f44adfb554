"""The corruptions of pictures with boxes around objects."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from corruptions import RANDOM, Corruption, Data, file, file_later, noise, paint, put, some


def boxes(how: Callable[[pd.DataFrame], pd.DataFrame], rehash: bool = True) -> Corruption:
    """Other boxes, with or without the digests that belong to them."""

    def corrupt(data: Data) -> Data:
        content = io.BytesIO()
        how(pd.read_parquet(io.BytesIO(data.files["boxes.parquet"])).reset_index(drop=True)).to_parquet(content)
        changed = replace(data, files={**data.files, "boxes.parquet": content.getvalue()})
        return changed.hashed() if rehash else changed

    return corrupt


def at(column: str, value: object, row: int = 7) -> Callable[[pd.DataFrame], pd.DataFrame]:
    def how(table: pd.DataFrame) -> pd.DataFrame:
        if not isinstance(value, str):
            table[column] = table[column].astype(float)
        table.loc[row, column] = value
        return table

    return how


def scaled(table: pd.DataFrame, share: float) -> pd.DataFrame:
    sides = ["x", "y", "width", "height"]
    return table.assign(**{name: share * table[name] for name in sides})


def moved(table: pd.DataFrame, ids: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    """The boxes of pictures given to others."""
    names = table["id"].unique()
    return table.assign(id=table["id"].map(dict(zip(names, ids(names), strict=True))))


def swapped(names: np.ndarray) -> np.ndarray:
    changed = names.copy()
    changed[[7, 8]] = names[[8, 7]]
    return changed


BOXES: dict[str, tuple[str, Corruption]] = {
    "boxes in another order, digests stale": (
        "digest_of_content",
        boxes(lambda table: moved(table, RANDOM.permutation), False),
    ),
    "boxes of other pictures": ("boxes_belong_to_pictures", boxes(lambda table: moved(table, RANDOM.permutation))),
    "boxes one picture later": ("boxes_belong_to_pictures", boxes(lambda table: moved(table, lambda n: np.roll(n, 1)))),
    "pictures in another order": ("boxes_belong_to_pictures", paint(lambda p: p[RANDOM.permutation(len(p))])),
    "boxes of pictures half as large": ("boxes_belong_to_pictures", boxes(lambda table: scaled(table, 0.5))),
    "boxes of pictures twice as large": ("box_in_picture", boxes(lambda table: scaled(table, 2))),
    "two corners for a box": (
        "box_in_picture",
        boxes(lambda table: table.assign(width=table["x"] + table["width"], height=table["y"] + table["height"])),
    ),
    "a box that begins outside": ("box_in_picture", boxes(at("x", -5))),
    "a box too wide": ("box_in_picture", boxes(at("width", 65))),
    "a box without width": ("box_has_area", boxes(at("width", 0))),
    "a box with a height below zero": ("box_has_area", boxes(at("height", -4))),
    "a side that nobody knows": ("finite", boxes(at("height", float("nan")))),
    "an infinite box": ("finite", boxes(at("width", float("inf")))),
    "an unknown class": ("box_of_known_class", boxes(at("label", "ten"))),
    "a class of another spelling": ("box_of_known_class", boxes(at("label", "7 "))),
    "boxes of a picture that is gone": ("box_of_an_example", boxes(at("id", "9999"))),
    "boxes noted twice": ("box_once", boxes(lambda table: pd.concat([table, table.iloc[[7]]]))),
    "boxes noted twice by two people": (
        "box_once",
        boxes(lambda table: pd.concat([table, table.iloc[::50].assign(x=lambda t: (t["x"] - 0.5).clip(lower=0))])),
    ),
    "a class in two pictures": (
        "class_in_each_split",
        boxes(lambda table: pd.concat([table[table["label"] != "3"], table[table["label"] == "3"].iloc[:1]])),
    ),
    "boxes without their sides": ("payload_readable", boxes(lambda table: table.drop(columns=["width"]), False)),
    "sides as texts": ("payload_readable", boxes(lambda table: table.assign(x=table["x"].astype(str)), False)),
    "one picture too few": ("payload_readable", lambda data: replace(data, pictures=data.pictures[1:])),  # type: ignore[index]
    "copies with slight noise": ("no_near_duplicate", lambda data: data.copies(noise)),
    "one picture black": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "no names of classes": ("payload_readable", file("classes.json", lambda path: path.unlink())),
    "boxes cut in half": (
        "payload_readable",
        file("boxes.parquet", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "boxes that somebody changed": (
        "payload_as_collected",
        file_later("boxes.parquet", lambda path: path.write_bytes(path.read_bytes() + b"x")),
    ),
    "more objects than there are": ("expect_column_values_to_be_between", put("objects", 40)),
}
