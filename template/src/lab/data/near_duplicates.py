"""Examples that are copies of each other, or nearly: they belong in one split, or the test is no test.

Of pictures see ``picture_copies.py``; of sounds ``hearing.py``; texts count as copies if they share
nearly all of their short pieces; rows of a table if all features are equal, to a ten-thousandth of their spread.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Contents
from lab.data.hearing import Sounds
from lab.data.picture_copies import Pictures

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Pairs = list[np.ndarray]
"""Arrays of (n, 2) row numbers."""

SEED = 0
GRAM, SHORT, HASHES, BAND = 4, 30, 32, 4
"""Texts: characters in a piece; below how many the text is compared whole; numbers in a MinHash and in a band of it."""
FEW, SHARE = 20, 0.1
"""Copies of one example are at most so many, or such a share of all: more are examples that look alike."""


def clusters(contents: Contents, sha256: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A number for each row, the same for rows that are near-duplicates of each other; and which rows look alike.

    Each row is a near-duplicate of its cluster's first member, not only of another member: else a row of examples,
    each a little unlike the one before, would be one cluster from end to end. Where one example has more of them than
    anybody makes copies, the kind of examples is that uniform: they look alike, and are not put together.
    """
    from scipy.sparse.csgraph import connected_components

    size = len(sha256)
    pairs, alike = [_same(sha256.astype(str).to_numpy())], np.zeros(size, bool)
    if contents.table is not None:
        pairs += table_pairs(contents.table)
    for kind, of in ((contents.pictures, Pictures), (contents.sounds, Sounds), (contents.texts, Texts)):
        if kind is not None and size:
            copies = of.of(kind)  # type: ignore[arg-type]
            found, uniform = stars(size, copies.pairs(), copies.near)
            pairs, alike = [*pairs, *copies.same(), found], alike | uniform
    return connected_components(_graph(size, np.concatenate(pairs)), directed=False)[1], alike


def stars(size: int, pairs: np.ndarray, near: Callable[[int, np.ndarray], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of a cluster's first row and each other of it; and which rows are in clusters that are too large.

    ``near`` tells which rows are near-duplicates of a row: who is reached through others must be one himself.
    """
    graph = _graph(size, pairs)
    degree = np.diff(graph.indptr)
    head, refused = np.full(size, -1), np.full(size, -1)
    for row in np.argsort(-degree, kind="stable")[: np.count_nonzero(degree)]:
        if head[row] >= 0:
            continue
        head[row], reached = row, graph.indices[graph.indptr[row] : graph.indptr[row + 1]]
        reached = reached[head[reached] < 0]
        while len(reached):
            head[reached] = row
            further = np.unique(graph[reached].indices)
            further = further[(head[further] < 0) & (refused[further] != row)]
            agreed = near(row, further) if len(further) else np.zeros(0, bool)
            refused[further[~agreed]] = row
            reached = further[agreed]
    rows = np.flatnonzero((head >= 0) & (head != np.arange(size)))
    uniform = np.zeros(size, bool)
    uniform[head >= 0] = (np.bincount(head[head >= 0], minlength=size) > max(FEW, SHARE * size))[head[head >= 0]]
    rows = rows[~uniform[rows]]
    return np.stack([head[rows], rows], axis=1), uniform


def _graph(size: int, pairs: np.ndarray) -> csr_array:
    """Whom each row is a pair with, in both directions."""
    from scipy.sparse import csr_array

    ends = np.concatenate([pairs, pairs[:, ::-1]]).T
    return csr_array((np.ones(ends.shape[1], bool), tuple(ends)), shape=(size, size))


def _same(keys: Sequence[str] | np.ndarray) -> np.ndarray:
    """Each row that has the key of an earlier row, with that row."""
    codes = pd.factorize(np.asarray(keys))[0]
    first = np.full(codes.max(initial=-1) + 1, len(codes))
    np.minimum.at(first, codes, np.arange(len(codes)))
    rows = np.arange(len(codes))
    return np.stack([rows, first[codes]], axis=1)[first[codes] != rows]


def plain(text: str) -> str:
    """Without what the eye hardly sees: case, full width, repeated blanks."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip().casefold()


@dataclass(frozen=True)
class Texts:
    """Which of some texts are nearly the same; ``pieces`` are those of each text that is long enough."""

    plain: list[str]
    pieces: dict[int, np.ndarray]

    @classmethod
    def of(cls, texts: Sequence[str]) -> Texts:
        normal = [plain(text) for text in texts]
        return cls(normal, {row: _pieces(text[:4000]) for row, text in enumerate(normal) if len(text) >= SHORT})

    def same(self) -> Pairs:
        return [_same(self.plain)]

    def pairs(self) -> np.ndarray:
        """Rows (n, 2) of texts that share four of five pieces (Jaccard): their MinHashes find them."""
        if len(self.pieces) < 2:
            return np.zeros((0, 2), int)
        random = np.random.default_rng(SEED)
        factors = random.integers(1, 2**63, (HASHES, 1), dtype=np.uint64) | np.uint64(1)
        rows, pieces = np.array(list(self.pieces)), list(self.pieces.values())
        starts = np.cumsum([0, *map(len, pieces)])[:-1]
        every = np.concatenate(pieces)
        lowest = np.stack([np.minimum.reduceat(every * factor >> np.uint64(20), starts) for factor in factors], axis=1)
        candidates = []
        for band in np.split(lowest, HASHES // BAND, axis=1):
            mixed = (band * factors[:BAND, 0]).sum(axis=1, dtype=np.uint64)
            candidates.append(_same(mixed))
        unique = rows[np.unique(np.concatenate(candidates), axis=0)]
        return unique[[_jaccard(self.pieces[first], self.pieces[second]) >= 0.8 for first, second in unique]]

    def near(self, row: int, others: np.ndarray) -> np.ndarray:
        """Which ``others`` are nearly the same text as ``row``."""
        return np.array([_jaccard(self.pieces[row], self.pieces[other]) >= 0.8 for other in others], bool)


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
