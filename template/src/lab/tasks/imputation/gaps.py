"""How methods learn to fill gaps from a table that has some itself."""

import torch
from torch import Tensor


def hidden(known: Tensor, shares: list[float]) -> Tensor:
    """1 for some of the ``known`` cells (n, columns): of each row another share, between the two of ``shares``."""
    low, high = shares
    share = low + (high - low) * torch.rand(len(known), 1, device=known.device)
    return (torch.rand_like(known) < share).to(known.dtype) * known


def mean_square(filled: Tensor, value: Tensor, chosen: Tensor) -> Tensor:
    """Over the chosen cells. The mean of the column, which is 0, gives about 1."""
    return ((filled - value).square() * chosen).sum() / chosen.sum().clamp(min=1)
