"""Conditional variational autoencoder (Sohn, Lee & Yan 2015): the sentence is told to both of its networks."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.tasks.text_to_image.networks import SMALLER, Colours, Reader, enlarge, one_wording, shrink


class ConditionalAutoencoder(Method):
    """``width``: channels. ``text``: numbers of a sentence. ``latent``: numbers that say what the sentence does not."""

    def __init__(self, examples: Batch, width: int, text: int, latent: int) -> None:
        super().__init__()
        self.latent = latent
        channels, height, across = examples["picture"].shape[1:]
        small = (2 * width, height // SMALLER, across // SMALLER)
        size = small[0] * small[1] * small[2]
        self.colours = Colours(examples)
        self.reader = Reader(examples, text)
        self.encoder = nn.Sequential(shrink(channels, width), nn.Flatten())
        self.cloud = nn.Linear(size + text, 2 * latent)
        self.decoder = nn.Sequential(
            nn.Linear(latent + text, 512),
            nn.ReLU(),
            nn.Linear(512, size),
            nn.Unflatten(1, small),
            enlarge(channels, width),
        )

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Minus the evidence lower bound, in nats a picture (their equation 4), but for a constant.

        What the decoder leaves of a colour is normal, with a tenth of the colours' variance.
        """
        picture = self.colours(batch["picture"])
        told = self.reader(one_wording(batch["tokens"], self.training))
        mean, log_variance = self.cloud(torch.cat([self.encoder(picture), told], dim=1)).chunk(2, dim=1)
        code = mean + torch.exp(log_variance / 2) * torch.randn_like(mean)
        drawn = self.decoder(torch.cat([code, told], dim=1))
        reconstruction = functional.mse_loss(drawn, picture, reduction="sum") / (2 * 0.1)
        divergence = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum()
        number = len(picture)
        return {
            "loss": (reconstruction + divergence) / number,
            "reconstruction": reconstruction / number,
            "divergence": divergence / number,
        }

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """The mean picture of a code drawn from the prior."""
        told = self.reader(one_wording(batch["tokens"], training=False))
        code = batch["noise"].flatten(1)[:, : self.latent]
        return {"sample": self.colours.pixels(self.decoder(torch.cat([code, told], dim=1)))}
