# The template's example. Delete this line when the method is your own.
"""Latent diffusion (Rombach et al. 2022): an autoencoder, and a diffusion model of its codes."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method


class Denoiser(nn.Module):
    """Mixtures (n, latent) of code and noise, and their angles (n,), to v (n, latent); a residual network."""

    frequencies: Tensor

    def __init__(self, latent: int, width: int, blocks: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 ** torch.arange(8))
        self.enter = nn.Linear(latent + 16, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
            for _ in range(blocks)
        )
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, latent))
        for value in self.leave[2].parameters():
            nn.init.zeros_(value)  # guess 0 at first

    def forward(self, mixture: Tensor, angle: Tensor) -> Tensor:
        waves = angle[:, None] * self.frequencies
        x = self.enter(torch.cat([mixture, waves.sin(), waves.cos()], dim=1))
        for block in self.blocks:
            x = x + block(x)
        return self.leave(x)


class LatentDiffusion(Method):
    """``latent``: numbers in a code. ``width``: of hidden layers. ``blur``: noise that the decoder learns to tolerate.

    ``draws``: noise levels at which each code is seen in a step. ``steps``: from noise to code.

    At angle t a code x and noise e are mixed to cos(t) x + sin(t) e; the network predicts v = cos(t) e - sin(t) x,
    from which both follow (Salimans & Ho 2022, appendix D).
    """

    def __init__(self, examples: Batch, latent: int, width: int, blur: float, draws: int, steps: int) -> None:
        super().__init__()
        self.latent, self.blur, self.draws, self.steps = latent, blur, draws, steps
        shape = examples["image"].shape[1:]
        pixels = shape.numel()
        self.encoder = nn.Sequential(
            nn.Flatten(),
            nn.Linear(pixels, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, latent),
            nn.BatchNorm1d(latent, affine=False),  # codes of mean 0 and variance 1, like the noise
        )
        self.decoder = nn.Sequential(
            nn.Linear(latent, width),
            nn.ReLU(),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Linear(width, pixels),
            nn.Unflatten(1, shape),
        )
        self.denoiser = Denoiser(latent, width, blocks=3)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Both networks learn at once; the diffusion model takes codes as they are and does not move them."""
        picture = batch["image"]
        code = self.encoder(picture)
        guess = self.decoder(code + self.blur * torch.randn_like(code))
        reconstruction = functional.binary_cross_entropy_with_logits(guess, picture)
        # Less the entropy of the picture's own greys, a constant: 0 if it is drawn perfectly.
        reconstruction = reconstruction - (torch.special.entr(picture) + torch.special.entr(1 - picture)).mean()
        diffusion = self.diffusion_loss(code.detach().repeat(self.draws, 1))
        return {"loss": reconstruction + diffusion, "reconstruction": reconstruction, "diffusion": diffusion}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The two losses, and no ``loss``: the last epoch is kept.

        Codes move while they are learned, and early codes, which say little, are the easiest to denoise: the
        lowest loss may be that of an epoch whose pictures are no digits yet.
        """
        measured = self.loss(batch)
        return {"reconstruction": measured["reconstruction"], "diffusion": measured["diffusion"]}

    def diffusion_loss(self, code: Tensor) -> Tensor:
        """Mean squared error of v, at angles even over the batch: a calmer mean (Kingma et al. 2021, appendix I)."""
        noise = torch.randn_like(code)
        share = (torch.randperm(len(code), device=code.device) + torch.rand((), device=code.device)) / len(code)
        angle = share * math.pi / 2
        cosine, sine = angle.cos()[:, None], angle.sin()[:, None]
        return functional.mse_loss(self.denoiser(cosine * code + sine * noise, angle), cosine * noise - sine * code)

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """DDIM (Song et al. 2021) without fresh noise: each step turns the mixture towards the code in it."""
        x = batch["noise"].flatten(1)[:, : self.latent]
        turn = math.pi / 2 / self.steps
        for step in range(self.steps, 0, -1):
            v = self.denoiser(x, torch.full((len(x),), step * turn, device=x.device))
            x = math.cos(turn) * x - math.sin(turn) * v
        return {"sample": torch.sigmoid(self.decoder(x))}
