"""The corruptions of pictures and their labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from corruptions import (
    RANDOM,
    Corruption,
    another,
    change,
    decimals,
    few,
    fewer,
    file,
    file_later,
    moved,
    noise,
    one_pixel,
    paint,
    put,
    shuffled,
    some,
)

PICTURES: dict[str, tuple[str, Corruption]] = {
    "pictures in another order": ("digest_of_content", paint(lambda p: p[RANDOM.permutation(len(p))], rehash=False)),
    "pictures one row later": ("digest_of_content", paint(lambda p: np.roll(p, 1, axis=0), rehash=False)),
    "all pictures black, digests stale": ("picture_shows_something", paint(np.zeros_like, rehash=False)),
    "all pictures black": ("picture_shows_something", paint(np.zeros_like)),
    "one picture black": ("picture_shows_something", paint(lambda p: some(p, 7, 0))),
    "one picture white": ("picture_shows_something", paint(lambda p: some(p, 7, p.max()))),
    "pictures in another unit": (
        "scale_as_before",
        lambda data: paint(lambda p: (p * 15.0).astype(np.uint16))(data.remembered()),
    ),
    "pictures of another type": ("shape_as_before", lambda data: paint(lambda p: p.astype(float))(data.remembered())),
    "pictures of another size": ("shape_as_before", lambda data: paint(lambda p: p[:, 1:])(data.remembered())),
    "a pixel that is no number": (
        "finite",
        paint(lambda p: some(p.astype(float), (7, 0, 0), np.nan)),
    ),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "copies with another pixel": ("no_near_duplicate", lambda data: data.copies(one_pixel)),
    "copies with slight noise": ("no_near_duplicate", lambda data: data.copies(noise)),
    "copies moved by a pixel": ("no_near_duplicate", lambda data: data.copies(moved)),
    "mirrored copies": ("no_near_duplicate", lambda data: data.copies(lambda p: p[:, :, ::-1])),
    "copies with another label": (
        "copies_agree",
        lambda data: data.copies(label=lambda labels: (labels + 1) % 10),
    ),
    "labels of other rows": ("better_than_chance", change("label", shuffled)),
    "half of the labels wrong": ("answers_predictable", change("label", lambda x: shuffled(x, 0.6))),
    "5 % of the labels wrong": ("labels_believable", change("label", lambda x: another(x, 0.05))),
    "2 % of the labels wrong": ("labels_believable", change("label", lambda x: another(x, 0.02))),
    "a pixel that is the label": (
        "answer_not_given",
        lambda data: paint(lambda p: some(p, (slice(None), 0, 0), data.rows["label"]))(data),
    ),
    "99 to 1": ("balanced", fewer(3, 5)),
    "a class of three": ("class_large_enough", fewer(3, 3)),
    "a class of two": ("class_in_each_split", fewer(3, 2)),
    "one class": ("several_classes", change("label", lambda labels: labels * 0)),
    "a missing label": ("answer_is_there", put("label", None)),
    "labels as decimals": ("plain_type", change("label", decimals)),
    "labels spelt in two ways": ("one_spelling", change("label", lambda x: few(x.astype(str), lambda y: y + " "))),
    "ink without an end": ("finite", put("ink", np.inf)),
    "ink all the same": ("varies", change("ink", lambda ink: ink * 0 + 0.2)),
    "a payload cut in half": (
        "payload_readable",
        file("pictures.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "no payload": ("payload_readable", file("pictures.npy", lambda path: path.unlink())),
    "a payload that is a text": ("payload_readable", file("pictures.npy", lambda path: path.write_bytes(b"hello"))),
    "one picture too few": ("payload_readable", lambda data: replace(data, pictures=data.pictures[1:])),  # type: ignore[index]
    "pictures as rows": ("payload_readable", paint(lambda p: p.reshape(len(p), -1))),
    "an array of objects": ("payload_readable", paint(lambda p: p.astype(object), rehash=False)),
    "a file more": ("no_stray_file", file_later("notes.txt", lambda path: path.write_bytes(b"x"))),
    "a payload that somebody changed": (
        "payload_as_collected",
        file_later("pictures.npy", lambda path: path.write_bytes(path.read_bytes() + b"x")),
    ),
}
