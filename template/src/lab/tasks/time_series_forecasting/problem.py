# The template's example. Delete this line when the problem and its data are your own.
"""Tell the next values of a series and how sure that is; the demo data are electricity demand in half-hours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.series import KNOWN, own_series
from lab.data.sources import find, provenance
from lab.errors import UserError
from lab.files import read_json, sha256, write_json
from lab.tasks.time_series_forecasting import series
from lab.tasks.time_series_forecasting.calendar import features
from lab.tasks.time_series_forecasting.demand import SOURCE, demand_rules, read_demand
from lab.tasks.time_series_forecasting.quantiles import LEVELS, MEDIAN, pinball, stacked

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the series that ``figures`` shows."""
WINDOW = "window.json"
BAND = 100 * (LEVELS[-1] - LEVELS[0])
PINBALL = {"en": "pinball loss", "zh-TW": "分位數損失"}
COVERAGE = {"en": "coverage's distance from 80%", "zh-TW": "涵蓋率與 80% 的差距"}
metrics = (
    Metric("mase", higher_is_better=False, bounds=(0, None), label="MASE"),
    Metric("pinball", higher_is_better=False, bounds=(0, None), label=PINBALL),
    Metric("coverage_gap", higher_is_better=False, unit="%", digits=1, bounds=(0, BAND), biased=True, label=COVERAGE),
)
targets = ("future", "middle", "scale")
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """A row for each forecast; ``series.parquet`` has the values, ``window.json`` how many are seen and asked."""
    own = options.own(past=336, horizon=48, season=48, every=4, block=336, known=[])
    for name in ("past", "horizon", "season", "every", "block"):
        if isinstance(own[name], bool) or not isinstance(own[name], int) or not 1 <= own[name] <= 20_000:
            raise UserError(f"params.yaml: data.{name}: {own[name]}: it must be a whole number from 1 to 20000")
    if own["season"] > own["past"]:
        raise UserError(f"params.yaml: data.season: {own['season']}: it must be within data.past ({own['past']})")
    window = {name: own[name] for name in ("past", "horizon", "season")}
    if options.source == "demo":
        values, source = read_demand(), SOURCE
    else:
        found = find(options)
        values, told = own_series(found, options, own["known"])
    examples = series.origins(values, own["past"], own["horizon"], own["every"], own["block"])
    if len(examples) < 20:
        told_of = f"{len(values)} times, of which a forecast sees {own['past']} and tells {own['horizon']}"
        raise UserError(f"only {len(examples)} forecasts can be made of {told_of}: set smaller data.past or data.every")
    windows = series.window_contents(values, examples, own["past"], own["horizon"])
    examples.insert(1, "sha256", [sha256(content) for content in windows])
    series.write(raw, values)
    write_json(raw / WINDOW, window)
    if options.source != "demo":
        said = [f"{len(examples)} forecasts of {own['horizon']} values from {own['past']}", *told]
        source = provenance(options, found, said, [])
    return examples, source


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    """Of own data: answers come after what is seen, and each series is there."""
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in demand.py; yours are below
        return demand_rules()
    rules: list[Expectation] = [
        gxe.ExpectTableRowCountToBeBetween(min_value=20),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="until", column_B="date"),
    ]
    others = examples.columns.difference(["id", "sha256", "date", "until"])
    return rules + [gxe.ExpectColumnValuesToNotBeNull(column=column) for column in others]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``past``: (n, past), and ``future``: (n, horizon), in mean errors of the seasonal naive forecast in training.

    ``calendar``: (n, past + horizon, features), known ahead. ``middle`` and ``scale``: (n,), which give the unit back.
    """
    values, window = series.read(raw), read_json(raw / WINDOW, "past", "horizon", "season")
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    end = pd.Timestamp(table.loc[splits["train"], "until"].max())
    numbers = values[[name for name in values if not name.startswith(KNOWN)]].astype(float)
    train = numbers[:end]
    scale = train.diff(window["season"]).abs().mean()
    scale = scale.where(scale > 0, train.std()).replace(0, 1).fillna(1).to_numpy()
    middle = train.mean().fillna(0).to_numpy()
    scaled, known = ((numbers.to_numpy() - middle) / scale).astype(np.float32), features(values, end)
    steps = np.arange(1 - window["past"], window["horizon"] + 1)
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        rows, which = series.places(values, table.loc[ids])
        span = rows[:, None] + steps
        whole = scaled[span, which[:, None]]
        parts = {
            "past": whole[:, : window["past"]],
            "calendar": known[span],
            "future": whole[:, window["past"] :],
            "middle": middle[which].astype(np.float32),
            "scale": scale[which].astype(np.float32),
        }
        examples[name] = {key: torch.from_numpy(np.ascontiguousarray(part)) for key, part in parts.items()}
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The last season once more; and ridge regression on the past and the calendar, one line for each step ahead.

    Bands are of the errors that each made on the last fifth of the training examples, by step.
    """
    from sklearn.linear_model import RidgeCV

    found = {name: part for name, part in load(raw, splits).items() if isinstance(part, dict)}
    season = read_json(raw / WINDOW, "past", "horizon", "season")["season"]
    train, test, cut = found["train"], found["test"], int(0.8 * len(found["train"]["past"]))
    horizon = train["future"].shape[1]

    def inputs(batch: dict[str, torch.Tensor]) -> np.ndarray:
        past = batch["past"] - batch["past"].mean(dim=1, keepdim=True)
        return torch.cat([past, batch["calendar"][:, past.shape[1] :].flatten(1)], dim=1).numpy()

    def ridge(batch: dict[str, torch.Tensor], of: slice) -> np.ndarray:
        level = train["past"][of].mean(dim=1, keepdim=True).numpy()
        model = RidgeCV(np.geomspace(1, 10_000, 9)).fit(inputs(train)[of], train["future"][of].numpy() - level)
        return model.predict(inputs(batch)) + batch["past"].mean(dim=1, keepdim=True).numpy()

    def naive(batch: dict[str, torch.Tensor], of: slice) -> np.ndarray:
        return batch["past"][:, -season:].repeat(1, -(-horizon // season))[:, :horizon].numpy()

    answers = {}
    for name, method in {"seasonal_naive": naive, "ridge": ridge}.items():
        errors = train["future"][cut:].numpy() - method(train, slice(cut))[cut:]
        spread = np.quantile(errors, LEVELS, axis=0).T  # (horizon, levels)
        spread[:, MEDIAN] = 0
        answers[name] = {"forecast": method(test, slice(None))[:, :, None] + np.sort(spread, axis=1)}
    return answers


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Of each example the mean absolute error of the median, the mean pinball loss, and the share within the band."""
    future, forecast = (torch.from_numpy(part.astype(np.float32)) for part in stacked(predictions))
    inside = (future >= forecast[..., 0]) & (future <= forecast[..., -1])
    error = (forecast[..., MEDIAN] - future).abs()
    sums = {"error": error.mean(1), "loss": pinball(forecast, future).mean(1), "inside": inside.float().mean(1)}
    return pd.DataFrame({name: value.double().numpy() for name, value in sums.items()})


def score(predictions: pd.DataFrame) -> dict[str, float]:
    """MASE (Hyndman & Koehler 2006): 1 is the mean error, in training, of the value that was there a season before."""
    error, loss, inside = predictions[["error", "loss", "inside"]].mean()
    return {"mase": float(error), "pinball": float(loss), "coverage_gap": float(abs(100 * inside - BAND))}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Forecasts with their bands, and how errors and coverage change with each step ahead."""
    from lab.tasks.time_series_forecasting.drawing import draw_forecasts, draw_steps

    tests = {method: table[table["split"] == "test"].reset_index(drop=True) for method, table in predictions.items()}
    examples = pd.read_parquet(RAW / "examples.parquet").set_index("id")
    season = read_json(RAW / WINDOW, "past", "horizon", "season")["season"]
    return {"forecasts": draw_forecasts(tests, series.read(RAW), examples, season), "steps": draw_steps(tests)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    values, window = series.read(raw), read_json(raw / WINDOW, "past", "horizon", "season")
    hashed = series.window_contents(values, examples, window["past"], window["horizon"])
    return Contents(hashed=hashed, series=values)
