"""Variational autoencoder (Kingma & Welling 2014): pictures become small normal clouds."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.perceptron import perceptron
from lab.variational import code_from, evidence_bound


class VariationalAutoencoder(Method):
    """``latent``: numbers that describe a picture. ``width``: of the hidden layers."""

    def __init__(self, examples: Batch, latent: int, width: int) -> None:
        super().__init__()
        self.latent = latent
        shape = examples["image"].shape[1:]
        pixels = shape.numel()
        self.encoder = nn.Sequential(nn.Flatten(), *perceptron(pixels, width, 2 * latent))
        self.decoder = nn.Sequential(*perceptron(latent, width, pixels), nn.Unflatten(1, shape))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Minus the evidence lower bound, less the entropy of a picture's own greys.

        That is no more than a constant, and a picture that is drawn perfectly has a reconstruction of 0.
        """
        mean, log_variance = self.encoder(batch["image"]).chunk(2, dim=1)
        drawn = self.decoder(code_from(mean, log_variance))
        reconstruction = functional.binary_cross_entropy_with_logits(drawn, batch["image"], reduction="sum")
        reconstruction -= (torch.special.entr(batch["image"]) + torch.special.entr(1 - batch["image"])).sum()
        return evidence_bound(reconstruction, mean, log_variance)

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """The mean picture of a code drawn from the prior."""
        return {"sample": torch.sigmoid(self.decoder(batch["noise"].flatten(1)[:, : self.latent]))}
