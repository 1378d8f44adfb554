"""A multi-layer perceptron on standardised numbers and one-hot categories."""

import torch
from torch import Tensor
from torch.nn import functional

from lab.contract import Batch
from lab.perceptron import perceptron
from lab.regressor import Regressor


class Perceptron(Regressor):
    """``width``: units in each of the two hidden layers. ``dropout``: share of them that a step leaves out."""

    def __init__(self, examples: Batch, width: int, dropout: float) -> None:
        super().__init__(examples)
        inputs = examples["numbers"].shape[1] + examples["categories"].shape[1]
        self.layers = perceptron(inputs, width, 1, dropout)

    def standard_target(self, batch: Batch) -> Tensor:
        return self.layers(torch.cat([batch["numbers"], batch["categories"]], dim=1)).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean square error, as a share of the variance of the target: guessing the mean gives 1."""
        return {"loss": functional.mse_loss(self.standard_target(batch), self.wanted(batch))}
