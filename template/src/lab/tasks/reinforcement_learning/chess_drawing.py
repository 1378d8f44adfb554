"""A game of chess on the board, and what a player earns that moves at random."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import chess
import numpy as np
import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from lab.style import PALETTE
from lab.tasks.reinforcement_learning.chess_games import LENGTH, Games, balance, decode

if TYPE_CHECKING:
    from matplotlib.axes import Axes

GLYPHS = dict(zip("pnbrqk", "♟♞♝♜♛♚", strict=True))


def draw_game(codes: list[int], title: str, panels: int = 8) -> Figure:
    """Positions at equal distances from the agent's first move to the last, and all moves below."""
    moves = [decode(int(code)) for code in codes if code >= 0]
    opening = len(codes) - 2 * LENGTH
    figure = Figure(figsize=(7, 4.9), layout="constrained")
    figure.suptitle(title, fontsize=10)
    own = (len(moves) - opening + 1) // 2  # a game that the agent's move ends has no reply to it
    for axes, made in zip(
        figure.subplots(2, panels // 2).flat, np.linspace(0, own, panels).round().astype(int), strict=True
    ):
        board = chess.Board()
        for move in moves[: opening + 2 * made]:
            board.push(move)
        draw_board(axes, board)
        axes.set_title(f"after {made} moves: {balance(board):+d} points", fontsize=8)
    text = textwrap.fill(chess.Board().variation_san(moves), 130)
    figure.supxlabel(text, fontsize=6.5, ha="left", x=0.01)
    return figure


def draw_board(axes: Axes, board: chess.Board) -> None:
    """White below; the squares of the last move are marked."""
    shades = np.indices((8, 8)).sum(0) % 2 * 0.18 + 0.72
    axes.imshow(shades, cmap="gray", vmin=0, vmax=1, origin="lower")
    for square in board.peek().from_square, board.peek().to_square:
        corner = (square % 8 - 0.5, square // 8 - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, color=PALETTE["others"][0], alpha=0.45, linewidth=0))
    for square, piece in board.piece_map().items():
        fill, line = ("white", "black") if piece.color == chess.WHITE else ("black", "white")
        outline = [withStroke(linewidth=0.9, foreground=line)]
        place = (square % 8, square // 8 - 0.05)
        style: Any = {"color": fill, "fontsize": 14, "ha": "center", "va": "center", "family": "DejaVu Sans"}
        axes.text(*place, GLYPHS[piece.symbol().lower()], path_effects=outline, **style)
    axes.set_xticks(range(8), "abcdefgh", fontsize=5)
    axes.set_yticks(range(8), "12345678", fontsize=5)
    axes.tick_params(length=0, pad=1)
    axes.grid(visible=False)


def random_returns(games: list[list[int]], seed: int = 0) -> np.ndarray:
    """What a player earns that has White and moves at random after the same openings."""
    generator = torch.Generator().manual_seed(seed)
    openings = torch.tensor(np.array(games)[:, : -2 * LENGTH]).long()
    played = Games(openings, torch.arange(len(games)))
    total = torch.zeros(len(games))
    for _ in range(LENGTH):
        legal = torch.tensor([len(moves) for moves in played.choices])
        total += played.step((torch.rand(len(games), generator=generator) * legal).long())
    return total.numpy()
