"""A denoising autoencoder (Vincent et al. 2008): a network that restores values that were hidden from it."""

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method


class DenoisingAutoencoder(Method):
    """``width``: of the hidden layers. ``hide``: the least and the largest share of known values to hide in a step."""

    def __init__(self, examples: Batch, hide: list[float], width: int, dropout: float) -> None:
        super().__init__()
        columns = examples["value"].shape[1]
        self.hide = hide
        self.straight = nn.Linear(2 * columns, columns)  # most of what a column says of another is a straight line
        self.bent = nn.Sequential(
            nn.Linear(2 * columns, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.GELU(),
            nn.Dropout(dropout),
            nn.Linear(width, columns),
        )

    def fill(self, value: Tensor, known: Tensor) -> Tensor:
        """Every cell of (n, columns), from those that are known and which those are."""
        seen = torch.cat([value * known, known], dim=1)
        return self.straight(seen) + self.bent(seen)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Some known values are hidden, and restored from the others: nobody needs to know what is really missing."""
        away = hidden(batch["known"], self.hide)
        return {"loss": mean_square(self.fill(batch["value"], batch["known"] - away), batch["value"], away)}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """The values that are judged are those that were removed."""
        filled = self.fill(batch["value"], batch["known"])
        return {"loss": mean_square(filled, batch["complete"], batch["removed"])}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``filled``: (n, columns), in standard deviations of training; what is known stays as it is."""
        filled = self.fill(batch["value"], batch["known"]).float()
        return {"filled": torch.where(batch["known"] > 0, batch["value"], filled)}


def hidden(known: Tensor, shares: list[float]) -> Tensor:
    """1 for some of the ``known`` cells (n, columns): of each row another share, between the two of ``shares``."""
    low, high = shares
    share = low + (high - low) * torch.rand(len(known), 1, device=known.device)
    return (torch.rand_like(known) < share).to(known.dtype) * known


def mean_square(filled: Tensor, value: Tensor, chosen: Tensor) -> Tensor:
    """Over the chosen cells. The mean of the column, which is 0, gives about 1."""
    return ((filled - value).square() * chosen).sum() / chosen.sum().clamp(min=1)
