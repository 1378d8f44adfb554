"""Examples for chess: openings made of random moves, and the seed of an opponent for each."""

from __future__ import annotations

import itertools
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import chess
import pandas as pd
import torch

from lab.contract import Contents, Examples, Provenance
from lab.errors import UserError
from lab.files import sha256
from lab.tasks.reinforcement_learning.chess_games import balance, choices, encode

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings


def collect(options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """One row for each game to be played: its first moves, made at random, and the seed of the opponent's moves."""
    own = options.own(games=640, opening=4, seed=0)
    draw = random.Random(own["seed"])
    rows: dict[str, dict[str, Any]] = {}
    for attempt in itertools.count():
        if len(rows) == own["games"]:
            break
        if attempt > 10 * own["games"]:
            raise UserError("params.yaml: data.opening: so few random moves do not make data.games different positions")
        board = chess.Board()
        while len(board.move_stack) < 2 * own["opening"] and (legal := list(board.legal_moves)):
            board.push(draw.choice(legal))
        if not any(board.legal_moves):
            continue
        position = sha256(board.epd().encode())
        rows.setdefault(  # a position that was met before is left out: it may not be in two splits
            position,
            {
                "id": f"{len(rows):04d}",
                "sha256": position,
                "opening": " ".join(move.uci() for move in board.move_stack),
                "fen": board.fen(),
                "balance": balance(board),
                "choices": len(choices(board)),
                "opponent_seed": draw.randrange(2**31),
            },
        )
    provenance = Provenance(
        title="Chess openings made of random moves",
        kind="made",
        source="this program, by the rules of chess in the Python package chess (python-chess)",
        licence="CC0 1.0",
        citation="Fiekas 2012-2024, python-chess, https://python-chess.readthedocs.io",
        notes="The rules are real; the openings are not people's, and the opponent chooses any legal move with equal "
        "chances. No games are stored but how they begin: agents make their own data by playing.",
    )
    return pd.DataFrame(rows.values()), provenance


def rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4,}$"),
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnValuesToMatchRegex(
            column="opening", regex=r"^([a-h][1-8]){2}[qrbn]?( ([a-h][1-8]){2}[qrbn]?)*$"
        ),
        gxe.ExpectColumnValuesToMatchRegex(column="fen", regex=r"^([1-8pnbrqkPNBRQK]+/?){8} w "),
        gxe.ExpectColumnValuesToBeBetween(column="balance", min_value=-39, max_value=39),
        gxe.ExpectColumnValuesToBeBetween(column="choices", min_value=1, max_value=218),
        gxe.ExpectColumnValuesToBeBetween(column="opponent_seed", min_value=0, max_value=2**31 - 1),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``opening``: (n, moves) int64, each move a number as in chess_games.py. ``opponent_seed``: (n,) int64."""
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows = table.loc[ids]
        examples[name] = {
            "opening": torch.tensor([coded(opening) for opening in rows["opening"]]),
            "opponent_seed": torch.tensor(rows["opponent_seed"].to_numpy()),
        }
    return examples


def contents(examples: pd.DataFrame) -> Contents:
    """The position that each opening leads to; it must be that of ``fen``."""
    hashed = []
    for opening, fen in zip(examples["opening"], examples["fen"], strict=True):
        board = chess.Board()
        for move in opening.split():
            board.push_uci(move)  # which refuses an illegal one
        hashed.append(board.epd().encode() if board.fen() == fen else b"")
    return Contents(hashed=hashed)


def coded(opening: str) -> list[int]:
    return [encode(chess.Move.from_uci(move)) for move in opening.split()]
