"""Examples for an environment of gymnasium: seeds of resets, and the states that these begin with."""

from __future__ import annotations

import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch
from gymnasium import spaces

from lab.contract import Contents, Examples, Provenance
from lab.files import read_json, sha256, write_json
from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium, Starts

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

ENVIRONMENT = "environment.json"
"""Beside the table: which environment the starts are of."""
SHOWN = 16
"""Numbers of a state that the table shows; the digest is of all."""


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """One row for each game to be played: the seed of its reset, and the state that it begins with."""
    import gymnasium

    own = options.own(games=320, opening=0, seed=0)  # openings are those of chess
    environment = Gymnasium(options.name)
    seeds = random.Random(own["seed"]).sample(range(2**31), own["games"])
    states = first_states(environment, seeds)
    columns = {
        "id": [f"{row:04d}" for row in range(len(seeds))],
        "sha256": [sha256(content) for content in hashed(environment.name, seeds, states)],
        "start_seed": seeds,
    }
    table = pd.DataFrame(columns | shown(environment, states))
    write_json(raw / ENVIRONMENT, {"name": environment.name})
    alike = len({state.tobytes() for state in states})
    about = {
        len(seeds): "No two begin in the same state.",
        1: "All begin in the same state: what differs from game to game is chance alone, if there is any.",
    }.get(alike, f"They begin in {alike} different states, so a state may be in two splits.")
    return table, Provenance(
        title=options.title or f"Starts of games in {environment.name}",
        kind="made",
        source=f"this program, by the environment {environment.name} of the Python package gymnasium "
        f"{gymnasium.__version__}",
        licence=options.licence or "MIT",
        citation=options.citation
        or "Towers et al. 2024, Gymnasium: A Standard Interface for Reinforcement Learning "
        "Environments, arXiv 2407.17032",
        notes=f"No games are stored but how they begin: agents make their own data by playing. {about} "
        f"{options.notes}".strip(),
    )


def first_states(environment: Gymnasium, seeds: list[int]) -> list[np.ndarray]:
    world = environment.make()
    return [np.asarray(world.reset(seed=seed)[0]) for seed in seeds]


def hashed(name: str, seeds: list[int], states: list[np.ndarray]) -> list[bytes]:
    return [f"{name} {seed} ".encode() + state.tobytes() for seed, state in zip(seeds, states, strict=True)]


def shown(environment: Gymnasium, states: list[np.ndarray]) -> dict[str, Any]:
    """Columns ``start_0``, ``start_1``, …; or ``start``, if a state is one number."""
    if isinstance(environment.seen, spaces.Discrete):
        return {"start": [int(state) for state in states]}
    numbers = np.stack(states)[:, :SHOWN].astype(float)
    return {f"start_{place}": values for place, values in enumerate(numbers.T)}


def rules(examples: pd.DataFrame) -> list[Expectation]:
    """Seeds are seeds, and no state lacks a number; that it is the seed's own follows from ``contents``."""
    import great_expectations.expectations as gxe

    states = [name for name in examples if str(name).startswith("start") and name != "start_seed"]
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d{4,}$"),
        gxe.ExpectColumnValuesToBeUnique(column="start_seed"),
        gxe.ExpectColumnValuesToBeBetween(column="start_seed", min_value=0, max_value=2**31 - 1),
        *[gxe.ExpectColumnValuesToNotBeNull(column=name) for name in states],
    ]


def named_in(raw: Path) -> str:
    """The environment whose starts were collected."""
    return read_json(raw / ENVIRONMENT, "name")["name"]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """Datasets of ``start_seed``, with the ``environment``, which knows states from the training starts alone."""
    seeds = pd.read_parquet(raw / "examples.parquet").set_index("id")["start_seed"]
    found = {name: torch.tensor(seeds.loc[ids].to_numpy()) for name, ids in splits.items()}
    environment = Gymnasium(named_in(raw), found["train"])
    return {name: Starts(environment, each) for name, each in found.items()}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """What the seeds lead to; it must be the states that the table shows."""
    environment, seeds = Gymnasium(named_in(raw)), examples["start_seed"].tolist()
    states = first_states(environment, seeds)
    same = np.ones(len(seeds), bool)
    for name, values in shown(environment, states).items():
        same &= examples[name].to_numpy() == np.asarray(values)
    told = hashed(environment.name, seeds, states)
    return Contents(hashed=[content if right else b"" for content, right in zip(told, same, strict=True)])
