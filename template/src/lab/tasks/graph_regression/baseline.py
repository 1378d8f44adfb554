"""A multi-layer perceptron on fingerprints: it knows which groups of atoms occur, not how they hang together."""

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
        self.layers = perceptron(examples["fingerprint"].shape[1], width, 1, dropout)

    def standard_target(self, batch: Batch) -> Tensor:
        counts = torch.log1p(batch["fingerprint"].float())
        return self.layers(counts).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean absolute error, in standard deviations of the target."""
        return {"loss": functional.l1_loss(self.standard_target(batch), self.wanted(batch))}
