# The template's example. Delete this line when the method is your own.
"""A normal distribution of the rows whose covariance is learned by filling gaps (after Le Morvan et al. 2020, NeuMiss).

Which values are known differs from row to row, and with them what is best for a gap. The baseline must learn an answer
for each pattern of gaps; here one equation has the answer for all of them, and gradients go through its solution.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.tasks.imputation.baseline import DenoisingAutoencoder


class LearnedCovariance(DenoisingAutoencoder):
    """Learns as the baseline does. ``factors``: hidden quantities that columns have in common."""

    def __init__(self, examples: Batch, hide: list[float], factors: int) -> None:
        super(DenoisingAutoencoder, self).__init__()  # none of the baseline's layers
        columns = examples["value"].shape[1]
        self.hide = hide
        self.mean = nn.Parameter(torch.zeros(columns))
        self.factors = nn.Parameter(torch.randn(columns, factors) / factors**0.5)
        self.noise = nn.Parameter(torch.full((columns,), -1.0))

    def fill(self, value: Tensor, known: Tensor) -> Tensor:
        """What is expected of each cell, given the known ones: mean + C[:, known] C[known, known]⁻¹ (value - mean)."""
        with torch.autocast(value.device.type, enabled=False):  # an equation with 8 bits has no solution worth having
            covariance = self.factors @ self.factors.T + torch.diag(functional.softplus(self.noise) + 0.001)
            # Rows differ in what is known: an unknown cell gets an equation of its own, whose solution is 0.
            of_known = known.unsqueeze(2) * covariance * known.unsqueeze(1) + torch.diag_embed(1 - known)
            weights = torch.linalg.solve(of_known, (value - self.mean) * known)
            return self.mean + weights @ covariance
