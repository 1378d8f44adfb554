# The template's example. Delete this line when the problem and its data are your own.
"""Tell a number from the other columns of a table; the demo data are prices of houses in Ames, Iowa."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.comparison.quantity_scores import MAE, R2, RMSE, score_quantities
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.data.features import is_text, numeric_target, tidy
from lab.data.sources import find, provenance
from lab.data.tables import identities, named, row_contents, row_digests, told_of
from lab.errors import UserError
from lab.settings import read_params
from lab.tasks.tabular_regression.ames import PRICE, collect_houses, house_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` looks categories up in."""

metrics = (RMSE, MAE, R2)
targets = ("target",)
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: ``target`` (of the demo data: ``Sale_Price``) and the columns that it may follow from.

    Numbers, dates and categories, some cells of which may be empty; no other files.
    """
    options.own()
    if options.source == "demo":
        return collect_houses()
    options.need("target")
    found, name = find(options), options.columns.target
    table = named(found.read(options), options, target="target")
    table["target"] = numeric_target(table["target"], name)
    table, told = told_of(table, ["target"])
    identity = pd.DataFrame({"id": identities(table)})
    groups = table[[column for column in ("group",) if column in table]]
    features, said = tidy(table.drop(columns=["id", "group", "target"], errors="ignore"))
    if features.empty:
        raise UserError(f"no column of {found.said} is left to predict {name} from: {'; '.join(said)}")
    examples = pd.concat([identity, groups, table[["target"]], features], axis=1)
    examples.insert(1, "sha256", row_digests(examples))
    said = [f"{len(examples)} rows, the target is {name}{f' ({options.unit})' if options.unit else ''}", told, *said]
    return examples, provenance(options, found, said, [])


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    """Of own data: the target is there and varies, and what has no gaps now has none later."""
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in ames.py; yours are below
        return house_rules()
    rules: list[Expectation] = [
        gxe.ExpectTableRowCountToBeBetween(min_value=20),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="target", min_value=3),
    ]
    for column in examples.columns.difference(["id", "sha256"]):
        may_have_gaps = examples[column].isna().any() and column not in ("target", "group")
        rules.append(gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=0.01 if may_have_gaps else 1.0))
    texts = [name for name in examples if is_text(examples[name]) and name not in ("id", "sha256", "group")]
    return rules + [gxe.ExpectColumnValueLengthsToBeBetween(column=column, max_value=500) for column in texts]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``numbers``: (n, …), with mean 0 and variance 1 in training. ``categories``: (n, …), one column for each.

    A date is a number of days. A gap in a number is its median in training, and a category of its own says so; a gap
    in a category is one more category. A category that no training example has is 0 in all columns.
    ``target``: (n,), in its unit.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id").drop(columns=["sha256", "group"], errors="ignore")
    target = table.pop(PRICE if PRICE in table else "target")
    for name in table.select_dtypes("datetime"):
        table[name] = (table[name] - pd.Timestamp("1970-01-01")) / pd.Timedelta(days=1)
    numbers, texts = table.select_dtypes("number"), table.select_dtypes(exclude="number")
    train = splits["train"]
    gaps = numbers.isna().loc[:, numbers.loc[train].isna().any()].astype(float).add_suffix(" is missing")
    numbers = numbers.fillna(numbers.loc[train].median()).fillna(0)
    scale = numbers.loc[train].std().replace(0, 1)
    numbers = (numbers - numbers.loc[train].mean()) / scale
    categories = pd.get_dummies(texts.fillna("")) if len(texts.columns) else pd.DataFrame(index=table.index)
    categories = categories.loc[:, categories.loc[train].any()].join(gaps)
    tables = {"numbers": numbers, "categories": categories, "target": target}
    return {
        split: {name: torch.tensor(table.loc[ids].to_numpy(np.float32)) for name, table in tables.items()}
        for split, ids in splits.items()
    }


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """Boosted trees (Friedman 2001) and ridge regression, of the target's logarithm where it is positive."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.linear_model import RidgeCV

    found = {split: batch for split, batch in load(raw, splits).items() if isinstance(batch, dict)}
    train, test = (np.hstack([found[split]["numbers"], found[split]["categories"]]) for split in ("train", "test"))
    target = found["train"]["target"].numpy().astype(float)
    scale = (np.log, np.exp) if (target > 0).all() else (None, None)
    models = {
        "boosted_trees": HistGradientBoostingRegressor(random_state=0),
        "ridge": RidgeCV(np.geomspace(1, 1000, 13)),
    }
    return {
        name: {
            "predicted": TransformedTargetRegressor(model, func=scale[0], inverse_func=scale[1])
            .fit(train, target)
            .predict(test)
        }
        for name, model in models.items()
    }


def score(predictions: pd.DataFrame) -> dict[str, float]:
    return score_quantities(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Predicted against true values, and for which category each method errs."""
    from lab.comparison.drawing import said
    from lab.comparison.quantities import draw_values
    from lab.tasks.tabular_regression.drawing import draw_errors

    options = read_params().data
    tests = {method: frame[frame["split"] == "test"] for method, frame in predictions.items()}
    table = pd.read_parquet(RAW / "examples.parquet").set_index("id")
    name = options.columns.target or said({"en": "price", "zh-TW": "房價"})
    errors = draw_errors(tests, table, name, options.unit)
    return {"values": draw_values(tests, name, options.unit)} | ({"errors": errors} if errors else {})


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    target = PRICE if PRICE in examples else "target"
    table = examples.drop(columns=["id", "sha256", "group", target], errors="ignore")
    return Contents(hashed=row_contents(examples), table=table, target=target)
