"""An environment of gymnasium by its name alone: its data, its games, and what agents learn in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
import pytest
import torch

from lab.data.inspection import validate
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import tree_digest
from lab.tasks.reinforcement_learning import problem
from lab.tasks.reinforcement_learning.baseline import Reinforce
from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium, GymnasiumGames, Starts
from lab.tasks.reinforcement_learning.novel import ActorCritic
from lab.words import in_language

PLAIN: Any = {"width": 16, "depth": 1, "discount": 0.95, "entropy": 0.01}
CRITIC: Any = {"trace": 0.9, "passes": 2, "parts": 3, "clip": 0.2}
NAMES = ["CartPole-v1", "Acrobot-v1", "MountainCar-v0", "FrozenLake-v1", "Taxi-v4"]


def settings(name: str, games: int = 60) -> DataSettings:
    return DataSettings.model_validate({"source": "gymnasium", "name": name, "games": games, "seed": 3})


def starts(raw: Path, name: str, games: int = 60) -> Starts:
    table, _ = problem.collect(raw, settings(name, games))
    table.to_parquet(raw / "examples.parquet")
    found = problem.load(raw, {"train": table["id"].tolist()})["train"]
    assert isinstance(found, Starts)
    return found


def batch_of(examples: Starts, number: int) -> dict[str, torch.Tensor]:
    return {"start_seed": examples.seeds[:number]}


@pytest.mark.parametrize("name", NAMES)
def test_data_pass_the_gate_and_are_the_same_again(tmp_path: Path, name: str) -> None:
    table, provenance = problem.collect(tmp_path, settings(name))
    pd.testing.assert_frame_equal(table, problem.collect(tmp_path, settings(name))[0])
    table.to_parquet(tmp_path / "examples.parquet", index=False)
    told = {"licence": provenance.licence, "citation": provenance.citation, "digest": tree_digest(tmp_path)}
    rules = problem.expectations(table, settings(name))
    report, _ = validate(problem, rules, tmp_path, table, told)  # type: ignore[arg-type]
    assert report["success"], [entry for entry in report["expectations"] if not entry["success"]]
    changed = table.assign(start_seed=table["start_seed"].to_numpy()[::-1].copy())
    report, _ = validate(problem, rules, tmp_path, changed, told)  # type: ignore[arg-type]
    assert not report["success"]


def test_another_environment_is_other_data(tmp_path: Path) -> None:
    digests = set()
    for name in ("FrozenLake-v1", "FrozenLake8x8-v1"):
        (tmp_path / name).mkdir()
        starts(tmp_path / name, name)
        digests.add(tree_digest(tmp_path / name))
    assert len(digests) == 2


@pytest.mark.parametrize("name", NAMES)
def test_both_methods_play_and_learn_in_it(tmp_path: Path, name: str) -> None:
    examples = starts(tmp_path, name)
    for method, options in ((Reinforce, {}), (ActorCritic, CRITIC)):
        torch.manual_seed(0)
        player = method(examples, **PLAIN, **options)
        optimizer = torch.optim.AdamW(player.parameters(), lr=1e-3)

        def update(loss: torch.Tensor, optimizer: torch.optim.Optimizer = optimizer) -> None:
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        assert all(value.isfinite() for value in player.train_step(batch_of(examples, 4), update).values())
        together = player.predict(batch_of(examples, 3))
        alone = player.predict({"start_seed": examples.seeds[1:2]})
        assert all(torch.equal(alone[column][0], together[column][1]) for column in alone)


def test_games_are_those_of_gymnasium(tmp_path: Path) -> None:
    examples = starts(tmp_path, "FrozenLake-v1")
    told = Reinforce(examples, **PLAIN).predict(batch_of(examples, 5))
    for seed, actions, earned in zip(examples.seeds.tolist(), told["actions"], told["return"], strict=False):
        world = gymnasium.make("FrozenLake-v1")
        world.reset(seed=seed)
        steps = [world.step(int(action)) for action in actions if action >= 0]
        assert [step[2] or step[3] for step in steps] == [False] * (len(steps) - 1) + [True]
        assert sum(float(step[1]) for step in steps) == earned


def test_luck_changes_what_follows_and_not_the_start() -> None:
    environment = Gymnasium("FrozenLake-v1")
    ends = set()
    for luck in range(8):
        games = GymnasiumGames(environment, torch.tensor([5]), torch.tensor([luck]))
        assert games.observe()["seen"][0, 0] == 1  # the upper left corner, which is number 0
        for _ in range(3):
            games.step(torch.tensor([1]))
        ends.add(int(games.observe()["seen"][0].argmax()))
    assert len(ends) > 1


def test_what_is_over_earns_nothing_and_stays_over() -> None:
    games = Gymnasium("CartPole-v1").begin({"start_seed": torch.tensor([1, 2])})
    total = torch.zeros(2)
    while games.live().any():
        total += games.step(torch.tensor([0, 1]))
    assert (total < 15).all()  # pushed one way, a pole falls
    assert games.step(torch.tensor([0, 0])).tolist() == [0, 0]
    assert (games.outcome()["actions"] >= 0).sum(1).tolist() == total.tolist()
    assert games.outcome()["solved"].tolist() == [False, False]


def test_states_are_scaled_by_training_starts_alone(tmp_path: Path) -> None:
    table, _ = problem.collect(tmp_path, settings("CartPole-v1"))
    table.to_parquet(tmp_path / "examples.parquet")
    ids = table["id"].tolist()
    networks: list[Any] = []
    for test in (ids[30:], ids[30:40]):
        found = problem.load(tmp_path, {"train": ids[:30], "test": test})
        networks.append(Reinforce(found["test"], **PLAIN).network)
    assert torch.equal(networks[0].centre, networks[1].centre)
    assert networks[0].spread.min() > 0.01


def test_metrics_follow_from_the_environment() -> None:
    assert [metric.name for metric in Gymnasium("CartPole-v1").metrics()] == ["mean_return", "solved"]
    assert [metric.name for metric in Gymnasium("CliffWalking-v1").metrics()] == ["mean_return"]
    assert Gymnasium("FrozenLake-v1").metrics()[0].digits == 3
    found = problem.score(pd.DataFrame({"return": [500.0, 100.0], "solved": [True, False]}))
    assert found == {"mean_return": 300, "solved": 50}
    assert Gymnasium("CliffWalking-v1").longest == 1000


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Cartpole-v1", "Did you mean: `CartPole`"),
        ("CartPole-v9", "cannot be made: gymnasium says .*versioned environments: .*`v1`"),
        ("CartPole", "names no version: write 'CartPole-v1'"),
        ("Pendulum-v1", "its actions are Box of shape (1,).*supported are actions that are Discrete"),
        ("Blackjack-v1", "its observations Tuple; supported are"),
        ("nowhere:World-v0", "cannot be made: gymnasium says .*nowhere"),
        ("two words", 'cannot be made: gymnasium says "Malformed'),
    ],
)
def test_names_that_cannot_be_played_are_told_in_one_line(tmp_path: Path, name: str, told: str) -> None:
    with pytest.raises(UserError, match=told.replace("(", r"\(").replace(")", r"\)")) as caught:
        problem.collect(tmp_path, settings(name))
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith("params.yaml: data.name: ")


def test_other_sources_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.source"):
        problem.collect(tmp_path, DataSettings.model_validate({"source": "folder"}))
    assert not problem.is_chess(DataSettings.model_validate({"name": "CartPole-v1"}))


@pytest.mark.parametrize("name", ["CartPole-v1", "FrozenLake-v1"])
def test_a_game_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    examples = starts(tmp_path, name, games=12)
    monkeypatch.setattr(problem, "RAW", tmp_path)
    told = Reinforce(examples, **PLAIN).predict(batch_of(examples, 12))
    columns = {column: list(np.asarray(value)) for column, value in told.items()}
    table = pd.DataFrame({"id": [f"{row:04d}" for row in range(12)], "split": "test"} | columns)
    figures = problem.figures({"baseline": table})
    assert set(figures) == {"game", "returns"}
    panels = [axes for axes in figures["game"].figure.axes if axes.images]
    assert len(panels) > 3
    first, last = (np.asarray(panels[place].images[0].get_array()) for place in (0, -1))
    assert first.std() > 1
    assert not np.array_equal(first, last)
    caption = in_language(figures["game"].caption, "en")
    assert name in caption
    assert "chess" not in caption.lower()
