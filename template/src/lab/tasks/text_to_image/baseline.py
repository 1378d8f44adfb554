"""Conditional variational autoencoder (Sohn, Lee & Yan 2015): the sentence is told to both of its networks."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.errors import UserError
from lab.tasks.text_to_image.networks import Colours, Reader, decoder, encoder, one_wording
from lab.variational import code_from, evidence_bound


class ConditionalAutoencoder(Method):
    """``channels``: of the outer networks. ``code``: numbers of each quarter of a picture. ``text``: of a sentence.

    ``hidden``: units of the inner networks. ``latent``: numbers that say what the sentence does not.
    """

    def __init__(self, examples: Batch, channels: int, code: int, text: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.latent = latent
        if latent > examples["noise"].shape[1]:
            raise UserError(f"params.yaml: methods.baseline: latent: {latent}: at most {examples['noise'].shape[1]}")
        shape = examples["picture"].shape[1:]
        self.colours = Colours(examples)
        self.reader = Reader(examples, text)
        self.encoder = nn.Sequential(encoder(shape, channels, code), nn.Flatten(), nn.ReLU())
        self.cloud = nn.Sequential(nn.Linear(4 * code + text, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(
            nn.Linear(latent + text, hidden),
            nn.ReLU(),
            nn.Linear(hidden, hidden),
            nn.ReLU(),
            nn.Linear(hidden, 4 * code),
            nn.Unflatten(1, (code, 2, 2)),
            decoder(shape, channels, code),
        )

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Minus the evidence lower bound (their equation 4), but for a constant.

        What the decoder leaves of a colour is normal, with a tenth of the colours' variance.
        """
        picture = self.colours(batch["picture"])
        told = self.reader(one_wording(batch["tokens"], self.training))
        mean, log_variance = self.cloud(torch.cat([self.encoder(picture), told], dim=1)).chunk(2, dim=1)
        drawn = self.decoder(torch.cat([code_from(mean, log_variance), told], dim=1))
        reconstruction = functional.mse_loss(drawn, picture, reduction="sum") / (2 * 0.1)
        return evidence_bound(reconstruction, mean, log_variance)

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """The mean picture of a code drawn from the prior."""
        told = self.reader(one_wording(batch["tokens"], training=False))
        code = batch["noise"][:, : self.latent]
        return {"sample": self.colours.pixels(self.decoder(torch.cat([code, told], dim=1)))}
