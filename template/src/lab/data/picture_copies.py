"""Pictures that are copies of each other, or nearly: with slight noise or a few other pixels, mirrored, saved again.

Pictures of little texture (plain shapes on a ground, soft shades) lie near each other without being copies. So two
count as copies only if all that parts them is what copying does: noise without a shape of its own, a few pixels, or
slightly other light on the same fine details. Colours count, and all is compared with each picture's own contrast.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

import numpy as np

THUMBNAIL, SIDE = 64, 8
"""No side of what is compared is longer; and neighbours are sought among these, far smaller."""
SLIGHT, LARGE = 0.03, 0.1
"""Of 0 to 1: what may part all pixels (root mean square), and what a pixel may differ by without being another."""
SHIFTS = [(0, 0), (0, 1), (1, 0), (1, 1), (1, -1), (0, -1), (-1, 0), (-1, -1), (-1, 1)]
PART = 512
"""Pairs that are compared at once: all of them may not fit in memory."""


def grey(pictures: np.ndarray) -> np.ndarray:
    """(n, h, w) float32, from 0 (the darkest of all) to 1 (the brightest), no side above ``THUMBNAIL``."""
    parts = []
    for start in range(0, len(pictures), 1024):
        part = np.nan_to_num(pictures[start : start + 1024].astype(np.float32), posinf=0, neginf=0)
        parts.append(shrink(part.mean(axis=3) if part.ndim == 4 else part, THUMBNAIL))
    if not parts:
        return np.zeros((0, 1, 1), np.float32)
    values = np.concatenate(parts)
    low, high = float(values.min()), float(values.max())
    return (values - low) / np.float32(max(high - low, 1e-9))


def shrink(pictures: np.ndarray, side: int) -> np.ndarray:
    """Means over rectangles, so that neither height nor width, axes 1 and 2, is above ``side``."""
    height, width = pictures.shape[1:3]
    rows, columns = (np.linspace(0, size, min(size, side), endpoint=False).astype(int) for size in (height, width))
    sums = np.add.reduceat(np.add.reduceat(pictures, rows, axis=1), columns, axis=2)
    area = np.diff(np.append(rows, height))[:, None] * np.diff(np.append(columns, width))[None]
    return sums / area.astype(np.float32).reshape(area.shape + (1,) * (pictures.ndim - 3))


def thumbnails(pictures: np.ndarray) -> np.ndarray:
    """(n, h, w, channels) uint8, from 0 (the lowest value of all) to 255, no side above ``THUMBNAIL``."""
    pictures = pictures if pictures.ndim == 4 else pictures[..., None]
    finite = pictures[np.isfinite(pictures)] if pictures.dtype.kind == "f" else pictures
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    scale = np.float32(255 / max(high - low, 1e-9))
    parts = []
    for start in range(0, len(pictures), 1024):
        part = np.nan_to_num(pictures[start : start + 1024].astype(np.float32), nan=low, posinf=low, neginf=low)
        parts.append(((shrink(part, THUMBNAIL) - low) * scale + 0.5).clip(0, 255).astype(np.uint8))
    return np.concatenate(parts)


@dataclass(frozen=True)
class Pictures:
    """Which of some pictures are copies of each other."""

    upright: np.ndarray
    mirrored: np.ndarray
    """Thumbnails of both. Mirrored first: parts of a side that cannot be halved are not the same from its other end."""
    shifts: list[tuple[int, int]]
    """By how many pixels, down and to the right, a copy may have moved."""
    contrast: np.ndarray
    """Of each: how far its pixels are from its mean colour (root mean square)."""
    details: np.ndarray
    """Of each: how far its pixels are from those around them."""
    few: np.ndarray
    """Of each: as how many pixels may be others in a copy."""

    @classmethod
    def of(cls, pictures: np.ndarray) -> Pictures:
        upright, wide = thumbnails(pictures), pictures.shape[2] > THUMBNAIL
        mirrored = thumbnails(pictures[:, :, ::-1]) if wide else upright[:, :, ::-1]
        # A picture that was made smaller hardly moves when it moves by a pixel.
        shifts = SHIFTS if max(pictures.shape[1:3]) <= THUMBNAIL else SHIFTS[:1]
        parts = [_looks(upright[start : start + PART]) for start in range(0, len(upright), PART)]
        return cls(upright, mirrored, shifts, *np.concatenate(parts, axis=1))

    def same(self) -> list[np.ndarray]:
        """Those of the same bytes have the same digest already."""
        return []

    def pairs(self) -> np.ndarray:
        """Rows (n, 2) of copies, among the nearest few of each picture."""
        if len(self.upright) < 2:
            return np.zeros((0, 2), int)
        # What lies down and to the right of another is found from the other: half of the shifts will do.
        views = [_shifted(self.upright, self.upright, shift) for shift in self.shifts[:5]]
        found = []
        for one, other in [*views, (self.upright, self.mirrored)]:
            first, second = _neighbours(one, other)
            parts = [slice(start, start + PART) for start in range(0, len(first), PART)]
            copied = [self._copied(first[part], one[first[part]], other[second[part]]) for part in parts]
            found.append(np.stack([first, second], axis=1)[np.concatenate([*copied, np.zeros(0, bool)])])
        return np.concatenate(found)

    def near(self, row: int, others: np.ndarray) -> np.ndarray:
        """Which ``others`` are copies of ``row`` itself."""
        rows = np.full(len(others), row)
        views = [_shifted(self.upright[rows], self.upright[others], shift) for shift in self.shifts]
        views.append((self.upright[rows], self.mirrored[others]))
        return np.any([self._copied(rows, *view) for view in views], axis=0)

    def _copied(self, rows: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
        """Whether each of ``other`` is a copy of its picture in ``one``: those of ``rows``, or a part of them."""
        difference = (other.astype(np.float32) - one) / 255
        another = _largest(np.abs(difference)) > LARGE
        retouched = another.sum(axis=(1, 2)) <= self.few[rows]
        difference *= ~(another & retouched[:, None, None])[..., None]
        size = _size(difference)
        copied = (retouched | (size <= SLIGHT)) & (size <= self.contrast[rows] / 2)
        rows, difference, size = rows[copied], difference[copied], size[copied]
        light = difference.mean(axis=(1, 2), keepdims=True)
        left, details = difference - light, self.details[rows]
        same = size <= np.minimum(0.01, 0.08 * self.contrast[rows])
        noise = _size(shrink(left, max(1, max(one.shape[1:3]) // 4))) <= 0.5 * _size(left)
        same_details = (details > 0.02) & (_size(_edges(left)) <= 0.3 * details)
        copied[copied] = (np.abs(light).max(axis=(1, 2, 3)) <= SLIGHT) & (same | noise | same_details)
        return copied


def _looks(pictures: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Contrast, details, and how many pixels are few."""
    values = pictures.astype(np.float32) / 255
    inked = (_largest(np.abs(values - np.median(values, axis=(1, 2), keepdims=True))) > LARGE).sum(axis=(1, 2))
    # Of a drawing of thin lines, a half per cent of the pixels may be half of the lines.
    few = np.minimum(0.005 * values[0, ..., 0].size, 0.05 * inked).clip(1)
    return _size(values - values.mean(axis=(1, 2), keepdims=True)), _size(_edges(values)), few


