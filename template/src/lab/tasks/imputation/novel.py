# The template's example. Delete this line when the method is your own.
"""A denoising autoencoder (Vincent et al. 2008) that fills the gaps, sees what it filled, and fills them again."""

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method
from lab.tasks.imputation.gaps import hidden, mean_square


class DenoisingAutoencoder(Method):
    """``width``: of the hidden layers. ``rounds``: of filling. ``hide``: as the baseline's."""

    def __init__(self, examples: Batch, width: int, rounds: int, hide: list[float]) -> None:
        super().__init__()
        columns = examples["value"].shape[1]
        self.rounds, self.hide = rounds, hide
        self.straight = nn.Linear(2 * columns, columns)
        self.bent = nn.Sequential(
            nn.Linear(2 * columns, width),
            nn.GELU(),
            nn.Linear(width, width),
            nn.GELU(),
            nn.Linear(width, columns),
        )

    def fill(self, value: Tensor, known: Tensor) -> Tensor:
        """Every cell of (n, columns). In each round the network sees what it filled in the one before."""
        filled = torch.zeros_like(value)
        for _ in range(self.rounds):
            seen = torch.cat([torch.where(known > 0, value, filled), known], dim=1)
            filled = self.straight(seen) + self.bent(seen)
        return filled

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """As the baseline's: the network learns to restore what was hidden from it."""
        away = hidden(batch["known"], self.hide)
        return {"loss": mean_square(self.fill(batch["value"], batch["known"] - away), batch["value"], away)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``filled``: (n, columns), in standard deviations of training; what is known stays as it is."""
        filled = self.fill(batch["value"], batch["known"]).float()
        return {"filled": torch.where(batch["known"] > 0, batch["value"], filled)}
