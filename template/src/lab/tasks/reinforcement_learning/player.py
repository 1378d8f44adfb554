"""What all methods of this task share: a network that scores actions, and how it plays."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import torch
from torch import Tensor

from lab.contract import Batch, Examples, Method, Update
from lab.tasks.reinforcement_learning.environment import Games, environment_of


@contextmanager
def one_thread() -> Iterator[None]:
    """Where there is little to compute, several threads would spend their time in waiting for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


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

        Returns the games and what happened, each value (steps, games, …): the state before a choice, ``choice``,
        ``reward``, and ``live``: False once a game is over.
        """
        device = next(self.parameters()).device
        games = self.environment.begin(batch, luck)
        steps: list[dict[str, Tensor]] = []
        with one_thread():
            while (live := games.live()).any():
                state = {name: value.to(device) for name, value in games.observe().items()}
                choice = choose(self.network(state)[0])
                reward = games.step(choice)
                steps.append(state | {"choice": choice, "reward": reward.to(device), "live": live.to(device)})
        return games, {name: torch.stack([step[name] for step in steps]) for name in steps[0]}

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        with one_thread() if self.environment.light else nullcontext():
            return self.learn(batch, update)

    def learn(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        """Play, and call ``update`` with a loss as often as the method likes: see ``train_step`` in contract.py."""
        raise TypeError(f"{type(self).__name__} has no learn: add it")

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
