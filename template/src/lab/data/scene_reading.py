"""What a network reads in each quarter of a scene of digits, held against what a sentence tells."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from lab.data.digit_scenes import CANVAS, COLOURS, DIGITS, PLACES, SIZES, Thing, things_of

QUARTERS = [(0, 0), (0, 1), (1, 0), (1, 1)]
"""Row and column."""
WORDS = (*SIZES, *COLOURS, *DIGITS)
"""What is said of a quarter's digit; of an empty one nothing."""


def quarters(pictures: np.ndarray) -> np.ndarray:
    """(n, channels, 40, 40) as (4 · n, channels, 20, 20), in the order of ``QUARTERS``."""
    half = CANVAS // 2
    parts = pictures.reshape(len(pictures), -1, 2, half, 2, half).transpose(0, 2, 4, 1, 3, 5)
    return parts.reshape(-1, pictures.shape[1], half, half)


def words_of_quarters(pictures: np.ndarray, captions: Sequence[str]) -> np.ndarray:
    """(4 · n, 16): which of ``WORDS`` are said of each quarter of scenes, which are black where there is nothing."""
    right = np.zeros((len(pictures), 4, len(WORDS)), bool)
    full = quarters(pictures).reshape(len(pictures), 4, -1).max(axis=2) > 0
    for row, caption in enumerate(captions):
        things, place = things_of(caption.splitlines()[0])
        filled = np.flatnonzero(full[row])[:: -1 if place in PLACES.values() else 1]
        for quarter, thing in zip(filled, things, strict=True):
            right[row, quarter] = [word in (thing.size, thing.colour, DIGITS[thing.digit]) for word in WORDS]
    return right.reshape(-1, len(WORDS))


def things_in(logits: np.ndarray) -> list[tuple[tuple[int, int], Thing]]:
    """From the logits of ``WORDS``, (4, 16): where there is a digit, and what kind; none where no size is likely."""
    found = []
    for place, row in zip(QUARTERS, logits, strict=True):
        size, colour, digit = np.split(row, [len(SIZES), len(SIZES) + len(COLOURS)])
        if size.max() >= 0:
            thing = Thing(list(SIZES)[size.argmax()], list(COLOURS)[colour.argmax()], int(digit.argmax()))
            found.append((place, thing))
    return found


def agreed(text: str, there: list[tuple[tuple[int, int], Thing]]) -> list[tuple[str, bool]]:
    """Each statement of the sentence, by its kind, and whether it is so: how many things, what they are, and where.

    Which thing of the sentence is which of the picture is chosen such that most agrees.
    """
    asked, place = things_of(text)
    best: list[tuple[str, bool]] = []
    for chosen in permutations([*there, *[None] * len(asked)], len(asked)):
        found = [("count", len(there) == len(asked))]
        for thing, one in zip(asked, chosen, strict=True):
            same = (False,) * 3 if one is None else [a == b for a, b in zip(thing, one[1], strict=True)]
            found += zip(("size", "colour", "digit"), same, strict=True)
        if place:
            first, second = chosen
            found.append(("relation", first is not None and second is not None and related(first[0], second[0], place)))
        if sum(so for _, so in found) > sum(so for _, so in best) or not best:
            best = found
    return best


def related(first: tuple[int, int], second: tuple[int, int], place: str) -> bool:
    """Whether the first quarter is ``left of``, ``right of``, ``above`` or ``below`` the second one."""
    down, across = second[0] - first[0], second[1] - first[1]
    return place == {(0, 1): "left of", (0, -1): "right of", (1, 0): "above", (-1, 0): "below"}.get((down, across))
