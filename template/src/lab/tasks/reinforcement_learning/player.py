"""What all methods of this task share: a network that scores actions, and how it plays."""

from __future__ import annotations

import copy
from collections.abc import Callable

import torch
from torch import Tensor

from lab.contract import Batch, Examples, Method
from lab.tasks.reinforcement_learning.chess_games import Chess
from lab.tasks.reinforcement_learning.environment import Environment, Games, State, play


def environment_of(examples: Examples) -> Environment:
    """The environment that examples begin in: what ``load`` gives for gymnasium's names it, else it is chess."""
    return getattr(examples, "environment", None) or Chess()


class Player(Method):
    """A policy for the environment of the examples. ``width`` and ``depth``: see networks.py."""

    def __init__(self, examples: Examples, width: int, depth: int) -> None:
        super().__init__()
        self.environment = environment_of(examples)
        self.network = self.environment.network(width, depth)

    @torch.no_grad()
    def play(
        self, batch: Batch, choose: Callable[[Tensor], Tensor], luck: Tensor | None = None
    ) -> tuple[Games, dict[str, Tensor]]:
        """Play a game from each row; ``choose`` turns scores into choices.

        Returns the games, and what happened as ``play`` of environment.py does.
        """
        device = next(self.parameters()).device
        games = self.environment.begin(batch, luck)

        def choice(state: State) -> Tensor:
            return choose(self.network({name: value.to(device) for name, value in state.items()})[0]).cpu()

        return games, {name: value.to(device) for name, value in play(games, choice).items()}

    def explore(self, batch: Batch) -> tuple[dict[str, Tensor], dict[str, Tensor], Tensor]:
        """Play with random choices, as likely as the policy finds them, and with luck that is new each time.

        Returns what happened as ``play`` does; and of the steps in games that went on, the states and choices (n, …).
        """
        number = len(next(iter(batch.values())))
        luck = torch.randint(2**31, (number,))
        _, steps = self.play(batch, lambda scores: torch.multinomial(scores.softmax(1), 1)[:, 0], luck)
        live = steps["live"]
        known = {name: value[live] for name, value in steps.items() if name not in ("choice", "reward", "live")}
        return steps, known, steps["choice"][live]

    def validate(self, batch: Batch) -> dict[str, Tensor]:
        _, steps = self.play(batch, lambda scores: scores.argmax(1))
        mean = steps["reward"].sum(0).mean()
        return {"loss": -mean, "return": mean}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        """Each game played once by the best action: ``return``, and what the environment tells of a game.

        Double precision on the processor: rounding that depends on the batch's size must not choose an action.
        """
        exact = copy.deepcopy(self).to("cpu", torch.float64)
        games, steps = exact.play(batch, lambda scores: scores.argmax(1))
        return {"return": steps["reward"].sum(0), **games.outcome()}
