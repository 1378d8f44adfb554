"""A scene is read from its sentence and from its quarters, and the two are held against each other."""

from __future__ import annotations

import numpy as np

from lab.data.digit_scenes import THINGS, Thing, draw_scenes, things_of, wordings
from lab.data.scene_reading import WORDS, agreed, quarters, words_of_quarters


def test_what_a_sentence_tells_is_read_back_from_it() -> None:
    """Both wordings of each kind of scene; ``sixes`` and ``zeros``."""
    random = np.random.default_rng(0)
    for number in range(200):
        first, second = (THINGS[row] for row in random.choice(len(THINGS), 2, replace=False))
        pair = [Thing("large", *first[1:]), Thing("small", *second[1:])]
        things, place = [(pair, "below"), ([first] * (1 + number % 3), "")][number % 2]
        for text in wordings(things, place):
            assert things_of(text) == (things, place)


def test_a_scene_is_held_against_its_sentence() -> None:
    six, three = Thing("large", "blue", 6), Thing("small", "red", 3)
    text = "there is a large blue six below a small red three"
    right = [((1, 1), six), ((0, 1), three)]
    assert [kind for kind, _ in agreed(text, right)] == [
        "count",
        *("size", "colour", "digit") * 2,
        "relation",
    ]
    assert all(so for _, so in agreed(text, right))
    assert [kind for kind, so in agreed(text, [((0, 1), six), ((1, 1), three)]) if not so] == ["relation"]
    assert [kind for kind, so in agreed(text, [*right, ((0, 0), six)]) if not so] == ["count"]
    assert [so for _, so in agreed(text, [((0, 0), three)])].count(True) == 3
    assert not any(so for _, so in agreed(text, []))
    assert [kind for kind, so in agreed("two small red threes", [((0, 0), three), ((1, 1), six)]) if not so] == [
        "size",
        "colour",
        "digit",
    ]


def test_quarters_have_the_words_of_what_stands_in_them() -> None:
    pictures, rows = draw_scenes(60, range(1), seed=0)
    shown = np.moveaxis(pictures, 3, 1)
    parts, right = quarters(shown), words_of_quarters(shown, [row["caption"] for row in rows])
    sums, full = parts.sum(axis=(2, 3)), right.any(axis=1)
    assert (right.sum(axis=1) == 3 * full).all()
    assert (sums.any(axis=1) == full).all()
    assert (sums[right[:, WORDS.index("red")]].argmax(axis=1) == 0).all()
    assert (sums[right[:, WORDS.index("blue")]].argmax(axis=1) == 2).all()
    area = (parts.max(axis=1) > 0).sum(axis=(1, 2))
    assert area[right[:, 0]].min() > 0.5 * area[right[:, 1]].mean()
    assert area[right[:, 0]].mean() > 2 * area[right[:, 1]].mean()
