"""A game of chess on the board."""

from __future__ import annotations

from typing import TYPE_CHECKING

import chess
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.textpath import TextPath

from lab.comparison.drawing import called, said
from lab.contract import Drawn
from lab.style import PALETTE
from lab.tasks.reinforcement_learning.chess_games import LENGTH, balance, decode

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PIECES = FontProperties(family="DejaVu Sans")  # it comes with matplotlib
POINTS = {"en": "points", "zh-TW": "分"}
GLYPHS = dict(zip("pnbrqk", "♟♞♝♜♛♚", strict=True))


def draw_game(codes: list[int], method: str, points: float, panels: int = 8) -> Drawn:
    """Positions at equal distances from the agent's first move to the last, with the points that it is ahead."""
    moves = [decode(int(code)) for code in codes if code >= 0]
    opening = len(codes) - 2 * LENGTH
    figure, boards = plt.subplots(2, panels // 2, figsize=(1.4 * panels / 2, 3.3))
    own = (len(moves) - opening + 1) // 2  # a game that the agent's move ends has no reply to it
    for axes, made in zip(boards.flat, np.linspace(0, own, panels).round().astype(int), strict=True):
        board = chess.Board()
        for move in moves[: opening + 2 * made]:
            board.push(move)
        draw_board(axes, board)
        ahead = f"{balance(board):+d}".replace("-", "−")
        axes.set_title(said({"en": f"move {made}: {ahead}", "zh-TW": f"第 {made} 步：{ahead}"}), loc="center")
    earned, name = f"{points:+.0f}".replace("-", "−"), called(method)
    caption = {
        "en": f"A game of {name}, White: the one of median return, {earned} points. Above each board: White's moves so "
        "far, and the points of pieces that White is ahead.",
        "zh-TW": f"{name}（白方）的一局：報酬居中者，{earned} 分。各圖上方為白方已走步數，以及白方領先的子力分數。",
    }
    # The moves say all that the boards show.
    return Drawn(figure, caption, f"{name}, {earned}. {chess.Board().variation_san(moves)}")


def draw_board(axes: Axes, board: chess.Board) -> None:
    """White below; the squares of the last move are marked."""
    shades = np.indices((8, 8)).sum(0) % 2 * 0.18 + 0.72
    axes.imshow(shades, cmap="gray", vmin=0, vmax=1, origin="lower")
    for square in board.peek().from_square, board.peek().to_square:
        corner = (square % 8 - 0.5, square // 8 - 0.5)
        axes.add_patch(Rectangle(corner, 1, 1, color=PALETTE["others"][0], alpha=0.45, linewidth=0))
    for square, piece in board.piece_map().items():
        fill, line = ("white", "black") if piece.color == chess.WHITE else ("black", "white")
        # As a shape, a piece is as large as its square, whatever the board's size.
        shape = TextPath((square % 8 - 0.42, square // 8 - 0.3), GLYPHS[piece.symbol().lower()], size=1, prop=PIECES)
        axes.add_patch(PathPatch(shape, facecolor=fill, edgecolor=line, linewidth=0.5))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(visible=False)
