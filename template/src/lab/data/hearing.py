"""Sounds as the data gate hears them: a coarse spectrogram, and a few figures of timbre and rhythm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.data.picture_copies import Pictures

FRAME, HOP = 512, 256
"""Samples of a short piece of sound, and from one piece to the next."""
BANDS = 48
"""Ranges of pitch, each wider than the one below by the same factor."""
DEPTH = 60.0
"""Decibels below the loudest part of a sound that are still told from silence."""
LAGS = 96
"""Pieces of sound: how far apart onsets are compared."""
SAME = 0.9
"""Cosine of two spectra from which on sounds are of the same pitches: that of two noises is 0.79."""


def spectrograms(sounds: np.ndarray) -> np.ndarray:
    """(n, bands, pieces), float32, from 0 (``DEPTH`` below the loudest part of the same sound) to 1."""
    number, length = sounds.shape
    padded = max(length, FRAME)
    pieces = 1 + (padded - FRAME) // HOP
    edges = np.unique(np.round(np.geomspace(1, FRAME // 2 + 1, BANDS + 1)).astype(int))
    window = np.hanning(FRAME).astype(np.float32)
    found = np.zeros((number, len(edges) - 1, pieces), np.float32)
    for start in range(0, number, 64):  # a part at a time: all pieces of all sounds may not fit in memory
        part = np.nan_to_num(sounds[start : start + 64].astype(np.float32), posinf=0, neginf=0)
        part = np.pad(part, ((0, 0), (0, padded - length)))
        cut = np.lib.stride_tricks.sliding_window_view(part, FRAME, axis=1)[:, ::HOP]
        power = np.square(np.abs(np.fft.rfft(cut * window, axis=2)))
        banded = np.add.reduceat(power, edges[:-1], axis=2)
        loudest = np.maximum(banded.max(axis=(1, 2), keepdims=True), 1e-12)
        decibels = 10 * np.log10(np.maximum(banded / loudest, 10 ** (-DEPTH / 10)))
        found[start : start + 64] = (1 + decibels / DEPTH).swapaxes(1, 2)
    return found


def features(heard: np.ndarray) -> np.ndarray:
    """Of each spectrogram the mean and the spread of each band, and how alike its onsets are after each lag."""
    onsets = np.diff(heard, axis=2, prepend=heard[:, :, :1]).clip(0).sum(axis=1)
    onsets = onsets - onsets.mean(axis=1, keepdims=True)
    size = np.maximum(np.square(onsets).sum(axis=1), 1e-9)
    lags = range(1, min(LAGS, onsets.shape[1] - 1))
    rhythm = [(onsets[:, lag:] * onsets[:, :-lag]).sum(axis=1) / size for lag in lags]
    return np.stack([*heard.mean(axis=2).T, *heard.std(axis=2).T, *rhythm], axis=1).astype(np.float32)


@dataclass(frozen=True)
class Sounds:
    """Which of some sounds are copies of each other: louder, with slight noise, a little later.

    Their spectrograms are copies as pictures are. These are coarse (the tones of two neighbouring keys of a piano look
    alike), so the fine spectra of the whole sounds must be the same as well.
    """

    sounds: np.ndarray
    seen: Pictures

    @classmethod
    def of(cls, sounds: np.ndarray) -> Sounds:
        return cls(sounds, Pictures.of(spectrograms(sounds)))

    def same(self) -> list[np.ndarray]:
        """Those of the same bytes have the same digest already."""
        return []

    def pairs(self) -> np.ndarray:
        """Rows (n, 2) of copies."""
        found = np.unique(np.sort(self.seen.pairs(), axis=1), axis=0)
        return found[[bool(self._alike(first, np.array([second]))[0]) for first, second in found]]

    def near(self, row: int, others: np.ndarray) -> np.ndarray:
        """Which ``others`` are copies of ``row`` itself."""
        return self.seen.near(row, others) & self._alike(row, others)

    def _alike(self, row: int, others: np.ndarray) -> np.ndarray:
        one = _spectrum(self.sounds[row])
        return np.array([float(one @ _spectrum(self.sounds[other])) >= SAME for other in others], bool)


def _spectrum(sound: np.ndarray) -> np.ndarray:
    """How strong each frequency is in the whole sound, of length 1."""
    found = np.abs(np.fft.rfft(np.nan_to_num(sound.astype(np.float64), posinf=0, neginf=0)))
    return found / max(float(np.linalg.norm(found)), 1e-12)
