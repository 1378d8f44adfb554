"""The corruptions of pictures with a map each: masks, whose values are classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from corruptions import RANDOM, Corruption, Data, change, file, file_later, noise, paint, put, some


def redraw(how: Callable[[np.ndarray], np.ndarray], rehash: bool = True) -> Corruption:
    """Other maps, with or without the digests that belong to them."""

    def corrupt(data: Data) -> Data:
        assert data.maps is not None
        changed = replace(data, maps=how(data.maps.copy()))
        return changed.hashed() if rehash else changed

    return corrupt


def of_another_copy(data: Data) -> Data:
    """Copies of pictures with the map of another picture."""
    copied = data.copies()
    assert copied.maps is not None
    maps, old = copied.maps.copy(), len(data.rows)
    maps[old:] = np.roll(maps[old:], 1, axis=0)
    return replace(copied, maps=maps).hashed()


def without_class(number: int, left: int) -> Callable[[np.ndarray], np.ndarray]:
    def how(maps: np.ndarray) -> np.ndarray:
        there = np.flatnonzero((maps == number).any(axis=(1, 2)))[left:]
        maps[there] = np.where(maps[there] == number, 0, maps[there])
        return maps

    return how


MASKS: dict[str, tuple[str, Corruption]] = {
    "masks in another order, digests stale": (
        "digest_of_content",
        redraw(lambda m: m[RANDOM.permutation(len(m))], False),
    ),
    "masks in another order": ("maps_belong_to_pictures", redraw(lambda m: m[RANDOM.permutation(len(m))])),
    "masks one row later": ("maps_belong_to_pictures", redraw(lambda m: np.roll(m, 1, axis=0))),
    "masks upside down": ("maps_belong_to_pictures", redraw(lambda m: m[:, ::-1])),
    "the masks of two pictures swapped": (
        "map_belongs_to_picture",
        redraw(lambda m: some(m, [7, 8], m[[8, 7]])),
    ),
    "pictures in another order": ("maps_belong_to_pictures", paint(lambda p: p[RANDOM.permutation(len(p))])),
    "one mask empty": ("map_tells_apart", redraw(lambda m: some(m, 7, 0))),
    "all masks empty": ("map_tells_apart", redraw(np.zeros_like)),
    "one mask unknown": ("map_known", redraw(lambda m: some(m, 7, 255))),
    "a value that is no class": ("map_of_known_classes", redraw(lambda m: some(m, (7, 3, 4), 200))),
    "classes numbered from another end": ("map_of_known_classes", redraw(lambda m: np.where(m > 0, 254 - m, 0))),
    "masks of another size": ("payload_readable", redraw(lambda m: m[:, 1:])),
    "one mask too few": ("payload_readable", lambda data: replace(data, maps=data.maps[1:])),  # type: ignore[index]
    "masks as texts": ("payload_readable", redraw(lambda m: m.astype(str))),
    "masks in colours": ("payload_readable", redraw(lambda m: np.stack([m] * 3, axis=3))),
    "a class in two pictures": ("class_in_each_split", redraw(without_class(3, 2))),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "copies with slight noise": ("no_near_duplicate", lambda data: data.copies(noise)),
    "copies with another mask": ("copies_agree", of_another_copy),
    "one picture black": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "masks cut in half": (
        "payload_readable",
        file("maps.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "no names of classes": ("payload_readable", file("classes.json", lambda path: path.unlink())),
    "masks that somebody changed": (
        "payload_as_collected",
        file_later("maps.npy", lambda path: path.write_bytes(path.read_bytes() + b"x")),
    ),
    "a share that is none": ("expect_column_values_to_be_between", put("foreground", 12.0)),
    "shares all the same": ("varies", change("foreground", lambda share: share * 0 + 0.1)),
}
