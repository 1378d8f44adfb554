"""Diffusion of codes: a network learns to take noise away, and draws by taking it away step by step.

At angle t a code x and noise e are mixed to cos(t) x + sin(t) e; the network predicts v = cos(t) e - sin(t) x, from
which both follow (Salimans & Ho 2022, appendix D).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

WAVES = 16


class Waves(nn.Module):
    """Angles (n,) as sines and cosines of eight frequencies, (n, 16): a network tells them apart more easily."""

    frequencies: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 ** torch.arange(WAVES // 2))

    def forward(self, angle: Tensor) -> Tensor:
        waves = angle[:, None] * self.frequencies
        return torch.cat([waves.sin(), waves.cos()], dim=1)


class Denoiser(nn.Module):
    """Mixtures (n, latent) of code and noise, and their angles (n,), to v (n, latent); a residual network."""

    def __init__(self, latent: int, width: int, blocks: int) -> None:
        super().__init__()
        self.waves = Waves()
        self.enter = nn.Linear(latent + WAVES, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
            for _ in range(blocks)
        )
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, latent))
        for value in self.leave[2].parameters():
            nn.init.zeros_(value)  # guess 0 at first

    def forward(self, mixture: Tensor, angle: Tensor) -> Tensor:
        x = self.enter(torch.cat([mixture, self.waves(angle)], dim=1))
        for block in self.blocks:
            x = x + block(x)
        return self.leave(x)


Guess = Callable[[Tensor, Tensor], Tensor]
"""From mixtures and their angles to v."""


def velocity_loss(guess: Guess, code: Tensor) -> Tensor:
    """Mean squared error of v, at angles even over the batch: a calmer mean (Kingma et al. 2021, appendix I)."""
    noise = torch.randn_like(code)
    share = (torch.randperm(len(code), device=code.device) + torch.rand((), device=code.device)) / len(code)
    angle = share * math.pi / 2
    cosine, sine = angle.cos()[:, None], angle.sin()[:, None]
    return functional.mse_loss(guess(cosine * code + sine * noise, angle), cosine * noise - sine * code)


def denoise(guess: Guess, noise: Tensor, steps: int) -> Tensor:
    """DDIM (Song et al. 2021) without fresh noise: each step turns the mixture towards the code in it."""
    x, turn = noise, math.pi / 2 / steps
    for step in range(steps, 0, -1):
        v = guess(x, torch.full((len(x),), step * turn, device=x.device))
        x = math.cos(turn) * x - math.sin(turn) * v
    return x
