# The template's example. Delete this line when the problem and its data are your own.
"""Play games and learn from their rewards alone: chess, or an environment of gymnasium that ``data.name`` names."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.errors import UserError

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
    from lab.tasks.reinforcement_learning.gymnasium_games import Gymnasium

    return Gymnasium(options.name).metrics()


def is_chess(options: DataSettings) -> bool:
    """Whether ``data`` names no environment of gymnasium."""
    if options.source not in ("demo", "gymnasium"):
        raise UserError("params.yaml: data.source: games are played, not collected: set it to demo or to gymnasium")
    return options.source == "demo" and not options.name


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """One row for each game to be played: how it begins, and the seed of all chance in it."""
    if is_chess(options):
        from lab.tasks.reinforcement_learning.openings import collect_openings

        return collect_openings(options)
    from lab.tasks.reinforcement_learning.starts import collect_starts

    return collect_starts(raw, options)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    if is_chess(options):
        from lab.tasks.reinforcement_learning.openings import opening_rules

        return opening_rules()
    from lab.tasks.reinforcement_learning.starts import start_rules

    return start_rules(examples, options)


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """Chess: ``opening`` (n, moves) and ``opponent_seed`` (n,). Else a dataset of ``start_seed``."""
    if not (raw / "environment.json").is_file():
        from lab.tasks.reinforcement_learning.openings import load_openings

        return load_openings(raw, splits)
    from lab.tasks.reinforcement_learning.starts import load_starts

    return load_starts(raw, splits)


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """The state that each row leads to."""
    if not (raw / "environment.json").is_file():
        from lab.tasks.reinforcement_learning.openings import opening_contents

        return opening_contents(examples)
    from lab.tasks.reinforcement_learning.starts import start_contents

    return start_contents(raw, examples)


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
    if (raw / "environment.json").is_file():
        return {}
    from lab.tasks.reinforcement_learning.chess_games import play_greedily

    test: Any = load(raw, splits)["test"]
    return {"one_step_greedy": play_greedily(test["opening"], test["opponent_seed"])}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """The returns of each method's games beside those of a player that moves at random; and one game step by step."""
    from lab.tasks.reinforcement_learning.drawing import draw_returns

    tables = {name: table[table["split"] == "test"] for name, table in predictions.items()}
    returns = {name: table["return"].to_numpy() for name, table in tables.items()}
    name = "novel" if "novel" in tables else list(tables)[-1]  # an ablation may be the last
    table = tables[name]
    middle = table.iloc[(table["return"] - table["return"].median()).abs().argsort().iloc[0]]
    if "moves" in table:
        from lab.tasks.reinforcement_learning.chess_drawing import POINTS, draw_game, random_returns

        game, unit = draw_game(middle["moves"].tolist(), name, middle["return"]), POINTS
        by_chance = random_returns(table["moves"].tolist())
    else:
        from lab.tasks.reinforcement_learning.gymnasium_drawing import draw_episode, random_episodes

        game, by_chance, unit = draw_episode(RAW, middle, name), random_episodes(RAW, table["id"].tolist()), {}
    return {"game": game, "returns": draw_returns(returns, by_chance, unit)}
