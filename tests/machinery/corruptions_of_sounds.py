"""The corruptions of sounds and their labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from corruptions import RANDOM, Corruption, change, few, fewer, file, paint, put, shuffled, some


def with_noise(sounds: np.ndarray) -> np.ndarray:
    return (sounds + RANDOM.normal(scale=60, size=sounds.shape)).clip(-32767, 32767).astype(sounds.dtype)


def another_land(labels):  # type: ignore[no-untyped-def]
    names = sorted(labels.unique())
    return labels.map({name: names[place - 1] for place, name in enumerate(names)})


SOUNDS: dict[str, tuple[str, Corruption]] = {
    "sounds in another order": ("digest_of_content", paint(lambda s: s[RANDOM.permutation(len(s))], rehash=False)),
    "all sounds silent": ("sound_is_heard", paint(np.zeros_like)),
    "one sound silent": ("sound_is_heard", paint(lambda s: some(s, 7, 0))),
    "one sound constant": ("sound_is_heard", paint(lambda s: some(s, 7, 900))),
    "one sound hardly heard": ("loudness_plausible", paint(lambda s: some(s, 7, s[7] // 500))),
    "a sound recorded too loud": (
        "sound_not_clipped",
        paint(lambda s: some(s, 7, (s[7].astype(int) * 20).clip(-32767, 32767))),
    ),
    "a sample that is no number": ("finite", paint(lambda s: some(s.astype(np.float32), (7, 0), np.nan))),
    "half of the samples": ("shape_as_before", lambda data: paint(lambda s: s[:, ::2])(data.remembered())),
    "sounds in another unit": (
        "scale_as_before",
        lambda data: paint(lambda s: (s / 32767).astype(np.float32))(data.remembered()),
    ),
    "copies": ("no_near_duplicate", lambda data: data.copies()),
    "copies with slight noise": ("no_near_duplicate", lambda data: data.copies(with_noise)),
    "copies half as loud": ("no_near_duplicate", lambda data: data.copies(lambda s: s // 2)),
    "copies a little later": (
        "no_near_duplicate",
        lambda data: data.copies(lambda s: np.pad(s[:, :-40], ((0, 0), (40, 0)))),
    ),
    "copies with another label": ("copies_agree", lambda data: data.copies(label=another_land)),
    "labels of other rows": ("better_than_chance", change("label", shuffled)),
    "half of the labels wrong": ("answers_predictable", change("label", lambda x: shuffled(x, 0.6))),
    "a first sample that is the label": (
        "answer_not_given",
        lambda data: paint(lambda s: some(s, (slice(None), 0), 500 * data.rows["label"].factorize()[0]))(data),
    ),
    "99 to 1": ("balanced", fewer("China", 5)),
    "a class of two": ("class_in_each_split", fewer("China", 2)),
    "one class": ("several_classes", change("label", lambda labels: ["China"] * len(labels))),
    "a missing label": ("answer_is_there", put("label", None)),
    "labels spelt in two ways": ("one_spelling", change("label", lambda x: few(x, lambda y: y.str.lower()))),
    "a payload cut in half": (
        "payload_readable",
        file("sounds.npy", lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])),
    ),
    "one sound too few": ("payload_readable", lambda data: replace(data, pictures=data.pictures[1:])),  # type: ignore[index]
    "sounds with two channels": ("payload_readable", paint(lambda s: np.stack([s, s], axis=2))),
    "loudness out of range": ("expect_column_values_to_be_between", put("loudness", 12.0)),
}
