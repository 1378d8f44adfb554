"""Near-duplicates stay together in the split, whatever groups they are in, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.contract import Contents
from lab.data.near_duplicates import Texts, clusters, stars, table_pairs
from lab.data.picture_copies import Pictures
from lab.data.splitting import merged, split
from lab.files import sha256
from lab.settings import SplitSettings

SETTINGS = SplitSettings(validation=0.2, test=0.2, seed=0)


def rows(count: int = 400) -> pd.DataFrame:
    return pd.DataFrame({"id": [f"{row:03d}" for row in range(count)], "sha256": [f"{row}" for row in range(count)]})


def test_the_split_keeps_near_duplicates_together() -> None:
    duplicates = [[f"{row:03d}", f"{row + 200:03d}"] for row in range(0, 200, 2)] + [["000", "001", "003"]]
    where = split(rows(), SETTINGS, None, duplicates)
    for cluster in duplicates:
        assert where[[int(identity) for identity in cluster]].nunique() == 1, cluster
    assert set(where) == {"train", "validation", "test"}


@pytest.mark.parametrize("size", range(3, 9))
def test_a_small_class_is_in_every_split(size: int) -> None:
    for seed in range(20):
        table = rows(10 * size).assign(label=[f"{row % 10}" for row in range(10 * size)])
        where = split(table, SplitSettings(validation=0.1, test=0.1, seed=seed), "label")
        assert (where.groupby(table["label"]).nunique() == 3).all()


def test_near_duplicates_of_two_groups_unite_the_groups() -> None:
    table = rows().assign(group=[f"g{row // 4}" for row in range(400)])
    where = split(table, SETTINGS, None, [["000", "399"], ["398", "201"]])
    assert where[[0, 1, 2, 3, 200, 201, 202, 203, 396, 397, 398, 399]].nunique() == 1
    groups = merged(table["group"], table["id"], [["000", "399"], ["398", "201"]])
    assert groups.nunique() == 98


def test_without_near_duplicates_the_split_is_what_it_was() -> None:
    assert split(rows(), SETTINGS, None).equals(split(rows(), SETTINGS, None, []))


@pytest.mark.parametrize("size", [(8, 8), (28, 28), (40, 90), (100, 70, 3)])
def test_copies_of_pictures_of_any_size_are_found(size: tuple[int, ...]) -> None:
    """Smooth random pictures, as photographs are; copies with noise, and mirrored."""
    random = np.random.default_rng(0)
    coarse = random.random((60, 8, 8, *size[2:]))
    repeats = np.repeat(np.repeat(coarse, -(-size[0] // 8), axis=1), -(-size[1] // 8), axis=2)
    pictures = (255 * repeats[:, : size[0], : size[1]]).astype(np.uint8)
    noisy = (pictures[:20] + random.normal(0, 4, (20, *size))).clip(0, 255).astype(np.uint8)
    found = Pictures.of(np.concatenate([pictures, noisy, pictures[20:40, :, ::-1]])).pairs()
    pairs = {tuple(sorted(map(int, pair))) for pair in found}
    assert pairs == {(row, 60 + row) for row in range(40)}


def test_few_valued_tables_are_not_taken_for_copies() -> None:
    """Three questions with five answers each: many rows are equal by chance, and no copies."""
    random = np.random.default_rng(0)
    survey = pd.DataFrame(random.integers(1, 6, (300, 3)), columns=list("abc"))
    assert table_pairs(survey) == []
    measured = survey.assign(d=random.normal(size=300), e=random.normal(size=300))
    both = pd.concat([measured, measured.head(30)], ignore_index=True)
    assert {tuple(map(int, pair)) for pair in table_pairs(both)[0]} == {(300 + row, row) for row in range(30)}


def test_chinese_texts_that_differ_in_a_sign_are_found() -> None:
    text = "這支手機的電池可以用兩天，螢幕很亮，拍照也很清楚，只是音量鍵有一點鬆，整體來說非常值得推薦給大家。"
    texts = [
        text,
        text.replace("很亮", "好亮"),
        text[:20],
        "完全不同的評論：餐廳的服務生態度冷淡，菜又冷又鹹，等了一個小時才上第一道菜，再也不會去了。",
    ]
    found, uniform = clusters(Contents([], texts=texts), pd.Series(list("abcd")))
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert not uniform.any()
    assert Texts.of(["", ""]).same()[0].tolist() == [[1, 0]]


KINDS = {
    "soft shades": lambda random: soft_shades(random),
    "plain shapes": lambda random: plain_shape(random, (255, 255, 255)),
    "shapes on soft shades": lambda random: plain_shape(random, soft_shades(random)),
}


def soft_shades(random: np.random.Generator) -> np.ndarray:
    """From one colour to another, in some direction."""
    one, other = random.integers(0, 256, (2, 3))
    angle, (y, x) = random.uniform(0, 6.3), np.mgrid[:48, :48] / 47
    slope = np.cos(angle) * x + np.sin(angle) * y
    return (one + (other - one) * ((slope - slope.min()) / np.ptp(slope))[..., None]).astype(np.uint8)


def plain_shape(random: np.random.Generator, ground: int | np.ndarray | tuple[int, int, int]) -> np.ndarray:
    picture = np.empty((48, 48, 3), np.uint8)
    picture[:] = ground
    x, y = random.integers(0, 24, 2)
    width, height = random.integers(5, 24, 2)
    picture[y : y + height, x : x + width] = random.integers(0, 200, 3)
    return picture


def drawn(kind: str, count: int = 300) -> np.ndarray:
    return np.stack([KINDS[kind](np.random.default_rng([7, number])) for number in range(count)])


def found_in(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return clusters(Contents([], pictures=pictures), pd.Series([sha256(each.tobytes()) for each in pictures]))


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_of_little_texture_are_no_copies(kind: str) -> None:
    """They lie near each other; only those that somebody copied are told."""
    pictures, random = drawn(kind), np.random.default_rng(0)
    numbers, uniform = found_in(pictures)
    alone = len(set(numbers))
    assert alone >= 299  # one plain shape happens to be another's mirror image, nearly
    assert not uniform.any()
    some = pictures[::10]
    other_pixel = some.copy()
    other_pixel[:, 20, 20] = 255 - other_pixel[:, 20, 20]
    noisy = (some + random.normal(0, 3, some.shape)).clip(0, 255).astype(np.uint8)
    for least, copies in {30: other_pixel, 26: noisy, 29: some[:, :, ::-1]}.items():
        numbers, _ = found_in(np.concatenate([pictures, copies]))
        together = numbers[300:] == numbers[:300:10]
        assert together.sum() >= least
        assert len(set(numbers)) == alone + 30 - together.sum()


def test_colour_parts_pictures_of_the_same_grey() -> None:
    """The same shapes in red, and in a green of the same brightness: as grey pictures they are equal."""
    shapes = drawn("plain shapes", 60).min(axis=3, keepdims=True) < 255
    red, green = (
        np.where(shapes, np.array(colour, np.uint8), np.uint8(255)) for colour in ([210, 60, 60], [60, 210, 60])
    )
    numbers, _ = found_in(np.concatenate([red, green]).astype(np.uint8))
    assert len(set(numbers)) == 120


def test_a_row_of_pictures_is_not_one_cluster() -> None:
    """Each is a copy of the one before, the last none of the first: a slow film of a dawn."""
    night = np.random.default_rng(0).integers(0, 90, (40, 64, 3), dtype=np.uint8)
    numbers, uniform = found_in(np.stack([night + np.uint8(4 * second) for second in range(40)]))
    assert 2 <= len(set(numbers)) < 40
    assert not uniform.any()
    assert np.bincount(numbers).max() < 8


def test_too_many_that_look_alike_are_told_and_not_kept_together() -> None:
    random = np.random.default_rng(0)
    others = random.integers(0, 256, (200, 16, 16), dtype=np.uint8)
    alike = (others[:1] + random.normal(0, 3, (60, 16, 16))).clip(0, 255).astype(np.uint8)
    numbers, uniform = found_in(np.concatenate([others, alike[:15]]))
    assert not uniform.any()
    assert np.flatnonzero(numbers == numbers[0]).tolist() == [0, *range(200, 215)]
    numbers, uniform = found_in(np.concatenate([others, alike]))
    assert np.flatnonzero(uniform).tolist() == [0, *range(200, 260)]
    assert len(set(numbers)) == 260


def test_who_is_reached_through_others_must_be_near_himself() -> None:
    values = np.array([0, 1, 2, 3, 10, 11])
    pairs = np.array([[0, 1], [1, 2], [2, 3], [4, 5]])
    found, _ = stars(6, pairs, lambda row, others: np.abs(values[others] - values[row]) <= 1)
    assert sorted(map(sorted, found.tolist())) == [[0, 1], [1, 2], [4, 5]]
    found, _ = stars(6, pairs, lambda row, others: np.abs(values[others] - values[row]) <= 2)
    assert sorted(map(sorted, found.tolist())) == [[0, 1], [1, 2], [1, 3], [4, 5]]
