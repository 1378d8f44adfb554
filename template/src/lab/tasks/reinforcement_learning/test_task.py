"""What must hold for the examples, the agents and what they learn from."""

import math
import random
from pathlib import Path
from typing import Any

import chess
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import torch

from lab.contract import Batch
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.reinforcement_learning import problem
from lab.tasks.reinforcement_learning.baseline import Reinforce
from lab.tasks.reinforcement_learning.chess_games import LENGTH, MATE, Games, balance, board_after, decode, encode
from lab.tasks.reinforcement_learning.drawing import draw_returns
from lab.tasks.reinforcement_learning.environment import play_at_random, returns_to_go
from lab.tasks.reinforcement_learning.novel import ActorCritic, generalised_advantages
from lab.tasks.reinforcement_learning.player import Player

SIZE: Any = {"width": 16, "depth": 1, "discount": 0.9, "entropy": 0.01}


@pytest.fixture
def batch(tmp_path: Path) -> Batch:
    table, _ = problem.collect(tmp_path, DataSettings.model_validate({"games": 12, "opening": 4, "seed": 3}))
    table.to_parquet(tmp_path / "examples.parquet")
    return problem.load(tmp_path, {"train": table["id"].tolist()})["train"]  # type: ignore[return-value]


def test_rows_tell_what_load_encodes(tmp_path: Path) -> None:
    table, provenance = problem.collect(tmp_path, DataSettings.model_validate({"games": 30, "opening": 4, "seed": 3}))
    again, _ = problem.collect(tmp_path, DataSettings.model_validate({"games": 30, "opening": 4, "seed": 3}))
    pd.testing.assert_frame_equal(table, again)
    assert provenance.kind == "made"
    assert table["sha256"].is_unique
    table.to_parquet(tmp_path / "examples.parquet")
    examples = problem.load(tmp_path, {"test": ["0007", "0002"]})["test"]
    for row, identity in enumerate((7, 2)):
        assert board_after(examples["opening"][row].tolist()).fen() == table.loc[identity, "fen"]  # type: ignore[index]
        assert examples["opponent_seed"][row] == table.loc[identity, "opponent_seed"]  # type: ignore[index]


def test_too_few_different_openings_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.opening"):
        problem.collect(tmp_path, DataSettings.model_validate({"games": 3, "opening": 0, "seed": 0}))


def test_the_mask_holds_the_legal_moves_and_no_others(batch: Batch) -> None:
    games = Games(batch["opening"], batch["opponent_seed"])
    draw = random.Random(0)
    for _ in range(LENGTH):
        moves = games.observe()["moves"]
        for row, board in zip(moves, games.boards, strict=True):
            expected = {move.from_square + 64 * move.to_square for move in board.legal_moves}
            assert set(row[row >= 0].tolist()) == (expected if board.turn == chess.WHITE else set())
        games.step(torch.tensor([draw.randrange(len(legal) or 1) for legal in games.choices]))


def test_rewards_add_up_to_the_change_of_the_balance(batch: Batch) -> None:
    torch.manual_seed(0)
    player = Reinforce(batch, **SIZE)
    games, steps = player.play(batch, lambda scores: torch.multinomial(scores.softmax(1), 1)[:, 0])
    assert isinstance(games, Games)
    for game, board in enumerate(games.boards):
        start = balance(board_after(batch["opening"][game].tolist()))
        mate = MATE if board.is_checkmate() and board.turn == chess.BLACK else 0
        lost = MATE if board.is_checkmate() and board.turn == chess.WHITE else 0
        assert steps["reward"][:, game].sum().item() == balance(board) - start + mate - lost


def test_an_untaught_policy_has_no_favourites(batch: Batch) -> None:
    torch.manual_seed(0)
    player = Player(batch, width=32, depth=2)
    state = Games(batch["opening"], batch["opponent_seed"]).observe()
    policy, moves = player.network(state)[0].softmax(1), state["moves"]
    assert torch.equal(policy > 0, moves >= 0)
    entropy = -(policy * policy.clamp(min=1e-9).log()).sum(1)
    assert (entropy / (moves >= 0).sum(1).log()).min() > 0.85


def test_predictions_are_games_that_can_be_replayed_alone(batch: Batch) -> None:
    torch.manual_seed(0)
    player = ActorCritic(batch, **SIZE, trace=0.9, passes=1, parts=2, clip=0.2)
    together = player.predict(batch)
    for game in (0, 5):
        alone = player.predict({name: value[game : game + 1] for name, value in batch.items()})
        assert all(torch.equal(alone[name][0], together[name][game]) for name in alone)
    assert len({tuple(moves) for moves in together["moves"].tolist()}) == 12
    for game, codes in enumerate(together["moves"].tolist()):
        board = chess.Board()
        for code in codes:
            if code >= 0:
                assert decode(code) in board.legal_moves
                board.push(decode(code))
        start = balance(board_after(batch["opening"][game].tolist()))
        assert together["return"][game] == balance(board) - start + MATE * together["won"][game]


