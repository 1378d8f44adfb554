"""Checks of maps, the answers for each pixel of a picture: are they there, and do they belong to their pictures?"""

from __future__ import annotations

import numpy as np

from lab.contract import Contents
from lab.data.checks import Check
from lab.data.picture_copies import grey, shrink
from lab.data.picture_maps import UNKNOWN

SIDE, MOST, ENOUGH = 48, 1500, 200
"""Pixels to which sides are reduced before edges are compared; of how many pairs; from how many on it stops."""


def check_maps(contents: Contents) -> list[Check]:
    maps, pictures = contents.maps, contents.pictures
    assert maps is not None
    assert pictures is not None
    pixels = maps.reshape(len(maps), -1)
    if maps.dtype.kind == "f":
        known = ~np.isnan(pixels)
        checks = [Check("finite", "stop", np.isinf(pixels).any(axis=1), "maps")]
    else:
        known = pixels != UNKNOWN
        strange = (known & (pixels >= len(contents.classes))).any(axis=1)
        checks = [Check("map_of_known_classes", "stop", strange)]
        counts = np.stack([((pixels == number) & known).any(axis=1) for number in range(len(contents.classes))])
        rare = [name for name, found in zip(contents.classes, counts.sum(axis=1), strict=True) if found < 3]
        checks.append(Check("class_in_each_split", "warn", detail=", ".join(rare), holds=not rare))
    values = np.where(known, pixels, pixels[np.arange(len(pixels)), known.argmax(axis=1)][:, None])
    flat = known.any(axis=1) & (values.min(axis=1) == values.max(axis=1))
    checks += [Check("map_known", "stop", ~known.any(axis=1)), Check("map_tells_apart", "warn", flat)]
    belongs, strangers = belonging(pictures, maps)
    severity = "stop" if len(maps) >= ENOUGH else "warn"
    checks.append(Check("maps_belong_to_pictures", severity, None, "maps", holds=belongs))  # type: ignore[arg-type]
    checks.append(Check("map_belongs_to_picture", "warn", strangers))
    return checks


def check_copied_maps(maps: np.ndarray, clusters: np.ndarray) -> Check:
    """Nearly the same picture, and another map: one of them is wrong. A mirrored copy has a mirrored map."""
    differ = np.zeros(len(maps), bool)
    for number in np.flatnonzero(np.bincount(clusters) > 1):
        rows = np.flatnonzero(clusters == number)
        first, others = maps[rows[0]].astype(float), maps[rows[1:]].astype(float)
        gap = [
            np.abs(np.nan_to_num(others - one)) > 0.1 * np.nanmax(np.abs(first), initial=1)
            for one in (first, first[:, ::-1])
        ]
        wrong = np.minimum(*(one.mean(axis=(1, 2)) for one in gap)) > 0.1
        differ[rows[1:]] = wrong
        differ[rows[0]] = wrong.any()
    return Check("copies_agree", "warn", differ, "maps")


def belonging(pictures: np.ndarray, maps: np.ndarray) -> tuple[bool, np.ndarray]:
    """Whether edges of maps lie where their own pictures have edges, more than where others have; and which do not.

    A map is a stranger if many others would fit its picture better, while nearly all maps fit best where they are.
    """
    strangers = np.zeros(len(maps), bool)
    chosen = np.sort(np.random.default_rng(0).permutation(len(maps))[:MOST])
    seen, drawn = _unit(_edges(shrink(grey(pictures[chosen]), SIDE))), _unit(shrink(_borders(maps[chosen]), SIDE))
    if len(chosen) < 20 or not drawn.any():
        return True, strangers
    fit = seen @ drawn.T
    own = np.diag(fit)
    others = (fit.sum(axis=1) - own) / (len(fit) - 1)
    gain = own - others
    belongs = bool(gain.mean() > 3 * gain.std() / np.sqrt(len(gain)))
    better = (fit > own[:, None]).mean(axis=1)  # share of other maps that would fit this picture better
    if belongs and np.quantile(better, 0.9) < 0.1:
        strangers[chosen] = (better > 0.3) & drawn.any(axis=1)
    return belongs, strangers


def _borders(maps: np.ndarray) -> np.ndarray:
    """Where neighbours have other classes; of quantities, by how much they differ (by their logarithms' size)."""
    if maps.dtype.kind != "f":
        across, down = (np.diff(maps, axis=axis, append=np.take(maps, [-1], axis=axis)) != 0 for axis in (1, 2))
        return (across | down).astype(np.float32)
    steps = [np.diff(maps, axis=axis, append=np.take(maps, [-1], axis=axis)) for axis in (1, 2)]
    return np.sqrt(np.nan_to_num(np.abs(steps[0]) + np.abs(steps[1]), posinf=0)).astype(np.float32)


def _edges(pictures: np.ndarray) -> np.ndarray:
    down, across = np.gradient(pictures, axis=(1, 2))
    return np.sqrt(np.hypot(down, across))  # few sharp edges must not outweigh all others


def _unit(values: np.ndarray) -> np.ndarray:
    """Rows of mean 0 and length 1."""
    rows = values.reshape(len(values), -1)
    rows = rows - rows.mean(axis=1, keepdims=True)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
