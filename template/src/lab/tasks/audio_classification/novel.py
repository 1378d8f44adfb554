# The template's example. Delete this line when the method is your own.
"""A recurrent network over convolutions (Choi et al. 2017): it hears the order of sounds, and so metre and rhythm.

It never hears the same sound twice: each is moved in time and pitch, and loses some moments and bands
(Park et al. 2019, SpecAugment).
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.classifier import Classifier
from lab.contract import Batch, Examples
from lab.convolutions import convolution
from lab.data.labelled import some_labelled


class RecurrentNetwork(Classifier):
    """``width``: channels of the first layer. ``augment``: share of bands and moments that a sound may lose.

    Pitches are halved by each layer, but time only by the first two: the recurrent layer reads a step for each 0.13
    seconds, from both ends.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Examples, width: int, augment: float, dropout: float) -> None:
        super().__init__()
        self.augment = augment
        some, classes = some_labelled(examples)
        spectrogram = some["spectrogram"]
        self.register_buffer("mean", spectrogram.mean())
        self.register_buffer("scale", spectrogram.std())
        self.convolutions = nn.Sequential(
            *convolution(1, width, stride=2),
            nn.MaxPool2d(2, ceil_mode=True),
            *convolution(width, 2 * width),
            nn.MaxPool2d((2, 1), ceil_mode=True),
            *convolution(2 * width, 2 * width),
        )
        with torch.no_grad():
            _, channels, bands, _ = self.convolutions.eval()(spectrogram[:1].unsqueeze(1)).shape
        self.narrow = nn.Linear(channels * bands, 4 * width)
        self.recurrent = nn.GRU(4 * width, 2 * width, batch_first=True, bidirectional=True)
        self.dropout = nn.Dropout(dropout)
        self.answer = nn.Linear(8 * width, classes)

    def logits(self, batch: Batch) -> Tensor:
        spectrogram = (batch["spectrogram"] - self.mean) / self.scale
        if self.training and self.augment:
            spectrogram = self.distort(spectrogram)
        # With a pixel's channels next to each other, convolutions are faster.
        picture = spectrogram.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        found = self.convolutions(picture).flatten(1, 2).transpose(1, 2)
        steps, _ = self.recurrent(self.dropout(functional.relu(self.narrow(found))))
        summary = torch.cat([steps.mean(dim=1), steps.amax(dim=1)], dim=1)
        return self.answer(self.dropout(summary))

    def distort(self, spectrogram: Tensor) -> Tensor:
        """Roll each (n, bands, moments) in time, move it by a few bands, and silence a run of bands and of moments."""
        number, bands, moments = spectrogram.shape
        device = spectrogram.device
        later = torch.randint(moments, (number, 1), device=device)
        moment = (torch.arange(moments, device=device) + later) % moments
        higher = torch.randint(-2, 3, (number, 1), device=device)
        band = (torch.arange(bands, device=device) + higher).clamp(0, bands - 1)
        rows = torch.arange(number, device=device)[:, None, None]
        moved = spectrogram[rows, band[:, :, None], moment[:, None, :]]
        keep = self.kept(number, bands, device)[:, :, None] * self.kept(number, moments, device)[:, None, :]
        return moved * keep

    def kept(self, number: int, length: int, device: torch.device) -> Tensor:
        """(number, length): 0 in one run of each row, of any length up to ``augment`` of it; else 1."""
        size = self.augment * length * torch.rand(number, 1, device=device)
        start = (length - size) * torch.rand(number, 1, device=device)
        place = torch.arange(length, device=device)
        return ((place < start) | (place >= start + size)).float()
