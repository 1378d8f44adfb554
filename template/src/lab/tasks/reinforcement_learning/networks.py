"""The networks that read a state: a board of pieces, or a vector of numbers."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class BoardNetwork(nn.Module):
    """``squares`` (n, 64) of ``pieces`` kinds, and the legal ``moves`` (n, most), each as from + 64 to, then -1.

    ``width``: channels of the board's features. ``depth``: convolutions over the board.
    """

    def __init__(self, pieces: int, width: int, depth: int) -> None:
        super().__init__()
        self.piece = nn.Embedding(pieces + 1, width)
        self.square = nn.Parameter(torch.randn(64, width) / math.sqrt(width))
        self.layers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.origin, self.goal, self.lure = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, 1)

    def forward(self, state: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Scores (n, most) of the moves: how well the square that is left suits the square it leads to."""
        squares, moves = state["squares"], state["moves"]
        board = (self.piece(squares) + self.square).transpose(1, 2).unflatten(2, (8, 8))
        for layer in self.layers:
            board = board + functional.gelu(layer(board))
        features = self.norm(board.flatten(2).transpose(1, 2))  # (n, 64, width)
        pairs = self.goal(features) @ self.origin(features).transpose(1, 2) / math.sqrt(features.shape[2])
        table = (pairs + self.lure(features)).flatten(1)  # (n, 64 to × 64 from)
        scores = table.gather(1, moves.clamp(min=0)).float().masked_fill(moves < 0, -1e9)
        return scores, features.mean(1)


class VectorNetwork(nn.Module):
    """``seen`` (n, inputs), of which ``centre`` and ``spread`` (inputs,) are usual; always the same actions.

    ``width``: units of a layer. ``depth``: layers between the first and the last.
    """

    centre: Tensor
    spread: Tensor

    def __init__(self, centre: Tensor, spread: Tensor, actions: int, width: int, depth: int) -> None:
        super().__init__()
        self.register_buffer("centre", centre)
        self.register_buffer("spread", spread)
        self.first = nn.Linear(len(centre), width)
        self.layers = nn.ModuleList(nn.Linear(width, width) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.last = nn.Linear(width, actions)
        nn.init.normal_(self.last.weight, std=0.01)  # at first, no action is better than another

    def forward(self, state: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        features = self.first((state["seen"].to(self.centre.dtype) - self.centre) / self.spread)
        for layer in self.layers:
            features = features + functional.gelu(layer(features))
        features = self.norm(features)
        return self.last(features).float(), features
