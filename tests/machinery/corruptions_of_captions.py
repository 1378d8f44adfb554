"""The corruptions of pictures with sentences that tell of them, and of those that are drawn from sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from corruptions import RANDOM, Corruption, change, file, noise, paint, put, shuffled, some

CAPTIONS: dict[str, tuple[str, Corruption]] = {
    "pictures in another order": ("digest_of_content", paint(lambda p: p[RANDOM.permutation(len(p))], rehash=False)),
    "a blank picture": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "a picture of one grey": ("picture_shows_something", paint(lambda p: some(p, 7, 120))),
    "a picture hardly seen": ("brightness_plausible", paint(lambda p: some(p, 7, p[7] // 40))),
    "a caption without its picture": ("payload_readable", lambda data: replace(data, pictures=data.pictures[1:])),  # type: ignore[index]
    "a picture without its caption": ("payload_readable", lambda data: replace(data, rows=data.rows.iloc[1:])),
    "a missing caption": ("answer_is_there", put("caption", None)),
    "an empty caption": ("text_says_something", put("caption", "")),
    "a caption of blanks": ("text_says_something", put("caption", "  \u200b ")),
    "a caption with a sign that was lost": ("clean_text", put("caption", "a large red thr\ufffde")),
    "the same caption everywhere": ("texts_differ", change("caption", lambda texts: ["a small red one"] * len(texts))),
    "captions of other pictures": ("better_than_chance", change("caption", shuffled)),
    "a word that no rule writes": (
        "expect_column_values_to_match_regex",
        put("caption", "a huge red three\nthere is a huge red three"),
    ),
    "one wording is missing its end": (
        "expect_column_values_to_match_regex",
        change("caption", lambda texts: texts.str[:-4]),
    ),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "copies with slight noise": ("no_near_duplicate", lambda data: data.copies(noise)),
    "copies with other captions": ("copies_agree", lambda data: data.copies(caption=lambda texts: texts.str.upper())),
    "pictures without colours": (
        "shape_as_before",
        lambda data: paint(lambda p: p.mean(axis=3).astype(np.uint8))(data.remembered()),
    ),
    "a quarter of the pictures": ("shape_as_before", lambda data: paint(lambda p: p[:, :20, :20])(data.remembered())),
    "a payload cut in half": (
        "payload_readable",
        file("pictures.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "an unknown kind of scene": ("expect_column_distinct_values_to_be_in_set", put("kind", "crowd")),
    "a group without a name": ("expect_column_values_to_match_regex", put("group", "")),
}

ASKED: dict[str, tuple[str, Corruption]] = {
    **{
        name: CAPTIONS[name]
        for name in (
            "pictures in another order",
            "a blank picture",
            "a picture hardly seen",
            "a caption without its picture",
            "a missing caption",
            "an empty caption",
            "the same caption everywhere",
            "captions of other pictures",
            "a word that no rule writes",
            "copies",
            "pictures without colours",
        )
    },
    "a scene of scans that the judge learned from": (
        "expect_column_values_to_match_regex",
        put("group", "scans 93"),
    ),
}
"""The same data, of which a judge learned from others: the rules are tried that drawing depends on most."""
