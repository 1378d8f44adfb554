"""What all methods share: the network that reads a sentence, those that make a picture small and large again."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from lab.contract import Batch

SIDES = 8
"""It divides the sides of pictures, which become smaller by two, by two, and to two by two."""


class Reader(nn.Module):
    """Sentences (n, words), numbers of words, to vectors (n, width): a sum of what each word says at its place.

    It learns in a few hundred steps what takes a recurrent network thousands.
    """

    def __init__(self, examples: Batch, width: int) -> None:
        super().__init__()
        self.words = max(3, 1 + int(examples["tokens"].max()))  # those beyond the training split have number 2
        self.embedding = nn.Embedding(self.words * examples["tokens"].shape[2], width)
        self.norm = nn.LayerNorm(width)

    def forward(self, tokens: Tensor) -> Tensor:
        places = self.words * torch.arange(tokens.shape[1], device=tokens.device)
        said = self.embedding(tokens + places) * (tokens > 0).unsqueeze(2)
        return self.norm(said.sum(dim=1))


def one_wording(tokens: Tensor, training: bool) -> Tensor:
    """(n, words) of (n, wordings, words): in training one by chance, else the first."""
    chosen = torch.randint(tokens.shape[1], (len(tokens),), device=tokens.device) if training else 0
    return tokens[torch.arange(len(tokens), device=tokens.device), chosen]


def encoder(shape: Sequence[int], width: int, code: int) -> nn.Sequential:
    """Pictures (n, channels, height, width) to the codes of their quarters, (n, code, 2, 2)."""
    channels, height, across = shape
    return nn.Sequential(
        nn.Conv2d(channels, width, 4, 2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.Conv2d(width, 2 * width, 4, 2, padding=1, bias=False),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        quarters(nn.Conv2d, 2 * width, code, height, across),
    ).to(memory_format=torch.channels_last)  # convolutions are faster so


def decoder(shape: Sequence[int], width: int, code: int) -> nn.Sequential:
    """The way back."""
    channels, height, across = shape
    return nn.Sequential(
        quarters(nn.ConvTranspose2d, code, 2 * width, height, across),
        nn.BatchNorm2d(2 * width),
        nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, padding=1, bias=False),
        nn.BatchNorm2d(width),
        nn.ReLU(),
        nn.ConvTranspose2d(width, channels, 4, 2, padding=1),
    ).to(memory_format=torch.channels_last)


def quarters(
    layer: type[nn.Conv2d] | type[nn.ConvTranspose2d], inputs: int, outputs: int, height: int, across: int
) -> nn.Module:
    """Between quarters of a picture, a fourth as large, and their codes: the same weights for each quarter."""
    side = (height // SIDES, across // SIDES)
    return layer(inputs, outputs, side, stride=side)


class Colours(nn.Module):
    """Pixels in colours that vary by themselves, with mean 0 and variance 1 over the training pictures; and back.

    In red, green and blue all channels say first how bright a pixel is, and colours are learned last.
    """

    mean: Tensor
    mix: Tensor
    back: Tensor

    def __init__(self, examples: Batch) -> None:
        super().__init__()
        pixels = examples["picture"][:1000].movedim(1, 3).flatten(0, 2).double() / 255
        spread, axes = torch.linalg.eigh(torch.cov(pixels.T).reshape(pixels.shape[1], -1))
        scale = spread.clamp_min(1e-4).sqrt()
        self.register_buffer("mean", pixels.mean(dim=0).float().view(-1, 1, 1))
        self.register_buffer("mix", (axes / scale).T.float())
        self.register_buffer("back", (axes * scale).float())

    def forward(self, picture: Tensor) -> Tensor:
        """(n, channels, height, width), uint8, to as many numbers."""
        return torch.einsum("oc,nchw->nohw", self.mix, picture / 255 - self.mean)

    def pixels(self, values: Tensor) -> Tensor:
        """(n, channels · height · width), uint8."""
        shown = torch.einsum("co,nohw->nchw", self.back, values) + self.mean
        return (255 * shown.clamp(0, 1)).round().to(torch.uint8).flatten(1)
