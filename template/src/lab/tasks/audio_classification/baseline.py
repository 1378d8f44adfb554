"""A convolutional network on the spectrogram: it knows the timbre of short pieces, and how often each is heard."""

import torch
from torch import Tensor, nn

from lab.classifier import Classifier
from lab.contract import Batch, Examples
from lab.convolutions import convolution
from lab.data.labelled import some_labelled


class Convolutions(Classifier):
    """``width``: channels of the first layer; the others have twice and four times as many.

    The first layer looks at every second band and moment, which makes all layers four times cheaper.
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Examples, width: int) -> None:
        super().__init__()
        some, classes = some_labelled(examples)
        spectrogram = some["spectrogram"]
        self.register_buffer("mean", spectrogram.mean())
        self.register_buffer("scale", spectrogram.std())
        self.layers = nn.Sequential(
            *convolution(1, width, stride=2),
            nn.MaxPool2d(2, ceil_mode=True),
            *convolution(width, 2 * width),
            nn.MaxPool2d(2, ceil_mode=True),
            *convolution(2 * width, 4 * width),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4 * width, classes),
        )

    def logits(self, batch: Batch) -> Tensor:
        spectrogram = ((batch["spectrogram"] - self.mean) / self.scale).unsqueeze(1)
        return self.layers(spectrogram.contiguous(memory_format=torch.channels_last))  # convolutions are faster so
