# The template's example. Delete this line when the method is your own.
"""Message passing (Gilmer et al. 2017): atoms tell their neighbours along bonds what they know, some times over.

Each step is that of a graph isomorphism network with bonds (Hu et al. 2020). What all atoms know in the end is summed,
for melting points grow with a molecule's size, averaged, for they depend on what it is made of, and its largest values
are taken, for a single group of atoms may hold a crystal together.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch
from lab.regressor import Regressor
from lab.tasks.graph_regression.molecules import ATOM_KINDS, BOND_KINDS


class Step(nn.Module):
    """One round of messages: ``atoms`` (all atoms, width) get what their neighbours know, through the bond."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.bond = nn.Embedding(BOND_KINDS, width)
        self.norm = nn.LayerNorm(width)
        self.layers = nn.Sequential(
            nn.Linear(2 * width, 2 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * width, width)
        )

    def forward(self, atoms: Tensor, neighbours: Tensor, bonds: Tensor) -> Tensor:
        known = self.norm(atoms)
        messages = functional.relu(known[neighbours] + self.bond(bonds)) * (bonds > 0).unsqueeze(2)
        return atoms + self.layers(torch.cat([known, messages.sum(dim=1)], dim=1))


class MessagePassing(Regressor):
    """``width``: numbers that each atom knows. ``steps``: rounds of messages. ``dropout``: share that a step loses."""

    def __init__(self, examples: Batch, width: int, steps: int, dropout: float) -> None:
        super().__init__(examples)
        self.kinds = nn.ModuleList(nn.Embedding(values, width) for values in ATOM_KINDS.values())
        self.steps = nn.ModuleList(Step(width, dropout) for _ in range(steps))
        self.norm = nn.LayerNorm(width)
        self.answer = nn.Sequential(
            nn.Linear(3 * width, 2 * width), nn.ReLU(), nn.Dropout(dropout), nn.Linear(2 * width, 1)
        )

    def standard_target(self, batch: Batch) -> Tensor:
        here = batch["atoms"][:, :, 0] > 0  # the rest fills the graphs up: from here on all atoms stand in one list
        place = here.flatten().cumsum(0).view_as(here) - 1
        neighbours = place.gather(1, batch["neighbours"].long().flatten(1)).view_as(batch["neighbours"])[here]
        codes, bonds = batch["atoms"][here].long(), batch["bonds"][here].long()
        atoms = torch.stack([kind(codes[:, column]) for column, kind in enumerate(self.kinds)]).sum(dim=0)
        for step in self.steps:
            atoms = step(atoms, neighbours, bonds)
        known = atoms.new_zeros(*here.shape, atoms.shape[1])
        known[here] = self.norm(atoms)
        total = known.sum(dim=1)
        highest = known.masked_fill(~here.unsqueeze(2), -torch.inf).amax(dim=1)
        mean = total / here.sum(dim=1, keepdim=True)
        return self.answer(torch.cat([mean, total / 10, highest], dim=1)).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """Mean absolute error, in standard deviations of the target."""
        return {"loss": functional.l1_loss(self.standard_target(batch), self.wanted(batch))}
