"""Maps, a value for each pixel of a picture: what is wrong is told, whether they are classes or quantities."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from lab.contract import Contents
from lab.data.map_checks import check_copied_maps, check_maps
from lab.data.picture_maps import UNKNOWN, pixel_features
from lab.words import in_language


def discs(number: int = 60, side: int = 32) -> tuple[np.ndarray, np.ndarray]:
    """Bright discs on dark, noisy ground; and where they are."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side]
    places = random.integers(9, side - 9, (number, 2, 1, 1))
    inside = (y - places[:, 0]) ** 2 + (x - places[:, 1]) ** 2 < random.integers(4, 9, (number, 1, 1)) ** 2
    pictures = np.where(inside, 180, 70) + random.integers(-25, 25, inside.shape)
    return pictures.astype(np.uint8), inside


def told(pictures: np.ndarray, maps: np.ndarray) -> dict[str, int | str]:
    """What is wrong, and of how many rows."""
    checks = check_maps(Contents(hashed=(), pictures=pictures, maps=maps, classes=("ground", "disc")))
    return {
        one.kind: in_language(one.detail, "en") if one.wrong is None else int(one.wrong.sum())
        for one in checks
        if (not one.holds if one.wrong is None else one.wrong.any())
    }


KINDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "classes": lambda inside: np.where(inside, 1, 0).astype(np.uint8),
    "quantities": lambda inside: np.where(inside, 1.5, 4.0).astype(np.float32),
}
NOBODY = {"classes": UNKNOWN, "quantities": np.nan}


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_with_maps_is_told(kind: str) -> None:
    pictures, inside = discs()
    maps = KINDS[kind](inside)
    assert told(pictures, maps) == {}
    partly = maps.copy()
    partly[:, :4] = NOBODY[kind]  # a border that nobody knows is no mistake
    assert told(pictures, partly) == {}
    assert "maps_belong_to_pictures" in told(pictures, np.roll(maps, 1, axis=0))
    assert "maps_belong_to_pictures" in told(pictures, maps[:, :, ::-1])
    swapped = maps.copy()
    swapped[[11, 12]] = maps[[12, 11]]  # discs far from each other
    assert told(pictures, swapped)["map_belongs_to_picture"] == 2
    nobody = maps.copy()
    nobody[5] = NOBODY[kind]
    assert told(pictures, nobody) == {"map_known": 1}
    empty = maps.copy()
    empty[5] = maps.max()
    assert told(pictures, empty) == {"map_tells_apart": 1}


def test_a_value_without_a_class_and_a_quantity_without_an_end_stop() -> None:
    pictures, inside = discs()
    maps, depths = (KINDS[kind](inside) for kind in ("classes", "quantities"))
    maps[7, 3, 4], depths[7, 3, 4] = 2, np.inf
    assert told(pictures, maps)["map_of_known_classes"] == 1
    assert told(pictures, depths)["finite"] == 1
    assert (
        told(pictures, KINDS["classes"](inside & (np.arange(60) < 2)[:, None, None]))["class_in_each_split"] == "disc"
    )


def test_copies_must_have_the_same_map_or_be_mirrored_as_their_maps_are() -> None:
    _, inside = discs(4)
    for maps in (kind(inside) for kind in KINDS.values()):
        clusters = np.array([0, 0, 1, 2])
        assert check_copied_maps(np.stack([maps[0], maps[0], *maps[2:]]), clusters).wrong.sum() == 0  # type: ignore[union-attr]
        assert check_copied_maps(np.stack([maps[0], maps[0, :, ::-1], *maps[2:]]), clusters).wrong.sum() == 0  # type: ignore[union-attr]
        assert check_copied_maps(maps, clusters).wrong.tolist() == [True, True, False, False]  # type: ignore[union-attr]


def test_pixel_features_know_the_surroundings_and_the_place() -> None:
    pictures, inside = discs(8)
    grey, coloured = pixel_features(pictures), pixel_features(np.stack([pictures] * 3, axis=3))
    assert grey.shape[:3] == coloured.shape[:3] == inside.shape
    assert coloured.shape[3] > grey.shape[3]
    assert np.array_equal(grey[0, ..., -2:], grey[1, ..., -2:])  # the place is the same in all pictures
    alone = pixel_features(pictures[2:3])
    np.testing.assert_allclose(alone[0], grey[2], atol=1e-6)  # and nothing comes from another picture
