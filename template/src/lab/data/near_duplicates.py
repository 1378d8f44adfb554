"""Examples that are copies of each other, or nearly: they belong in one split, or the test is no test.

Pictures count as copies if they differ by slight noise, a few pixels, a mirror, or a shift of one pixel; sounds if
their spectrograms do; texts if they share nearly all of their short pieces; rows of a table if all features are equal,
to a ten-thousandth of their spread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lab.contract import Contents
from lab.data.hearing import spectrograms

Pairs = list[np.ndarray]
"""Arrays of (n, 2) row numbers."""

SIDE = 8
"""Pictures are compared at this size first."""
SEED = 0
GRAM, SHORT, HASHES, BAND = 4, 30, 32, 4
"""Texts: characters in a piece; below how many the text is compared whole; numbers in a MinHash and in a band of it."""


def clusters(contents: Contents, sha256: pd.Series) -> np.ndarray:
    """A number for each row, the same for rows that are near-duplicates of each other."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    pairs = [_same(sha256.astype(str).to_numpy())]
    if contents.pictures is not None:
        pairs += picture_pairs(contents.pictures)
    if contents.sounds is not None:
        pairs += picture_pairs(spectrograms(contents.sounds))
    if contents.texts is not None:
        pairs += text_pairs(contents.texts)
    if contents.table is not None:
        pairs += table_pairs(contents.table)
    first, second = np.concatenate(pairs).T
    graph = coo_array((np.ones(len(first), bool), (first, second)), shape=(len(sha256), len(sha256)))
    return connected_components(graph, directed=False)[1]


