"""Near-duplicates stay together in the split, whatever groups they are in, and nothing else moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lab.contract import Contents
from lab.data.near_duplicates import clusters, picture_pairs, table_pairs, text_pairs
from lab.data.splitting import merged, split
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
    found = picture_pairs(np.concatenate([pictures, noisy, pictures[20:40, :, ::-1]]))
    pairs = {tuple(sorted(map(int, pair))) for part in found for pair in part}
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
    found = clusters(Contents([], texts=texts), pd.Series(list("abcd")))
    assert found[0] == found[1]
    assert len(set(found)) == 3
    assert text_pairs(["", ""])[0].tolist() == [[1, 0]]
