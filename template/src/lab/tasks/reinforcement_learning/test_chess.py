"""The rules of chess and what a move earns, in positions that can be checked by eye."""

import chess
import torch

from lab.tasks.reinforcement_learning.chess_games import LENGTH, MATE, Games, balance, decode, encode, play_greedily
from lab.tasks.reinforcement_learning.environment import play_at_random


def games_from(*positions: str, seed: int = 0) -> Games:
    """Games that begin in the given positions."""
    games = Games(torch.full((len(positions), 1), -1), torch.full((len(positions),), seed))
    games.boards = [chess.Board(position) for position in positions]
    games.choices = [[*board.legal_moves] for board in games.boards]
    return games


def chosen(games: Games, move: str) -> torch.Tensor:
    return torch.tensor([games.choices[0].index(chess.Move.from_uci(move))])


def test_moves_survive_their_numbers() -> None:
    for text in ("a1h8", "e7e8q", "b2a1n", "e1g1"):
        assert decode(encode(chess.Move.from_uci(text))).uci() == text


def test_squares_show_the_pieces() -> None:
    squares = games_from("8/7k/8/8/3q4/8/1P6/K6N w - - 0 1").observe()["squares"]
    found = {chess.square_name(square): int(squares[0, square]) for square in squares[0].nonzero()[:, 0].tolist()}
    assert found == {"a1": 6, "b2": 1, "h1": 2, "d4": 11, "h7": 12}


def test_captures_earn() -> None:
    games = games_from("7k/8/8/3q4/4P3/8/8/K7 w - - 0 1")  # the queen is all that Black has
    assert games.step(chosen(games, "e4d5")).item() == 9


def test_losses_cost() -> None:
    rewards = set()
    for seed in range(60):  # Black may take the queen, or move elsewhere
        games = games_from("7k/6r1/8/8/8/8/6Q1/K7 w - - 0 1", seed=seed)
        rewards.add(games.step(chosen(games, "a1b1")).item())
    assert rewards == {0.0, -9.0}


def test_a_pawn_becomes_a_queen() -> None:
    opening = ["e2e4", "d7d5", "e4d5", "c7c6", "d5c6", "a7a6", "c6b7", "a6a5"]
    codes = torch.tensor([[encode(chess.Move.from_uci(move)) for move in opening]])
    games = Games(codes, torch.tensor([0]))
    promotions = [move for move in games.choices[0] if move.promotion]
    assert {move.promotion for move in promotions} == {chess.QUEEN}
    before = balance(games.boards[0])
    reward = games.step(chosen(games, "b7a8q")).item()
    assert reward == balance(games.boards[0]) - before >= 5 + 8 - 9  # a rook and a promotion, less what Black took


def test_checkmate_ends_a_game_and_is_worth_its_points() -> None:
    games = games_from("6k1/5ppp/8/8/8/8/8/R5K1 w - - 0 1")
    assert games.live()[0]
    assert games.step(chosen(games, "a1a8")).item() == MATE
    assert not games.live()[0]
    assert games.step(torch.tensor([0])).item() == 0


def test_being_mated_costs_as_much() -> None:
    rewards = set()
    for seed in range(60):  # Black's only other piece mates on the first rank, if it goes there
        games = games_from("k7/8/8/8/4P3/8/r5PP/7K w - - 0 1", seed=seed)
        rewards.add(games.step(chosen(games, "e4e5")).item())
        assert bool(games.live()[0]) != games.boards[0].is_checkmate()
    assert -MATE in rewards
    assert rewards == {-MATE, 0.0, -1.0}  # mate, another move, or the pawn on g2


def test_stalemate_is_worth_nothing() -> None:
    games = games_from("7k/8/8/6Q1/8/8/8/K7 w - - 0 1")
    assert games.step(chosen(games, "g5g6")).item() == 0
    assert not games.live()[0]


def test_the_greedy_player_takes_what_it_can_and_beats_a_random_one() -> None:
    openings, seeds = torch.full((30, 2), -1), torch.arange(30)
    played = play_greedily(openings, seeds)
    assert played["return"].shape == (30,)
    assert played["moves"].shape == (30, 2 + 2 * LENGTH)
    assert played["return"].mean() > play_at_random(Games(openings, seeds))["reward"].sum(0).mean() + 10
