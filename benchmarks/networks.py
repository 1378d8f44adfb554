"""The networks and data of the training benchmarks."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from lab.contract import Batch

Network = Callable[[], nn.Module]


def digits_cnn() -> nn.Module:
    """39 k parameters on 8 × 8 scans."""
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1), nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(64, 32, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
        nn.Linear(32, 10),
    )  # fmt: skip


class ViT(nn.Module):
    """A vision Transformer (Dosovitskiy et al. 2021) with PyTorch's own encoder layers."""

    def __init__(self, side: int, patch: int, width: int, depth: int, heads: int) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, stride=patch)
        self.positions = nn.Parameter(torch.randn(1, (side // patch) ** 2, width) * 0.02)
        layer = nn.TransformerEncoderLayer(width, heads, 4 * width, 0.0, "gelu", batch_first=True, norm_first=True)
        self.encoder = nn.TransformerEncoder(layer, depth, nn.LayerNorm(width), enable_nested_tensor=False)
        self.head = nn.Linear(width, 10)

    def forward(self, image: Tensor) -> Tensor:
        tokens = self.patches(image).flatten(2).transpose(1, 2) + self.positions
        return self.head(self.encoder(tokens).mean(1))


def vit_tiny() -> nn.Module:
    """5 M parameters on 32 × 32 pictures."""
    return ViT(side=32, patch=4, width=192, depth=12, heads=3)


def vit_base() -> nn.Module:
    """86 M parameters on 224 × 224 pictures."""
    return ViT(side=224, patch=16, width=768, depth=12, heads=12)


def digits() -> Batch:
    from sklearn.datasets import load_digits

    scans = load_digits()
    image = torch.tensor(scans.images, dtype=torch.float32).unsqueeze(1) / 16
    return {"image": image, "label": torch.tensor(scans.target)}


def synthetic(number: int, side: int, channels: int = 3) -> Batch:
    """Random pictures: speed does not care what is on them."""
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(number, channels, side, side, generator=generator)
    return {"image": image, "label": torch.randint(10, (number,), generator=generator)}
