"""What all methods of this task share: the network that scores moves, and how it plays."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.contract import Batch, Method
from lab.tasks.reinforcement_learning.environment import LENGTH, PIECES, Games, encode, winner


class Player(Method):
    """A policy. ``width``: channels of the board's features. ``depth``: convolutions over the board."""

    def __init__(self, examples: Batch, width: int, depth: int) -> None:
        super().__init__()
        self.piece = nn.Embedding(PIECES + 1, width)
        self.square = nn.Parameter(torch.randn(64, width) / math.sqrt(width))
        self.layers = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(depth))
        self.norm = nn.LayerNorm(width)
        self.origin, self.goal, self.lure = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, 1)

    def features(self, squares: Tensor) -> Tensor:
        """Squares (n, 64) to features of each square (n, 64, width)."""
        board = (self.piece(squares) + self.square).transpose(1, 2).unflatten(2, (8, 8))
        for layer in self.layers:
            board = board + functional.gelu(layer(board))
        return self.norm(board.flatten(2).transpose(1, 2))

    def scores(self, features: Tensor, moves: Tensor) -> Tensor:
        """Logits (n, MOST_LEGAL) of the legal moves: how well the square that is left suits the square it leads to."""
        pairs = self.goal(features) @ self.origin(features).transpose(1, 2) / math.sqrt(features.shape[2])
        table = (pairs + self.lure(features)).flatten(1)  # (n, 64 to × 64 from)
        return table.gather(1, moves.clamp(min=0)).float().masked_fill(moves < 0, -1e9)

    @torch.no_grad()
    def play(self, batch: Batch, choose: Callable[[Tensor], Tensor]) -> tuple[Games, dict[str, Tensor]]:
        """Play a game from each opening; ``choose`` turns logits into choices.

        Returns the games and what happened, each value (LENGTH, games, …): ``squares`` and ``moves`` before a
        choice, ``choice``, ``reward``, and ``live``: False once a game is over.
        """
        device = self.square.device
        games = Games(batch["opening"], batch["opponent_seed"])
        turns = []
        for _ in range(LENGTH):
            live = games.live()
            squares, moves = (part.to(device) for part in games.observe())
            choice = choose(self.scores(self.features(squares), moves))
            reward = games.step(choice)
            turns.append((squares, moves, choice, reward.to(device), live.to(device)))
        names = ("squares", "moves", "choice", "reward", "live")
        return games, dict(zip(names, map(torch.stack, zip(*turns, strict=True)), strict=True))

    def explore(self, batch: Batch) -> dict[str, Tensor]:
        """Play with random choices, as likely as the policy finds them, against an opponent that is new each time."""
        number = len(batch["opening"])
        batch = batch | {"opponent_seed": torch.randint(2**31, (number,))}
        _, turns = self.play(batch, lambda logits: torch.multinomial(logits.softmax(1), 1)[:, 0])
        return turns

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        _, turns = self.play(batch, lambda logits: logits.argmax(1))
        mean = turns["reward"].sum(0).mean()
        return {"loss": -mean, "return": mean}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """Each game played once by the best move: ``return`` (points), ``won`` (1, 0, -1) and all its ``moves``.

        Double precision on the processor: rounding that depends on the batch's size must not choose a move.
        """
        exact = copy.deepcopy(self).to("cpu", torch.float64)
        games, turns = exact.play(batch, lambda logits: logits.argmax(1))
        moves = torch.full((len(games.boards), batch["opening"].shape[1] + 2 * LENGTH), -1)
        for row, board in zip(moves, games.boards, strict=True):
            row[: len(board.move_stack)] = torch.tensor([encode(move) for move in board.move_stack])
        won = torch.tensor([winner(board) for board in games.boards])
        return {"return": turns["reward"].sum(0), "won": won, "moves": moves}