def _shifted(one: np.ndarray, other: np.ndarray, shift: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """What both show, if ``one`` lies ``shift`` pixels down and to the right of ``other``."""

    def cut(pictures: np.ndarray, down: int, right: int) -> np.ndarray:
        height, width = pictures.shape[1:3]
        return pictures[:, max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]

    down, right = shift
    return cut(one, down, right), cut(other, -down, -right)


def _neighbours(one: np.ndarray, other: np.ndarray, most: int = 6) -> tuple[np.ndarray, np.ndarray]:
    """Rows of ``one`` and of ``other``: of each of these the few nearest, on the main axes of small versions."""
    from scipy.spatial import KDTree

    def small(pictures: np.ndarray) -> np.ndarray:
        parts = [shrink(pictures[i : i + 1024].astype(np.float32), SIDE) for i in range(0, len(pictures), 1024)]
        return np.concatenate(parts).reshape(len(pictures), -1) / 255

    still, moved = small(one), small(other)
    near = 0.05 if max(one.shape[1:3]) > 2 * SIDE else 0.08  # a single pixel is more of a small picture
    centre = still.mean(axis=0)
    axes = np.linalg.eigh((still - centre).T @ (still - centre))[1][:, -12:]
    distance, found = KDTree((still - centre) @ axes).query(
        (moved - centre) @ axes, k=most, distance_upper_bound=near * np.sqrt(still.shape[1]), workers=-1
    )
    second = np.repeat(np.arange(len(one)), most)
    first = found.ravel()
    kept = np.isfinite(distance.ravel()) & (first != second)
    first, second = first[kept], second[kept]
    kept = np.square(still[first] - moved[second]).mean(axis=1) <= near**2
    return first[kept], second[kept]


def _largest(pictures: np.ndarray) -> np.ndarray:
    """Of the channels: one after the other, for an axis of three is slow."""
    return reduce(np.maximum, np.moveaxis(pictures, 3, 0))


def _size(pictures: np.ndarray) -> np.ndarray:
    """Root mean square of each."""
    return np.sqrt(np.square(pictures).mean(axis=(1, 2, 3)))


def _edges(pictures: np.ndarray) -> np.ndarray:
    """Second differences: nothing where shades change evenly."""
    middle = 4 * pictures[:, 1:-1, 1:-1]
    around = pictures[:, :-2, 1:-1] + pictures[:, 2:, 1:-1] + pictures[:, 1:-1, :-2] + pictures[:, 1:-1, 2:]
    return middle - around
