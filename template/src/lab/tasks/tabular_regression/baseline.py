"""A multi-layer perceptron on standardised numbers and one-hot categories."""

import torch
from torch import Tensor
from torch.nn import functional

from lab.contract import Batch, Method
from lab.perceptron import perceptron


class Perceptron(Method):
    """``width``: units in each of the two hidden layers. ``dropout``: share of them that a step leaves out."""

    mean: Tensor
    scale: Tensor

    def __init__(self, examples: Batch, width: int, dropout: float) -> None:
        super().__init__()
        self.register_buffer("mean", examples["target"].mean())
        self.register_buffer("scale", examples["target"].std())
        inputs = examples["numbers"].shape[1] + examples["categories"].shape[1]
        self.layers = perceptron(inputs, width, 1, dropout)

    def standard_target(self, batch: Batch) -> Tensor:
        """(n,), with mean 0 and variance 1 over training."""
        return self.layers(torch.cat([batch["numbers"], batch["categories"]], dim=1)).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean square error, as a share of the variance of the target: guessing the mean gives 1."""
        target = (batch["target"] - self.mean) / self.scale
        return {"loss": functional.mse_loss(self.standard_target(batch), target)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n,), in the unit of the target."""
        return {"predicted": self.mean + self.scale * self.standard_target(batch).float()}
