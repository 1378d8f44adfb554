"""Holes in pictures: blocks and lines that are drawn by chance, or masks of your own."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from lab.contract import Provenance
from lab.data.labelled import collect_pictures
from lab.data.mnist import collect_scans
from lab.data.picture_maps import find_pairs, hashed, write_pairs
from lab.data.pictures import ENDINGS
from lab.data.sources import provenance
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256

NOTES = (
    "The scans are real; the holes are drawn by chance, with a fixed seed: in turn a block, and two to four straight "
    "lines, as of cables. Methods are told where the hole is; it lies near the middle, with ink in it or not. Who "
    "wrote which digit is not told: the same hand may be in training and test. Labels are not used."
)


def block(height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """(height, width), true in a rectangle whose sides are 0.3 to 0.6 of the picture's, its middle near the middle."""
    hole = np.zeros((height, width), bool)
    sides = [max(1, round(random.uniform(0.3, 0.6) * side)) for side in hole.shape]
    top, left = (
        int(np.clip(round(random.uniform(0.25, 0.75) * whole - side / 2), 0, whole - side))
        for whole, side in zip(hole.shape, sides, strict=True)
    )
    hole[top : top + sides[0], left : left + sides[1]] = True
    return hole


def lines(height: int, width: int, random: np.random.Generator) -> np.ndarray:
    """The same for two to four straight lines, each 0.05 to 0.1 of the shorter side thick, that cross the middle."""
    y, x = np.mgrid[:height, :width]
    hole = np.zeros((height, width), bool)
    for _ in range(random.integers(2, 5)):
        angle, half = random.uniform(0, np.pi), random.uniform(0.025, 0.05) * min(height, width)
        down, across = random.uniform(0.25, 0.75, 2)
        far = (x - across * width) * np.cos(angle) + (y - down * height) * np.sin(angle)
        hole |= np.abs(far) <= max(half, 0.71)  # a thinner one would miss pixels
    return hole


SHAPES = {"block": block, "lines": lines}


def draw_holes(number: int, height: int, width: int) -> tuple[np.ndarray, list[str]]:
    """(number, height, width), uint8, 1 where a pixel is removed; and what each hole is: the shapes take turns."""
    random = np.random.default_rng(0)
    kinds = [list(SHAPES)[row % len(SHAPES)] for row in range(number)]
    return np.stack([SHAPES[kind](height, width, random) for kind in kinds]).astype(np.uint8), kinds


def read_hole(path: Path) -> np.ndarray:
    """(height, width), uint8, 1 where the file is bright: those pixels are removed."""
    with Image.open(path) as image:
        hole = np.asarray(image.convert("L")) > 127
    if hole.all() or not hole.any():
        raise UserError("all of it is white" if hole.all() else "nothing in it is white: white is what is removed")
    return hole.astype(np.uint8)


def collect_holes(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``, and their holes as ``maps.npy``; see ``problem.collect``."""
    if options.source == "demo":
        options.own()
        return with_holes(raw, *collect_scans(raw, NOTES))
    own = options.own(pictures="pictures", holes=None)
    if own["holes"] is None and not options.columns.target:
        if "pictures" in (options.model_extra or {}):
            raise UserError(
                "params.yaml: data.holes is not set: name the folder of your masks, or remove data.pictures"
            )
        bare = DataSettings.model_validate(options.model_dump(include=set(DataSettings.model_fields)))
        examples, origin = collect_pictures(raw, bare, labels=False)
        notes = f"{origin.notes} The pictures are whole; the holes in them are drawn by chance, with a fixed seed."
        return with_holes(raw, examples.drop(columns="label"), replace(origin, notes=notes.strip()))
    pairs = find_pairs(options, (str(own["pictures"]), str(own["holes"])), ENDINGS)
    examples, done = write_pairs(pairs, raw, options, read_hole, np.uint8)
    examples["hole"] = "own"
    examples["removed"] = np.load(raw / "maps.npy", mmap_mode="r").mean(axis=(1, 2))
    check_squares(raw)
    said = f"{len(examples)} pictures with holes of your own, {examples['removed'].mean():.0%} removed, {done}"
    return examples, provenance(options, pairs.found, [said, pairs.told], [*pairs.pictures, *pairs.maps])


def with_holes(raw: Path, examples: pd.DataFrame, origin: Provenance) -> tuple[pd.DataFrame, Provenance]:
    """The pictures in ``raw`` with a hole each, that is written to ``maps.npy``."""
    check_squares(raw)
    images = np.load(raw / "pictures.npy", mmap_mode="r")
    holes, kinds = draw_holes(*images.shape[:3])
    np.save(raw / "maps.npy", holes)
    digests = [sha256(content) for content in hashed(images, holes)]
    return examples.assign(sha256=digests, hole=kinds, removed=holes.mean(axis=(1, 2))), origin


def check_squares(raw: Path) -> None:
    height, width = np.load(raw / "pictures.npy", mmap_mode="r").shape[1:3]
    if height != width or height < 8:
        text = f"the pictures have {width} × {height} pixels, which is no square of 8 or more"
        raise UserError(f"{text}: set data.size in params.yaml")
