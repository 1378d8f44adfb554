# The template's example. Delete this line when the method is your own.
"""An ensemble that shares its layers, on numbers whose every piece has a meaning of its own."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.regressor import Regressor


class PiecewiseLinearEmbedding(nn.Module):
    """Each number becomes a vector, by a piecewise linear curve that is learned (Gorishniy et al. 2022, section 3.2).

    The pieces of a number have equally many training examples. Within each, the vector moves along a line.
    """

    left: Tensor
    size: Tensor

    def __init__(self, numbers: Tensor, bins: int, width: int) -> None:
        super().__init__()
        edges = numbers.quantile(torch.linspace(0, 1, bins + 1), dim=0).T
        self.register_buffer("left", edges[:, :-1].contiguous())
        self.register_buffer("size", edges.diff(dim=1).clamp(min=1e-6))  # edges may coincide
        self.curves = nn.Parameter(torch.empty(numbers.shape[1], bins, width))
        nn.init.uniform_(self.curves, -(bins**-0.5), bins**-0.5)

    def forward(self, numbers: Tensor) -> Tensor:
        """(n, numbers) to (n, numbers · width)."""
        passed = ((numbers.unsqueeze(2) - self.left) / self.size).clamp(0, 1)  # how much of each piece lies below
        return torch.einsum("nfb,fbw->nfw", passed, self.curves).relu().flatten(1)


class SharedEnsemble(Regressor):
    """Members that differ in the signs of their inputs and in their last layer (TabM-mini of Gorishniy et al. 2024).

    ``bins``: pieces of each number. ``embedding``: length of its vector. ``members``: of the ensemble.
    ``width``: units in each of the two hidden layers. ``dropout``: share of them that a step leaves out.
    """

    def __init__(self, examples: Batch, bins: int, embedding: int, members: int, width: int, dropout: float) -> None:
        super().__init__(examples)
        self.embed = PiecewiseLinearEmbedding(examples["numbers"], bins, embedding)
        inputs = examples["numbers"].shape[1] * embedding + examples["categories"].shape[1]
        self.adapters = nn.Parameter(2.0 * torch.randint(2, (members, inputs)) - 1)
        self.layers = nn.Sequential(
            nn.Linear(inputs, width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(width, width),
            nn.ReLU(),
            nn.Dropout(dropout),
        )
        self.heads = nn.Parameter(torch.empty(members, width))
        nn.init.uniform_(self.heads, -(width**-0.5), width**-0.5)
        self.offsets = nn.Parameter(torch.zeros(members))

    def standard_targets(self, batch: Batch) -> Tensor:
        """(n, members), with mean 0 and variance 1 over training."""
        inputs = torch.cat([self.embed(batch["numbers"]), batch["categories"]], dim=1)
        hidden = self.layers(inputs.unsqueeze(1) * self.adapters)
        return (hidden * self.heads).sum(dim=2) + self.offsets

    def standard_target(self, batch: Batch) -> Tensor:
        return self.standard_targets(batch).mean(dim=1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean square error of single members, for each learns by itself. Guessing the mean gives 1."""
        return {"loss": (self.standard_targets(batch) - self.wanted(batch).unsqueeze(1)).square().mean()}

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        """Mean square error of what the members say together, which is what ``predict`` answers."""
        return {"loss": functional.mse_loss(self.standard_target(batch), self.wanted(batch))}
