# The template's example. Delete this line when the method is your own.
"""A residual network: it sees which pixels are neighbours, and finds a stroke wherever it is."""

import math

from torch import Tensor, nn

from lab.classifier import Classifier
from lab.contract import Batch, Examples
from lab.data.labelled import some_labelled
from lab.distortion import distorted


class Block(nn.Module):
    """Two convolutions that learn what to add to their input (He et al. 2016, identity mappings, figure 4e)."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.BatchNorm2d(inputs),
            nn.ReLU(),
            nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.shortcut(x) + self.convolutions(x)


class ResidualNetwork(Classifier):
    """``width``: channels of the first block. ``augment``: how far pictures are moved, turned and stretched.

    Pictures of more than 32 pixels are halved by a block more for each doubling.
    """

    def __init__(self, examples: Examples, width: int, augment: float) -> None:
        super().__init__()
        self.augment = augment
        some, classes = some_labelled(examples)
        channels, height, across = some["picture"].shape[1:]
        halvings = max(0, math.ceil(math.log2(max(height, across) / 32)))
        self.layers = nn.Sequential(
            nn.Conv2d(channels, width, 3, padding=1, bias=False),
            *[Block(width, width, stride=2) for _ in range(halvings)],
            Block(width, width, stride=1),
            Block(width, 2 * width, stride=2),
            Block(2 * width, 2 * width, stride=1),
            nn.BatchNorm2d(2 * width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(2 * width, classes),
        )

    def logits(self, batch: Batch) -> Tensor:
        picture = distorted(batch["picture"], self.augment) if self.training else batch["picture"]
        return self.layers(picture)