def test_practice_is_against_new_opponents_and_follows_from_the_seed(batch: Batch) -> None:
    player = Reinforce(batch, **SIZE)
    other = batch | {"opponent_seed": batch["opponent_seed"] + 1}
    found = []
    for seed, examples in ((0, batch), (0, other), (1, batch)):
        torch.manual_seed(seed)
        found.append(player.explore(examples)[0]["squares"])
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])


def test_returns_to_go_by_hand() -> None:
    rewards = torch.tensor([[1.0, 0.0], [0.0, 2.0], [4.0, -1.0]])
    assert torch.equal(returns_to_go(rewards, 0.5), torch.tensor([[2.0, 0.75], [2.0, 1.5], [4.0, -1.0]]))


def test_generalised_advantages_by_hand() -> None:
    rewards = torch.tensor([[1.0, 1.0], [0.0, 3.0], [4.0, 0.0]])
    values = torch.tensor([[2.0, 2.0], [1.0, 1.0], [2.0, 9.0]])  # 9: whatever a critic says of a game that is over
    live = torch.tensor([[True, True], [True, True], [True, False]])  # the second game ends with its second move
    # surprises: 1 + 0.5 · 1 - 2 = -0.5, 0 + 0.5 · 2 - 1 = 0, 4 - 2 = 2; and -0.5, 3 - 1 = 2; each adds 0.25 of the next
    expected = torch.tensor([[-0.5 + 0.25 * (0 + 0.25 * 2), -0.5 + 0.25 * 2], [0.25 * 2, 2.0], [2.0, 0.0]])
    torch.testing.assert_close(generalised_advantages(rewards, values, live, discount=0.5, trace=0.5), expected)


def test_a_trace_of_one_compares_returns_with_values() -> None:
    torch.manual_seed(0)
    rewards, values = torch.randn(6, 4), torch.randn(6, 4)
    live = torch.ones(6, 4, dtype=torch.bool)
    found = generalised_advantages(rewards, values, live, discount=0.9, trace=1.0)
    torch.testing.assert_close(found, returns_to_go(rewards, 0.9) - values)


def test_the_random_player_earns_nothing() -> None:
    """Both sides move alike, so neither gains: the mean is near zero, where agents that learn are near 35."""
    table, _ = problem.collect(Path(), DataSettings.model_validate({"games": 200, "opening": 4, "seed": 1}))
    codes = [[encode(chess.Move.from_uci(move)) for move in opening.split()] for opening in table["opening"]]
    games = Games(torch.tensor(codes), torch.arange(len(codes)))
    returns = play_at_random(games)["reward"].sum(0)
    assert abs(returns.mean()) < 3 * returns.std() / math.sqrt(200)
    assert 4 < returns.std() < 10


@pytest.mark.parametrize(
    ("method", "options"), [(Reinforce, {}), (ActorCritic, {"trace": 0.9, "passes": 2, "parts": 3, "clip": 0.2})]
)
def test_a_few_batches_teach_to_take_pieces(method: type[Reinforce | ActorCritic], options: dict) -> None:
    torch.manual_seed(0)
    player = method({}, **SIZE, **options)
    table, _ = problem.collect(Path(), DataSettings.model_validate({"games": 64, "opening": 4, "seed": 0}))
    codes = [[encode(chess.Move.from_uci(move)) for move in opening.split()] for opening in table["opening"]]
    examples = {"opening": torch.tensor(codes), "opponent_seed": torch.tensor(table["opponent_seed"].to_numpy())}
    optimizer = torch.optim.AdamW(player.parameters(), lr=3e-3)

    def update(loss: torch.Tensor) -> None:
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(player.parameters(), 1.0)
        optimizer.step()

    before = player.validate(examples)["return"]
    for _ in range(15):
        found = player.train_step({name: value[:32] for name, value in examples.items()}, update)
    assert found["loss"] == -found["return"]
    assert player.validate(examples)["return"] > before + 8


def test_returns_that_are_all_equal_are_drawn() -> None:
    """Who has just begun to learn may never reach the goal: each game earns the same."""
    lost = np.full(20, -500, np.float32)
    drawn = draw_returns({"baseline": lost, "novel": lost}, lost)
    assert "−500.0" in str(drawn.alt)
    plt.close(drawn.figure)
