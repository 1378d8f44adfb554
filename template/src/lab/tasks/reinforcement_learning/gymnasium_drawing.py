"""A game in an environment of gymnasium in pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gymnasium
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from lab.comparison.drawing import called, itemised, said
from lab.contract import Drawn
from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium
from lab.tasks.reinforcement_learning.starts import named_in


def draw_episode(raw: Path, row: pd.Series, method: str, panels: int = 8) -> Drawn:
    """A played game, from its start to its end: as the environment draws it, else the numbers of its states."""
    environment = Gymnasium(named_in(raw))
    actions = [int(action) for action in row["actions"] if action >= 0]
    seed = int(pd.read_parquet(raw / "examples.parquet").set_index("id").loc[row["id"], "start_seed"])
    try:
        frames, returns, states = replay(environment.make(render_mode="rgb_array"), seed, actions, panels)
    except Exception:  # an environment that cannot draw itself says so in its own way
        frames, returns, states = replay(environment.make(), seed, actions, 0)
    name, earned = called(method), f"{row['return']:.6g}".replace("-", "−")
    caption = {
        "en": f"{environment.name}: the game of {name} with the median return, {earned}, in {len(actions)} steps.",
        "zh-TW": f"{environment.name}：{name}報酬居中的一局，報酬 {earned}，共 {len(actions)} 步。",
    }
    if not frames:
        figure, axes = plt.subplots(figsize=(5.7, 2.4))
        axes.plot(states)
        axes.set_xlabel(said({"en": "Step", "zh-TW": "步數"}))
        axes.set_ylabel(said({"en": "Numbers of the state", "zh-TW": "狀態的各數值"}))
        return Drawn(figure, caption)
    figure, places = plt.subplots(2, panels // 2, figsize=(5.7, 3.0))
    told = []
    for axes, (step, frame) in zip(places.flat, frames.items(), strict=False):
        axes.imshow(frame)
        so_far = f"{returns[step]:.4g}".replace("-", "−")
        told.append(said({"en": f"step {step}: {so_far}", "zh-TW": f"第 {step} 步：{so_far}"}))
        axes.set_title(told[-1], loc="center")
    for axes in figure.axes:
        axes.set_axis_off()
    start = {"en": "Return so far. ", "zh-TW": "至此的報酬。"}
    return Drawn(figure, caption, said(start) + itemised(told))


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
