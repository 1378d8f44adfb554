"""Chess as an environment: what an agent sees, what it may do, what that earns, and who plays against it.

The rules are python-chess's. The agent has White and always sees many games at once.
"""

from __future__ import annotations

import random

import chess
import numpy as np
import torch
from torch import Tensor, nn

from lab.contract import Batch
from lab.tasks.reinforcement_learning.environment import State, play
from lab.tasks.reinforcement_learning.networks import BoardNetwork

LENGTH = 20
"""Moves that the agent makes in a game, unless the game ends before."""
MOST_LEGAL = 218
"""No position has more legal moves (Petrović 1964)."""
PIECES = 12
"""Kinds: White's pawn, knight, bishop, rook, queen, king, then Black's."""
MATE = 10
"""Points for checkmate; the pieces' values are those of every textbook."""


def encode(move: chess.Move) -> int:
    """From square, to square and promotion in one number, which ``decode`` reads."""
    return move.from_square + 64 * move.to_square + 4096 * (move.promotion or 0)


def decode(code: int) -> chess.Move:
    return chess.Move(code % 64, code // 64 % 64, code // 4096 or None)


def board_after(codes: list[int]) -> chess.Board:
    """The position after moves from the initial one; negative numbers are padding."""
    board = chess.Board()
    for code in codes:
        if code >= 0:
            board.push(decode(code))
    return board


def balance(board: chess.Board) -> int:
    """White's points on the board less Black's: pawn 1, knight and bishop 3, rook 5, queen 9."""
    white, black = board.occupied_co[chess.WHITE], board.occupied_co[chess.BLACK]
    kinds = ((1, board.pawns), (3, board.knights | board.bishops), (5, board.rooks), (9, board.queens))
    return sum(points * ((kind & white).bit_count() - (kind & black).bit_count()) for points, kind in kinds)


def winner(board: chess.Board) -> int:
    """1 if White has mated, -1 if Black has, else 0."""
    if not board.is_checkmate():
        return 0
    return -1 if board.turn == chess.WHITE else 1


def choices(board: chess.Board) -> list[chess.Move]:
    """The agent's legal moves. Its pawns promote to queens: from and to squares say all there is to choose."""
    return [move for move in board.generate_legal_moves() if move.promotion in (None, chess.QUEEN)]


class Games:
    """Games that go on move by move together. ``openings`` (n, plies): codes, padded with -1; ``seeds`` (n,)."""

    def __init__(self, openings: Tensor, seeds: Tensor) -> None:
        self.boards = [board_after(codes) for codes in openings.tolist()]
        self.opponents = [random.Random(seed) for seed in seeds.tolist()]
        self.choices = [choices(board) for board in self.boards]
        self.opening, self.left = openings.shape[1], LENGTH

    def live(self) -> Tensor:
        """(n,) which games go on."""
        return torch.tensor([bool(moves) for moves in self.choices]) & (self.left > 0)

    def allowed(self) -> Tensor:
        return torch.tensor([len(moves) for moves in self.choices])

    def observe(self) -> dict[str, Tensor]:
        """The state.

        ``squares`` (n, 64), a1 to h8: 0 if empty, else the piece's number from 1. ``moves`` (n, MOST_LEGAL): the legal
        ones as from + 64 to, then -1.
        """
        bits = np.unpackbits(
            np.array([_bits(board) for board in self.boards], dtype="<u8").view(np.uint8), bitorder="little"
        )
        squares = np.arange(1, PIECES + 1, dtype=np.uint8) @ bits.reshape(-1, PIECES, 64)
        moves = np.full((len(self.boards), MOST_LEGAL), -1)
        for row, legal in zip(moves, self.choices, strict=True):
            row[: len(legal)] = [encode(move) % 4096 for move in legal]
        return {"squares": torch.from_numpy(squares).long(), "moves": torch.from_numpy(moves)}

    def step(self, chosen: Tensor) -> Tensor:
        """Make the ``chosen`` (n,) of each game's moves, and the opponent's; return the rewards (n,) in points.

        A reward is what the move and its reply change in the balance, and MATE for the end of a king.
        """
        rewards = torch.zeros(len(self.boards))
        self.left -= 1
        for game, (board, choice) in enumerate(zip(self.boards, chosen.tolist(), strict=True)):
            if not self.choices[game]:
                continue
            before = balance(board)
            board.push(self.choices[game][choice])
            replies = list(board.generate_legal_moves())
            if replies:
                board.push(self.opponents[game].choice(replies))
            self.choices[game] = choices(board) if replies else []
            rewards[game] = balance(board) - before
            if not self.choices[game]:
                rewards[game] += MATE * winner(board)
        return rewards

    def outcome(self) -> dict[str, Tensor]:
        """``won`` (1, 0, -1), and all ``moves`` of both sides as ``encode`` writes them, then -1."""
        moves = torch.full((len(self.boards), self.opening + 2 * LENGTH), -1)
        for row, board in zip(moves, self.boards, strict=True):
            row[: len(board.move_stack)] = torch.tensor([encode(move) for move in board.move_stack])
        return {"won": torch.tensor([winner(board) for board in self.boards]), "moves": moves}


def play_greedily(openings: Tensor, seeds: Tensor) -> dict[str, np.ndarray]:
    """A player that looks one move ahead: it takes the most valuable piece, and mates if it can.

    ``return`` and ``outcome`` of each game; of equally good moves it makes any.
    """
    games, chance = Games(openings, seeds), random.Random(0)

    def worth(board: chess.Board, move: chess.Move) -> tuple[int, float]:
        board.push(move)
        found = balance(board) + MATE * winner(board)
        board.pop()
        return found, chance.random()

    def best(_: State) -> Tensor:
        found = [
            max(range(len(moves)), key=[worth(board, move) for move in moves].__getitem__, default=0)
            for board, moves in zip(games.boards, games.choices, strict=True)
        ]
        return torch.tensor(found)

    total = play(games, best)["reward"].sum(0)
    return {name: value.numpy() for name, value in {"return": total, **games.outcome()}.items()}


class Chess:
    """The environment: openings to begin from, and opponents whose moves follow from a seed."""

    def begin(self, batch: Batch, luck: Tensor | None = None) -> Games:
        return Games(batch["opening"], batch["opponent_seed"] if luck is None else luck)

    def network(self, width: int, depth: int) -> nn.Module:
        return BoardNetwork(PIECES, width, depth)

    def scale(self, discount: float) -> float:
        return 5.0


def _bits(board: chess.Board) -> list[int]:
    """Where each kind of piece stands, one bit a square."""
    kinds = (board.pawns, board.knights, board.bishops, board.rooks, board.queens, board.kings)
    return [kind & board.occupied_co[side] for side in (chess.WHITE, chess.BLACK) for kind in kinds]
