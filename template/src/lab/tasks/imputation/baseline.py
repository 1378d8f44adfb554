"""Linear regression of every value on the known ones."""

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method
from lab.tasks.imputation.gaps import hidden, mean_square


class Linear(Method):
    """``hide``: the least and the largest share of the known values that a training step hides."""

    def __init__(self, examples: Batch, hide: list[float]) -> None:
        super().__init__()
        columns = examples["value"].shape[1]
        self.hide = hide
        self.layer = nn.Linear(2 * columns, columns)

    def fill(self, value: Tensor, known: Tensor) -> Tensor:
        """Every cell of (n, columns), from those that are known and which those are."""
        return self.layer(torch.cat([value * known, known], dim=1))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Some known values are hidden, and told from the others: nobody needs to know what is really missing."""
        away = hidden(batch["known"], self.hide)
        return {"loss": mean_square(self.fill(batch["value"], batch["known"] - away), batch["value"], away)}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """``filled``: (n, columns), in standard deviations of training; what is known stays as it is."""
        filled = self.fill(batch["value"], batch["known"]).float()
        return {"filled": torch.where(batch["known"] > 0, batch["value"], filled)}
