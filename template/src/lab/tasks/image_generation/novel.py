# The template's example. Delete this line when the method is your own.
"""Latent diffusion (Rombach et al. 2022): an autoencoder, and a diffusion model of its codes."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.diffusion import Denoiser, denoise, velocity_loss
from lab.perceptron import perceptron


class LatentDiffusion(Method):
    """``latent``: numbers in a code. ``width``: of hidden layers. ``blur``: noise that the decoder learns to tolerate.

    ``draws``: noise levels at which each code is seen in a step. ``steps``: from noise to code.
    """

    def __init__(self, examples: Batch, latent: int, width: int, blur: float, draws: int, steps: int) -> None:
        super().__init__()
        self.latent, self.blur, self.draws, self.steps = latent, blur, draws, steps
        shape = examples["image"].shape[1:]
        pixels = shape.numel()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            *perceptron(pixels, width, latent),
            nn.BatchNorm1d(latent, affine=False),  # codes of mean 0 and variance 1, like the noise
        )
        self.decoder = nn.Sequential(*perceptron(latent, width, pixels), nn.Unflatten(1, shape))
        self.denoiser = Denoiser(latent, width, blocks=3)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Both networks learn at once; the diffusion model takes codes as they are and does not move them."""
        picture = batch["image"]
        code = self.encoder(picture)
        guess = self.decoder(code + self.blur * torch.randn_like(code))
        reconstruction = functional.binary_cross_entropy_with_logits(guess, picture)
        # Less the entropy of the picture's own greys, a constant: 0 if it is drawn perfectly.
        reconstruction = reconstruction - (torch.special.entr(picture) + torch.special.entr(1 - picture)).mean()
        diffusion = velocity_loss(self.denoiser, code.detach().repeat(self.draws, 1))
        return {"loss": reconstruction + diffusion, "reconstruction": reconstruction, "diffusion": diffusion}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The two losses, and no ``loss``: the last epoch is kept.

        Codes move while they are learned, and early codes, which say little, are the easiest to denoise: the
        lowest loss may be that of an epoch whose pictures are no digits yet.
        """
        measured = self.loss(batch)
        return {"reconstruction": measured["reconstruction"], "diffusion": measured["diffusion"]}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        noise = batch["noise"].flatten(1)[:, : self.latent]
        return {"sample": torch.sigmoid(self.decoder(denoise(self.denoiser, noise, self.steps)))}
