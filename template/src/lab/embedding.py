"""A small convolutional network that turns a picture of any size into a vector."""

import math

import torch
from torch import Tensor, nn


class Embedding(nn.Sequential):
    """(n, channels, height, width) → (n, ``size``): halved until a side has four pixels, then averaged over quarters.

    ``width``: channels after the first halving; ``size`` is 16 times as many.
    """

    def __init__(self, shape: torch.Size, width: int) -> None:
        channels, height, across = shape
        halvings = max(2, math.ceil(math.log2(max(height, across) / 4)))
        layers: list[nn.Module] = []
        for level in range(halvings):
            wide = width * min(2**level, 4) if level < halvings - 1 else 4 * width
            layers += [nn.Conv2d(channels, wide, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(wide), nn.ReLU()]
            channels = wide
        super().__init__(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten())
        self.size = 16 * width


@torch.no_grad()
def embedded(network: nn.Module, pictures: Tensor, at_once: int = 1000) -> Tensor:
    """What the network makes of many pictures, in parts that fit into memory."""
    return torch.cat([network(part) for part in pictures.split(at_once)])
