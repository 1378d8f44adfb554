"""Pictures that a network never sees twice: each is moved, turned and stretched a little."""

import torch
from torch import Tensor
from torch.nn import functional


def distorted(picture: Tensor, spread: float) -> Tensor:
    """Each picture (n, channels, height, width) under an affine map of its own.

    Its six numbers are normally distributed about those of the identity; ``spread`` is their standard deviation.
    """
    offset = spread * torch.randn(len(picture), 2, 3, device=picture.device)
    affine = torch.eye(2, 3, device=picture.device) + offset
    grid = functional.affine_grid(affine, list(picture.shape), align_corners=False)
    return functional.grid_sample(picture, grid, align_corners=False)
