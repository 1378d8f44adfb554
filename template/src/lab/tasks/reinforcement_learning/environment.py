"""Where agents act: what an environment gives to the methods, be it chess or one of gymnasium's.

To add another, write a class with the names of ``Environment``, and choose it in ``environment_of`` and in problem.py.
"""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

from lab.contract import Batch, Examples

State = dict[str, Tensor]
"""What an agent sees of n games: each value has one row for each."""


class Games(Protocol):
    """n games that go on step by step together."""

    def live(self) -> Tensor:
        """(n,) which games go on."""

    def observe(self) -> State:
        """What is seen now; of a game that is over, anything."""

    def step(self, choice: Tensor) -> Tensor:
        """Take action ``choice`` (n,) in each game that goes on; return the rewards (n,), 0 where a game is over."""

    def outcome(self) -> dict[str, Tensor]:
        """Columns of ``predictions.parquet`` from which the games can be told again, beside ``return``."""


class Environment(Protocol):
    """The rules, and how their states are read."""

    light: bool
    """Whether its network is so small that several threads would spend their time in waiting for each other."""

    def begin(self, batch: Batch, luck: Tensor | None = None) -> Games:
        """A game from each row of the batch. All chance in it follows from that row, or from ``luck`` (n,) instead."""

    def network(self, width: int, depth: int) -> nn.Module:
        """From a state to the scores (n, actions) of the actions, and to what the state is about (n, width).

        An action that is not allowed has a score of -1e9. The weights are new.
        """

    def scale(self, discount: float) -> float:
        """How large discounted returns are: what a critic learns should be near one."""


def environment_of(examples: Examples) -> Environment:
    """The environment that examples begin in: what ``load`` gives for gymnasium's names it, else it is chess."""
    named = getattr(examples, "environment", None)
    if named is not None:
        return named
    from lab.tasks.reinforcement_learning.chess_games import Chess

    return Chess()
