"""Where agents act: what an environment gives to the methods, be it chess or one of gymnasium's; and how to play.

To add another, write a class with the names of ``Environment``, and choose it in player.py and in problem.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor, nn

from lab.contract import Batch

State = dict[str, Tensor]
"""What an agent sees of n games: each value has one row for each."""


class Games(Protocol):
    """n games that go on step by step together."""

    def live(self) -> Tensor:
        """(n,) which games go on."""

    def observe(self) -> State:
        """What is seen now; of a game that is over, anything."""

    def allowed(self) -> Tensor:
        """(n,) how many actions there are to choose from."""

    def step(self, choice: Tensor) -> Tensor:
        """Take action ``choice`` (n,) in each game that goes on; return the rewards (n,), 0 where a game is over."""

    def outcome(self) -> dict[str, Tensor]:
        """Columns of ``predictions.parquet`` from which the games can be told again, beside ``return``."""


class Environment(Protocol):
    """The rules, and how their states are read."""

    def begin(self, batch: Batch, luck: Tensor | None = None) -> Games:
        """A game from each row of the batch. All chance in it follows from that row, or from ``luck`` (n,) instead."""

    def network(self, width: int, depth: int) -> nn.Module:
        """From a state to the scores (n, actions) of the actions, and to what the state is about (n, width).

        An action that is not allowed has a score of -1e9. The weights are new.
        """

    def scale(self, discount: float) -> float:
        """How large discounted returns are: what a critic learns should be near one."""


def play(games: Games, choose: Callable[[State], Tensor]) -> dict[str, Tensor]:
    """Play ``games`` to their ends; ``choose`` turns a state into choices (n,).

    Returns what happened, each value (steps, games, …): the state before a choice, ``choice``, ``reward``, and
    ``live``: False once a game is over.
    """
    steps: list[dict[str, Tensor]] = []
    while (live := games.live()).any():
        state = games.observe()
        choice = choose(state)
        steps.append(state | {"choice": choice, "reward": games.step(choice), "live": live})
    return {name: torch.stack([step[name] for step in steps]) for name in steps[0]}


def play_at_random(games: Games, seed: int = 0) -> dict[str, Tensor]:
    """``play`` with any allowed action, each as likely as the others."""
    draw = torch.Generator().manual_seed(seed)
    return play(games, lambda _: (torch.rand(len(allowed := games.allowed()), generator=draw) * allowed).long())


def returns_to_go(rewards: Tensor, discount: float) -> Tensor:
    """Rewards (steps, games) to the sums of what follows, the next step's worth ``discount`` as much."""
    sums = torch.zeros_like(rewards)
    following = torch.zeros_like(rewards[0])
    for step in reversed(range(len(rewards))):
        following = sums[step] = rewards[step] + discount * following
    return sums
