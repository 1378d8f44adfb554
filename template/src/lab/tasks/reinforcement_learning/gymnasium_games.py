"""Environments of gymnasium, by their names: those with discrete actions whose states are vectors or numbers.

An environment of your own is a class in a file beside this one: import it here, and register it as the last line shows.
"""

from __future__ import annotations

import os
import re
import warnings
from typing import TYPE_CHECKING, Any

import gymnasium
import numpy as np
import torch
from gymnasium import spaces
from gymnasium.wrappers import TimeLimit
from torch import Tensor, nn
from torch.utils.data import Dataset

from lab.contract import Batch
from lab.errors import UserError, one_line
from lab.tasks.reinforcement_learning.environment import play_at_random, returns_to_go
from lab.tasks.reinforcement_learning.networks import VectorNetwork

if TYPE_CHECKING:
    from lab.contract import Metric

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEODRIVER", "dummy")  # games are drawn into arrays: no window is needed

LONGEST = 1000
"""Steps after which a game ends whose environment sets no limit."""
TRIED = 16
"""Games of a player that moves at random from which it is learned what states and returns are usual."""


class Gymnasium:
    """An environment by its name; ``starts`` are seeds of resets, to see from them what is usual."""

    def __init__(self, name: str, starts: Tensor | None = None) -> None:
        self.name = name
        self.starts = torch.arange(TRIED) if starts is None else starts[:TRIED]
        world = self.make()
        seen, actions = world.observation_space, world.action_space
        is_vector = isinstance(seen, spaces.Box) and len(seen.shape) == 1
        if not isinstance(actions, spaces.Discrete) or not (is_vector or isinstance(seen, spaces.Discrete)):
            can = "actions that are Discrete, and observations that are a Box of one dimension or Discrete"
            has = f"its actions are {_kind(actions)}, its observations {_kind(seen)}"
            raise UserError(f"params.yaml: data.name: {name}: {has}; supported are {can}")
        self.seen, self.actions = seen, actions
        spec = world.spec
        assert spec is not None
        self.longest: int = spec.max_episode_steps or LONGEST
        self.threshold: float | None = spec.reward_threshold

    def make(self, **options: Any) -> gymnasium.Env:
        """A new environment.

        Raises:
            UserError: there is none of that name, or it needs packages that are not there.
        """
        wrong = f"params.yaml: data.name: {self.name!r}"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of versions that are old
                world = gymnasium.make(self.name, disable_env_checker=True, **options)
        except (gymnasium.error.Error, ImportError) as error:
            extra = re.search(r"gymnasium\[[\w-]+\]", str(error))
            how = f'run `uv add "{extra[0]}"`, which brings it' if extra else f'gymnasium says "{one_line(error)}"'
            raise UserError(f"{wrong} cannot be made: {how}") from None
        assert world.spec is not None
        if world.spec.id != self.name.rpartition(":")[2]:
            raise UserError(f"{wrong} names no version: write {world.spec.id!r}")
        return world if world.spec.max_episode_steps else TimeLimit(world, LONGEST)

    def read(self, observation: Any) -> np.ndarray:
        """A state as a vector: a number becomes a 1 at its place."""
        return np.asarray(spaces.flatten(self.seen, observation), np.float32)

    def begin(self, batch: Batch, luck: Tensor | None = None) -> GymnasiumGames:
        return GymnasiumGames(self, batch["start_seed"], luck)

    def network(self, width: int, depth: int) -> nn.Module:
        if isinstance(self.seen, spaces.Discrete):
            centre = torch.zeros(int(self.seen.n))
            spread = torch.ones(int(self.seen.n))
        else:
            told = play_at_random(self.begin({"start_seed": self.starts}))
            every = told["seen"][told["live"]]
            centre, spread = every.mean(0), every.std(0, correction=0)
            spread = torch.where(spread < 1e-6, 1.0, spread)
        return VectorNetwork(centre, spread, int(self.actions.n), width, depth)

    def scale(self, discount: float) -> float:
        told = play_at_random(self.begin({"start_seed": self.starts}))
        return float(returns_to_go(told["reward"], discount)[told["live"]].square().mean().sqrt()) or 1.0

    def metrics(self) -> tuple[Metric, ...]:
        """The return, and how many games reach the one at which gymnasium calls the environment solved, if it says."""
        from lab.contract import Metric

        digits = 3 if self.threshold is not None and abs(self.threshold) <= 1 else 1
        mean, solved = {"en": "mean return", "zh-TW": "平均報酬"}, {"en": "solved", "zh-TW": "達成率"}
        earned = Metric("mean_return", higher_is_better=True, digits=digits, label=mean)
        if self.threshold is None:
            return (earned,)
        share = Metric("solved", higher_is_better=True, unit="% of games", digits=1, bounds=(0, 100), label=solved)
        return earned, share


def _kind(space: spaces.Space) -> str:
    shape = f" of shape {space.shape}" if isinstance(space, spaces.Box) else ""
    return f"{type(space).__name__}{shape}"


class GymnasiumGames:
    """Games that go on step by step together; each begins as a reset with its seed (n,) says."""

    def __init__(self, environment: Gymnasium, seeds: Tensor, luck: Tensor | None = None) -> None:
        self.environment = environment
        self.worlds = [environment.make() for _ in seeds]
        self.going = np.ones(len(seeds), bool)
        self.total, self.choices = np.zeros(len(seeds)), np.full((len(seeds), environment.longest), -1, np.int16)
        self.taken = 0
        first = [world.reset(seed=seed)[0] for world, seed in zip(self.worlds, seeds.tolist(), strict=True)]
        self.seen = np.stack([environment.read(each) for each in first])
        if luck is not None:
            for world, seed in zip(self.worlds, luck.tolist(), strict=True):
                world.unwrapped.np_random = np.random.default_rng(seed)

    def live(self) -> Tensor:
        return torch.from_numpy(self.going.copy())

    def allowed(self) -> Tensor:
        return torch.full((len(self.worlds),), int(self.environment.actions.n))

    def observe(self) -> dict[str, Tensor]:
        return {"seen": torch.from_numpy(self.seen.copy())}

    def step(self, choice: Tensor) -> Tensor:
        rewards = np.zeros(len(self.worlds), np.float32)
        chosen = choice.tolist()
        for game in np.flatnonzero(self.going).tolist():
            action = chosen[game] + int(self.environment.actions.start)
            observation, reward, terminated, truncated, _ = self.worlds[game].step(action)
            self.seen[game] = self.environment.read(observation)
            self.choices[game, self.taken] = action
            self.total[game] += float(reward)
            rewards[game] = reward
            self.going[game] = not (terminated or truncated)
        self.taken += 1
        return torch.from_numpy(rewards)

    def outcome(self) -> dict[str, Tensor]:
        """The ``actions`` of each game, then -1; and whether it is ``solved``, if the environment says what that is."""
        told = {"actions": torch.from_numpy(self.choices)}
        if self.environment.threshold is not None:
            told["solved"] = torch.from_numpy(self.total >= self.environment.threshold)
        return told


class Starts(Dataset[Batch]):
    """Games to be played: the seeds of their resets. Tensors could not say of which environment."""

    def __init__(self, environment: Gymnasium, seeds: Tensor) -> None:
        self.environment, self.seeds = environment, seeds

    def __len__(self) -> int:
        return len(self.seeds)

    def __getitem__(self, row: int) -> Batch:
        return {"start_seed": self.seeds[row]}


# gymnasium.register("OurWorld-v0", OurWorld, max_episode_steps=200)
