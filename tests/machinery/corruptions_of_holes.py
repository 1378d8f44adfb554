"""The corruptions of pictures with a hole each: what is removed is no answer, and need not fit the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from corruptions import RANDOM, Corruption, file, file_later, paint, put, some
from corruptions_of_masks import redraw

HOLES: dict[str, tuple[str, Corruption]] = {
    "holes in another order, digests stale": (
        "digest_of_content",
        redraw(lambda m: m[RANDOM.permutation(len(m))], False),
    ),
    "pictures in another order, digests stale": (
        "digest_of_content",
        lambda data: replace(data, pictures=np.roll(data.pictures, 1, axis=0)),  # type: ignore[arg-type]
    ),
    "holes from 0 to 255": ("payload_readable", redraw(lambda m: 255 * m)),
    "holes as numbers with a fraction": ("payload_readable", redraw(lambda m: m.astype(np.float32))),
    "holes of another size": ("payload_readable", redraw(lambda m: m[:, 1:])),
    "holes in colours": ("payload_readable", redraw(lambda m: np.stack([m] * 3, axis=3))),
    "one hole too few": ("payload_readable", lambda data: replace(data, maps=data.maps[1:])),  # type: ignore[index]
    "nothing removed": ("expect_column_values_to_be_between", put("removed", 0.0)),
    "a share of removed pixels that is none": ("expect_column_values_to_be_between", put("removed", 20.8)),
    "a hole of an unknown kind": ("expect_column_values_to_be_in_set", put("hole", "circle")),
    "a hole of no kind": ("expect_column_values_to_not_be_null", put("hole", None)),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "one picture black": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "holes cut in half": (
        "payload_readable",
        file("maps.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "holes that somebody changed": (
        "payload_as_collected",
        file_later("maps.npy", lambda path: path.write_bytes(path.read_bytes() + b"x")),
    ),
}
