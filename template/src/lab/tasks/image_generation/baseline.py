"""Variational autoencoder (Kingma & Welling 2014): pictures become small normal clouds."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.perceptron import perceptron


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
        """Minus the evidence lower bound, in nats a picture (their equation 10), less the entropy of its own greys.

        That is no more than a constant, and a picture that is drawn perfectly has a reconstruction of 0.
        """
        mean, log_variance = self.encoder(batch["image"]).chunk(2, dim=1)
        code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        reconstruction = functional.binary_cross_entropy_with_logits(
            self.decoder(code), batch["image"], reduction="sum"
        )
        reconstruction -= (torch.special.entr(batch["image"]) + torch.special.entr(1 - batch["image"])).sum()
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        number = len(mean)
        return {
            "loss": (reconstruction + divergence) / number,
            "reconstruction": reconstruction / number,
            "divergence": divergence / number,
        }

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """The mean picture of a code drawn from the prior."""
        return {"sample": torch.sigmoid(self.decoder(batch["noise"].flatten(1)[:, : self.latent]))}
