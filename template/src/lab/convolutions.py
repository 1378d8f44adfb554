"""What networks for pictures share: convolutions, and an encoder that makes a picture smaller and smaller."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional


def convolution(inputs: int, outputs: int, stride: int = 1) -> list[nn.Module]:
    """A convolution of ``outputs`` channels, and what usually follows it."""
    return [nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU()]


def convolutions(inputs: int, outputs: int) -> nn.Sequential:
    """Two convolutions of ``outputs`` channels."""
    return nn.Sequential(*convolution(inputs, outputs), *convolution(outputs, outputs))


def enlarged(found: Tensor, like: Tensor) -> Tensor:
    """(n, channels, height, width) of another tensor's height and width."""
    return functional.interpolate(found, size=like.shape[2:], mode="bilinear", align_corners=False)


class Encoder(nn.ModuleList):
    """``width`` channels at full size, twice as many at each of the ``depth`` smaller sizes, half as high and wide."""

    def __init__(self, inputs: int, width: int, depth: int) -> None:
        self.widths = [width * 2**level for level in range(depth + 1)]
        super().__init__(convolutions(one, other) for one, other in pairwise([inputs, *self.widths]))

    def forward(self, picture: Tensor) -> list[Tensor]:
        """What is seen at each size, the full size first."""
        found = picture.contiguous(memory_format=torch.channels_last)  # convolutions are faster so
        seen: list[Tensor] = []
        for level, layers in enumerate(self):
            found = layers(functional.max_pool2d(found, 2, ceil_mode=True) if level else found)
            seen.append(found)
        return seen
