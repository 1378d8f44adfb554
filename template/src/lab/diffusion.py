"""Diffusion of vectors: a network learns to take noise away, and draws by taking it away step by step.

At angle t a code x and noise e are mixed to cos(t) x + sin(t) e; the network predicts v = cos(t) e - sin(t) x, from
which both follow (Salimans & Ho 2022, appendix D).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional


class Denoiser(nn.Module):
    """Mixtures (n, latent) of code and noise, and their angles (n,), to v (n, latent); a residual network.

    ``told``: numbers, (n, told), that say what the code is of.
    """

    frequencies: Tensor

    def __init__(self, latent: int, width: int, blocks: int, told: int = 0) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 ** torch.arange(8))
        self.enter = nn.Linear(latent + 16 + told, width)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(width), nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
            for _ in range(blocks)
        )
        self.leave = nn.Sequential(nn.LayerNorm(width), nn.SiLU(), nn.Linear(width, latent))
        for value in self.leave[2].parameters():
            nn.init.zeros_(value)  # guess 0 at first

    def forward(self, mixture: Tensor, angle: Tensor, *told: Tensor) -> Tensor:
        waves = angle[:, None] * self.frequencies
        x = self.enter(torch.cat([mixture, waves.sin(), waves.cos(), *told], dim=1))
        for block in self.blocks:
            x = x + block(x)
        return self.leave(x)


class GridDenoiser(nn.Module):
    """The same of codes that are grids, (n, channels, height, width): convolutions, moved by what is ``told``."""

    frequencies: Tensor

    def __init__(self, shape: tuple[int, int, int], width: int, blocks: int, told: int) -> None:
        super().__init__()
        self.register_buffer("frequencies", 2.0 ** torch.arange(8))
        self.place = nn.Parameter(0.1 * torch.randn(width, *shape[1:]))
        self.enter = nn.Conv2d(shape[0], width, 3, padding=1)
        self.moved = nn.Sequential(nn.Linear(16 + told, 2 * width), nn.SiLU(), nn.Linear(2 * width, 2 * width * blocks))
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.SiLU(), nn.Conv2d(width, width, 3, padding=1)) for _ in range(2 * blocks)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(1, width) for _ in range(2 * blocks))
        self.leave = nn.Sequential(nn.GroupNorm(1, width), nn.SiLU(), nn.Conv2d(width, shape[0], 3, padding=1))
        for value in self.leave[2].parameters():
            nn.init.zeros_(value)  # guess 0 at first

    def forward(self, mixture: Tensor, angle: Tensor, told: Tensor) -> Tensor:
        waves = angle[:, None] * self.frequencies
        moves = self.moved(torch.cat([waves.sin(), waves.cos(), told], dim=1))[:, :, None, None].chunk(
            len(self.blocks), dim=1
        )
        x = self.enter(mixture) + self.place
        for number in range(0, len(self.blocks), 2):
            scale, shift = moves[number], moves[number + 1]
            h = self.blocks[number](self.norms[number](x))
            x = x + self.blocks[number + 1](self.norms[number + 1](h) * (1 + scale) + shift)
        return self.leave(x)


Guess = Callable[[Tensor, Tensor], Tensor]
"""From mixtures and their angles to v."""


def velocity_loss(guess: Guess, code: Tensor) -> Tensor:
    """Mean squared error of v, at angles even over the batch: a calmer mean (Kingma et al. 2021, appendix I)."""
    noise = torch.randn_like(code)
    share = (torch.randperm(len(code), device=code.device) + torch.rand((), device=code.device)) / len(code)
    angle = share * math.pi / 2
    cosine, sine = (value.view(-1, *[1] * (code.ndim - 1)) for value in (angle.cos(), angle.sin()))
    return functional.mse_loss(guess(cosine * code + sine * noise, angle), cosine * noise - sine * code)


def denoise(guess: Guess, noise: Tensor, steps: int) -> Tensor:
    """DDIM (Song et al. 2021) without fresh noise: each step turns the mixture towards the code in it."""
    x, turn = noise, math.pi / 2 / steps
    for step in range(steps, 0, -1):
        v = guess(x, torch.full((len(x),), step * turn, device=x.device))
        x = math.cos(turn) * x - math.sin(turn) * v
    return x