def _same(keys: Sequence[str] | np.ndarray) -> np.ndarray:
    """Each row that has the key of an earlier row, with that row."""
    codes = pd.factorize(np.asarray(keys))[0]
    first = np.full(codes.max(initial=-1) + 1, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    rows = np.arange(len(codes))
    return np.stack([rows, first[codes]], axis=1)[first[codes] != rows]


def grey(pictures: np.ndarray) -> np.ndarray:
    """(n, h, w) float32, from 0 (the darkest of all) to 1 (the brightest), no side above 64."""
    parts = []
    for start in range(0, len(pictures), 1024):  # a part at a time: all of them as floats may not fit in memory
        part = np.nan_to_num(pictures[start : start + 1024].astype(np.float32), posinf=0, neginf=0)
        parts.append(shrink(part.mean(axis=3) if part.ndim == 4 else part, 64))
    if not parts:
        return np.zeros((0, 1, 1), np.float32)
    values = np.concatenate(parts)
    low, high = float(values.min()), float(values.max())
    return (values - low) / np.float32(max(high - low, 1e-9))


def shrink(pictures: np.ndarray, side: int) -> np.ndarray:
    """Means over rectangles, so that no side is longer than ``side``."""
    height, width = pictures.shape[1:]
    rows, columns = (np.linspace(0, size, min(size, side), endpoint=False).astype(int) for size in (height, width))
    sums = np.add.reduceat(np.add.reduceat(pictures, rows, axis=1), columns, axis=2)
    area = np.diff(np.append(rows, height))[:, None] * np.diff(np.append(columns, width))[None]
    return sums / area.astype(np.float32)


def picture_pairs(pictures: np.ndarray) -> Pairs:
    """Neighbours on the main axes of small versions, kept where the pictures themselves are alike."""
    values = grey(pictures)
    if len(values) < 2:
        return []
    shifts = [(0, 0), (0, 1), (1, 0), (1, 1), (1, -1)]
    # A picture that was made smaller hardly moves when it moves by a pixel.
    shifts = shifts if max(pictures.shape[1:3]) <= 64 else shifts[:1]
    found = [_alike_neighbours(*_shifted(values, values, shift)) for shift in shifts]
    # Mirrored before they are made smaller: parts of a side that cannot be halved are not the same from its other end.
    return [*found, _alike_neighbours(values, grey(pictures[:, :, ::-1]))]


def _shifted(one: np.ndarray, other: np.ndarray, shift: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """What both show, if ``other`` lies ``shift`` pixels down and to the right of ``one``."""
    down, right = shift
    height, width = one.shape[1:]
    left, start = max(right, 0), max(-right, 0)
    stop = width - abs(right)
    return one[:, down:, left : left + stop], other[:, : height - down, start : start + stop]


def _alike_neighbours(one: np.ndarray, other: np.ndarray, neighbours: int = 6, near: float = 0.65) -> np.ndarray:
    """Pairs of rows of ``one`` and ``other`` that are alike, among the nearest few of each."""
    from scipy.spatial import KDTree

    small, moved = (shrink(pictures, SIDE).reshape(len(pictures), -1) for pictures in (one, other))
    centre = small.mean(axis=0)
    axes = np.linalg.eigh((small - centre).T @ (small - centre))[1][:, -12:]
    distance, found = KDTree((small - centre) @ axes).query(
        (moved - centre) @ axes, k=neighbours, distance_upper_bound=near * np.sqrt(small.shape[1]) / 8, workers=-1
    )
    second = np.repeat(np.arange(len(one)), neighbours)
    first = found.ravel()
    kept = np.isfinite(distance.ravel()) & (first != second)
    first, second = first[kept], second[kept]
    alike = [_alike(one[first[i : i + 4096]], other[second[i : i + 4096]]) for i in range(0, len(first), 4096)]
    return np.stack([first, second], axis=1)[np.concatenate([*alike, np.zeros(0, bool)])]


def _alike(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Slight noise, or hardly a pixel that is another: MNIST's nearest two digits differ in four times as many."""
    difference = np.abs(one - other).reshape(len(one), -1)
    few = max(1.0, 0.005 * difference.shape[1])
    noise = (difference.max(axis=1) <= 0.13) | (np.sqrt(np.square(difference).mean(axis=1)) <= 0.03)
    return noise | ((difference > 0.1).sum(axis=1) <= few)


def plain(text: str) -> str:
    """Without what the eye hardly sees: case, full width, repeated blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


def text_pairs(texts: Sequence[str]) -> Pairs:
    """Equal texts, and longer ones that share four of five pieces (Jaccard), which their MinHashes find."""
    normal = [plain(text) for text in texts]
    long = np.flatnonzero([len(text) >= SHORT for text in normal])
    pairs = [_same(normal)]
    if len(long) < 2:
        return pairs
    pieces = [_pieces(normal[row][:4000]) for row in long]
    random = np.random.default_rng(SEED)
    factors = random.integers(1, 2**63, (HASHES, 1), dtype=np.uint64) | np.uint64(1)
    lengths = np.array([len(each) for each in pieces])
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    every = np.concatenate(pieces)
    lowest = np.stack([np.minimum.reduceat(every * factor >> np.uint64(20), starts) for factor in factors], axis=1)
    candidates = []
    for band in np.split(lowest, HASHES // BAND, axis=1):
        mixed = (band * factors[:BAND, 0]).sum(axis=1, dtype=np.uint64)
        candidates.append(_same(mixed))
    unique = np.unique(np.concatenate(candidates), axis=0)
    alike = [_jaccard(pieces[first], pieces[second]) >= 0.8 for first, second in unique]
    return [*pairs, long[unique[np.array(alike, bool)]]]


def _pieces(text: str) -> np.ndarray:
    """Hashes of the runs of ``GRAM`` characters, each once."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    mixed = np.zeros(len(codes) - GRAM + 1, np.uint64)
    for offset in range(GRAM):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[offset : offset + len(mixed)]
    return np.unique(mixed ^ mixed >> np.uint64(29))


def _jaccard(one: np.ndarray, other: np.ndarray) -> float:
    shared = len(np.intersect1d(one, other, assume_unique=True))
    return shared / (len(one) + len(other) - shared)


def table_pairs(table: pd.DataFrame) -> Pairs:
    """Rows with the same features. Where rows are few-valued enough to be equal by chance, equality says nothing."""
    if table.empty:
        return []
    keys: list[np.ndarray] = []
    chance = 1.0
    for name in table:
        column = table[name]
        if pd.api.types.is_numeric_dtype(column) and column.dtype != bool:
            values = column.to_numpy(float, na_value=np.nan)
            low, high = np.nanquantile(values, [0.05, 0.95]) if np.isfinite(values).any() else (0.0, 0.0)
            steps = np.round(values / max(high - low, 1e-9) * 10_000)
        else:
            steps = pd.factorize(column.astype(str))[0]
        codes = pd.factorize(steps)[0]
        keys.append(codes)
        chance *= float(np.square(np.bincount(codes + 1) / len(codes)).sum())
    if chance * len(table) > 0.01:  # of so many others, one is equal by chance to more than 1 % of the rows
        return []
    return [_same(pd.util.hash_array(_mixed(keys)))]


def _mixed(keys: list[np.ndarray]) -> np.ndarray:
    """One number for each row's codes."""
    total = np.zeros(len(keys[0]), np.uint64)
    for codes in keys:
        total = total * np.uint64(0x9E3779B97F4A7C15) + pd.util.hash_array(codes)
    return total
