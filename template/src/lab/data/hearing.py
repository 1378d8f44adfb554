"""Sounds as the data gate hears them: a coarse spectrogram, and a few figures of timbre and rhythm."""

from __future__ import annotations

import numpy as np

FRAME, HOP = 512, 256
"""Samples of a short piece of sound, and from one piece to the next."""
BANDS = 24
"""Ranges of pitch, each wider than the one below by the same factor."""
DEPTH = 60.0
"""Decibels below the loudest part of a sound that are still told from silence."""
LAGS = 96
"""Pieces of sound: how far apart onsets are compared."""


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
