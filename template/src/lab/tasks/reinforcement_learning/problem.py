# The template's example. Delete this line when the problem and its data are your own.
"""Play games and learn from their rewards alone: chess, or an environment of gymnasium that ``data.name`` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.errors import UserError
from lab.tasks.reinforcement_learning import openings, starts
from lab.tasks.reinforcement_learning.chess_games import Chess, play_greedily
from lab.tasks.reinforcement_learning.environment import play_at_random
from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the starts of the games that ``figures`` shows."""
RETURN, WINS = {"en": "mean return", "zh-TW": "平均報酬"}, {"en": "wins", "zh-TW": "勝率"}
CHESS_METRICS = (
    Metric("mean_return", higher_is_better=True, unit="points a game", digits=1, label=RETURN),
    Metric("wins", higher_is_better=True, unit="% of games", digits=1, bounds=(0, 100), label=WINS),
)
targets = ()
stratify = None


def __getattr__(name: str) -> Any:
    """``metrics``: they follow from the environment that params.yaml names."""
    if name != "metrics":
        raise AttributeError(f"problem.py has no {name}")
    from lab.settings import read_params

    options = read_params().data if Path("params.yaml").is_file() else None
    if options is None or is_chess(options):
        return CHESS_METRICS
    return Gymnasium(options.name).metrics()


def is_chess(options: DataSettings) -> bool:
    """Whether ``data`` names no environment of gymnasium."""
    if options.source not in ("demo", "gymnasium"):
        raise UserError("params.yaml: data.source: games are played, not collected: set it to demo or to gymnasium")
    return options.source == "demo" and not options.name


def of_gymnasium(raw: Path) -> bool:
    """Whether the data are starts in an environment of gymnasium."""
    return (raw / starts.ENVIRONMENT).is_file()


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """One row for each game to be played: how it begins, and the seed of all chance in it."""
    return openings.collect(options) if is_chess(options) else starts.collect(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    return openings.rules() if is_chess(options) else starts.rules(examples)


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """Chess: ``opening`` (n, moves) and ``opponent_seed`` (n,). Else a dataset of ``start_seed``."""
    return starts.load(raw, splits) if of_gymnasium(raw) else openings.load(raw, splits)


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """The state that each row leads to."""
    return starts.contents(raw, examples) if of_gymnasium(raw) else openings.contents(examples)


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """The mean return, and the share of games that are won or solved."""
    found = {"mean_return": float(predictions["return"].mean())}
    if "won" in predictions:
        found["wins"] = 100 * float((predictions["won"] == 1).mean())
    if "solved" in predictions:
        found["solved"] = 100 * float(predictions["solved"].mean())
    return found


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Chess: a player that looks one move ahead and learns nothing."""
    if of_gymnasium(raw):
        return {}
    test: Any = openings.load(raw, splits)["test"]
    return {"one_step_greedy": play_greedily(test["opening"], test["opponent_seed"])}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """The returns of each method's games beside those of a player that moves at random; and one game step by step."""
    from lab.tasks.reinforcement_learning.drawing import draw_returns

    tables = {name: table[table["split"] == "test"] for name, table in predictions.items()}
    returns = {name: table["return"].to_numpy() for name, table in tables.items()}
    name = "novel" if "novel" in tables else list(tables)[-1]  # an ablation may be the last
    table = tables[name]
    middle = table.iloc[(table["return"] - table["return"].median()).abs().argsort().iloc[0]]
    examples: Any = load(RAW, {"train": table["id"].tolist()})["train"]
    if of_gymnasium(RAW):
        from lab.tasks.reinforcement_learning.gymnasium_drawing import draw_episode

        game, unit = draw_episode(RAW, middle, name), {}
        begun = examples.environment.begin({"start_seed": examples.seeds})
    else:
        from lab.tasks.reinforcement_learning.chess_drawing import POINTS, draw_game

        game, unit = draw_game(middle["moves"].tolist(), name, middle["return"]), POINTS
        begun = Chess().begin(examples)
    by_chance = play_at_random(begun)["reward"].sum(0).numpy()
    return {"game": game, "returns": draw_returns(returns, by_chance, unit)}
