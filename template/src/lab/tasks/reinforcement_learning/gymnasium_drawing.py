"""A game in an environment of gymnasium in pictures, and what a player earns that moves at random."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium
from lab.tasks.reinforcement_learning.starts import named_in


def start_seeds(raw: Path, ids: list[str]) -> list[int]:
    return pd.read_parquet(raw / "examples.parquet").set_index("id")["start_seed"].loc[ids].tolist()


def random_episodes(raw: Path, ids: list[str]) -> np.ndarray:
    """What a player earns that moves at random from the same starts."""
    _, rewards = Gymnasium(named_in(raw)).random_games(torch.tensor(start_seeds(raw, ids)))
    return np.array([sum(each) for each in rewards])


def draw_episode(raw: Path, row: pd.Series, method: str, panels: int = 8) -> Figure:
    """A played game, from its start to its end: as the environment draws it, else the numbers of its states."""
    environment = Gymnasium(named_in(raw))
    actions = [int(action) for action in row["actions"] if action >= 0]
    seed = start_seeds(raw, [row["id"]])[0]
    title = f"{environment.name}: {method} in its median game, return {row['return']:.6g}"
    try:
        frames, returns, states = replay(environment.make(render_mode="rgb_array"), seed, actions, panels)
    except Exception:  # an environment that cannot draw itself says so in its own way
        frames, returns, states = replay(environment.make(), seed, actions, 0)
    figure = Figure(figsize=(7, 3.6), layout="constrained")
    figure.suptitle(title, fontsize=10)
    if not frames:
        axes = figure.subplots()
        axes.plot(states, linewidth=1)
        axes.set(xlabel="step", ylabel="numbers of the state")
        return figure
    for axes, (step, frame) in zip(figure.subplots(2, panels // 2).flat, frames.items(), strict=False):
        axes.imshow(frame)
        axes.set_title(f"after {step} steps: return {returns[step]:.6g}", fontsize=8)
    for axes in figure.axes:
        axes.set_axis_off()
    return figure


def replay(
    world: gymnasium.Env, seed: int, actions: list[int], panels: int
) -> tuple[dict[int, Any], list[float], list[Any]]:
    """Pictures by the number of steps before them, ``panels`` of them; returns and states before each step."""
    shown = set(np.linspace(0, len(actions), panels).round().astype(int).tolist())
    observation, _ = world.reset(seed=seed)
    returns, states, frames = [0.0], [observation], {}
    for step in range(len(actions) + 1):
        if step in shown:
            frames[step] = world.render()
        if step < len(actions):
            observation, reward, *_ = world.step(actions[step])
            returns.append(returns[-1] + float(reward))
            states.append(observation)
    world.close()
    return frames, returns, states
