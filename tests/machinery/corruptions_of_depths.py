"""The corruptions of pictures with a depth map each: maps whose values are quantities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from corruptions import RANDOM, Corruption, change, file, file_later, paint, put, some
from corruptions_of_masks import of_another_copy, redraw

DEPTHS: dict[str, tuple[str, Corruption]] = {
    "depths in another order, digests stale": (
        "digest_of_content",
        redraw(lambda m: m[RANDOM.permutation(len(m))], False),
    ),
    "depths in another order": ("maps_belong_to_pictures", redraw(lambda m: m[RANDOM.permutation(len(m))])),
    "depths one row later": ("maps_belong_to_pictures", redraw(lambda m: np.roll(m, 1, axis=0))),
    "pictures in another order": ("maps_belong_to_pictures", paint(lambda p: p[RANDOM.permutation(len(p))])),
    "an infinite depth": ("finite", redraw(lambda m: some(m, (7, 3, 4), np.inf))),
    "one depth map unknown": ("map_known", redraw(lambda m: some(m, 7, np.nan))),
    "all depth maps unknown": ("map_known", redraw(lambda m: np.full_like(m, np.nan))),
    "one depth map flat": ("map_tells_apart", redraw(lambda m: some(m, 7, 2.0))),
    "depths of another size": ("payload_readable", redraw(lambda m: m[:, 1:])),
    "one depth map too few": ("payload_readable", lambda data: replace(data, maps=data.maps[1:])),  # type: ignore[index]
    "depths as texts": ("payload_readable", redraw(lambda m: m.astype(str))),
    "depths in colours": ("payload_readable", redraw(lambda m: np.stack([m] * 3, axis=3))),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "copies with another depth map": ("copies_agree", of_another_copy),
    "one picture black": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "depth maps cut in half": (
        "payload_readable",
        file("maps.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "depth maps that somebody changed": (
        "payload_as_collected",
        file_later("maps.npy", lambda path: path.write_bytes(path.read_bytes() + b"x")),
    ),
    "depths in millimetres": (
        "expect_column_values_to_be_between",
        lambda data: change("median", lambda depth: 1000 * depth)(redraw(lambda m: 1000 * m)(data)),
    ),
    "a piece below the photograph": ("expect_column_values_to_be_between", put("bottom", 1.4)),
    "a share of known pixels that is none": ("expect_column_values_to_be_between", put("known", 12.0)),
}
