"""Sounds as pictures: how loud each range of pitch is at each moment."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from lab.data.sounds import LOUDEST

BANDS = 64
"""Ranges of pitch."""
STEP = 0.032
"""Seconds from one moment to the next."""
LOWEST = 60.0
"""Hertz."""
QUIET = 1e-5
"""What is added to each power: below it nothing is told from silence."""


def heard(samples: np.ndarray, rate: int) -> Tensor:
    """The spectrograms of ``sounds.npy``'s rows."""
    return log_mel(torch.from_numpy(samples.astype(np.float32) / LOUDEST), rate)


def log_mel(sound: Tensor, rate: int) -> Tensor:
    """(n, samples), from -1 to 1, to (n, bands, moments): the logarithm of the power in each band.

    The bands are triangles of equal width on the mel scale, by which pitches sound equally far apart
    (O'Shaughnessy 1987).
    """
    hop = max(1, round(STEP * rate))
    size = 2 ** max(4, (3 * hop - 1).bit_length())
    sound = torch.nn.functional.pad(sound, (0, max(0, size - sound.shape[-1])))
    window = torch.hann_window(size)
    parts = [
        torch.stft(part, size, hop, window=window, return_complex=True).abs().square() / window.sum() ** 2
        for part in sound.split(64)  # the spectra of all sounds at once may not fit in memory
    ]
    bands = mel_bands(rate, size)
    return torch.cat([(bands @ part + QUIET).log() for part in parts])


def mel_bands(rate: int, size: int) -> Tensor:
    """(BANDS, size // 2 + 1): how much of each frequency of the spectrum belongs to each band."""
    edges = band_edges(rate)
    frequency = torch.linspace(0, rate / 2, size // 2 + 1)
    rising = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
    triangles = torch.minimum(rising, falling).clamp(min=0)
    # A band between two frequencies of the spectrum would hear nothing: it takes the nearest.
    nearest = (frequency[None] - edges[1:-1, None]).abs().argmin(dim=1)
    triangles[torch.arange(BANDS), nearest] += triangles.sum(dim=1) == 0
    return triangles


def band_edges(rate: int) -> Tensor:
    """(BANDS + 2,), in hertz: each band reaches from one to the next but one, and is loudest between them."""
    low, high = (math.log1p(hertz / 700) for hertz in (LOWEST, rate / 2))
    return 700 * torch.linspace(low, high, BANDS + 2).expm1()
