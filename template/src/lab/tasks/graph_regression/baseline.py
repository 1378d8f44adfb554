"""A multi-layer perceptron on fingerprints: it knows which groups of atoms occur, not how they hang together."""

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
        self.layers = perceptron(examples["fingerprint"].shape[1], width, 1, dropout)

    def standard_target(self, batch: Batch) -> Tensor:
        """(n,), with mean 0 and variance 1 over training."""
        counts = torch.log1p(batch["fingerprint"].float())
        return self.layers(counts).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean absolute error, in standard deviations of the target."""
        target = (batch["target"] - self.mean) / self.scale
        return {"loss": functional.l1_loss(self.standard_target(batch), target)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``predicted``: (n,), in the unit of the target."""
        return {"predicted": self.mean + self.scale * self.standard_target(batch).float()}
