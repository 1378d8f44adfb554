# The template's example. Delete this line when the problem and its data are your own.
"""Fill the gaps of a table of numbers; the demo data are measurements of tumours, from which values were removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Drawn, Examples, Metric, Provenance
from lab.data.features import tidy
from lab.data.sources import find, provenance
from lab.data.tables import identities, named, row_contents, row_digests
from lab.errors import UserError
from lab.tasks.imputation.cells import REMOVED, collect_tumours, remove, tumour_rules

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` reads the names of the columns from."""
NO_NUMBERS = ["id", "sha256", "group"]

metrics = (
    Metric("rmse", higher_is_better=False, unit="SD", bounds=(0, None), label="RMSE"),
    Metric("mae", higher_is_better=False, unit="SD", bounds=(0, None), label="MAE"),
)
targets = ("complete", "removed")
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table's columns of numbers, which may have gaps; ``removed.npy`` says which cells no method sees."""
    own = options.own(removed=0.3, seed=0)
    if not isinstance(own["removed"], float) or not 0.01 <= own["removed"] <= 0.9:
        raise UserError(f"params.yaml: data.removed: {own['removed']}: it must be a share from 0.01 to 0.9")
    if options.source == "demo":
        examples, source = collect_tumours()
        done = remove(raw, numbers_of(examples), own["removed"], own["seed"])
        return examples, Provenance(**{**vars(source), "notes": f"{source.notes} {done}."})
    found = find(options)
    table = named(found.read(options), options)
    features, said = tidy(table.drop(columns=["id", "group", "date"], errors="ignore"))
    numbers = features.select_dtypes("number")
    if numbers.shape[1] < 2:
        raise UserError(f"{found.said} has {numbers.shape[1]} columns of numbers: a gap is filled from the others")
    identity = pd.DataFrame({"id": identities(table)})
    examples = pd.concat([identity, table[[name for name in ("group",) if name in table]], numbers], axis=1)
    examples.insert(1, "sha256", row_digests(examples))
    said = [f"{len(examples)} rows, {numbers.shape[1]} columns of numbers", *said]
    done = remove(raw, numbers_of(examples), own["removed"], own["seed"])
    return examples, provenance(options, found, [*said, done], [])


def numbers_of(examples: pd.DataFrame) -> pd.DataFrame:
    return examples.drop(columns=NO_NUMBERS, errors="ignore")


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    """Of own data: each column has values, and what has no gaps now has none later."""
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in cells.py; yours are below
        return tumour_rules(examples)
    rules: list[Expectation] = [gxe.ExpectTableRowCountToBeBetween(min_value=50)]
    for column in examples.columns.difference(["id", "sha256"]):
        may_have_gaps = examples[column].isna().any() and column != "group"
        rules.append(gxe.ExpectColumnValuesToNotBeNull(column=column, mostly=0.1 if may_have_gaps else 1.0))
    return rules


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """All (n, columns), in standard deviations of training.

    ``value``: 0 where unknown. ``known``: 1 or 0. ``complete``: with the removed values, ``removed``: 1 where they are.
    Of training rows the removed values are gone for good: ``complete`` is ``value``, and ``removed`` is 0.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    gone = pd.DataFrame(np.load(raw / REMOVED), table.index)
    numbers = numbers_of(table).astype(np.float32)
    numbers.columns = gone.columns
    seen = numbers.mask(gone)
    train = seen.loc[splits["train"]]
    middle, scale = train.mean().fillna(0), train.std().fillna(0).replace(0, 1)
    seen, numbers = (seen - middle) / scale, (numbers - middle) / scale
    examples: dict[str, Examples] = {}
    for name, ids in splits.items():
        whole, judged = (seen, gone & False) if name == "train" else (numbers, gone)
        parts = {"value": seen.fillna(0), "known": seen.notna(), "complete": whole.fillna(0), "removed": judged}
        examples[name] = {key: torch.tensor(part.loc[ids].to_numpy(np.float32)) for key, part in parts.items()}
    return examples


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """The column's mean; the nearest rows (Troyanskaya et al. 2001); each column regressed on the others, in turns."""
    from sklearn.experimental import enable_iterative_imputer  # noqa: F401
    from sklearn.impute import IterativeImputer, KNNImputer, SimpleImputer

    found = {name: part for name, part in load(raw, splits).items() if isinstance(part, dict)}
    train, test = (np.where(found[name]["known"] > 0, found[name]["value"], np.nan) for name in ("train", "test"))
    models = {
        "mean_of_column": SimpleImputer(keep_empty_features=True),
        "nearest_neighbours": KNNImputer(n_neighbors=10, weights="distance", keep_empty_features=True),
        "iterative_regression": IterativeImputer(random_state=0, keep_empty_features=True),
    }
    return {name: {"filled": model.fit(train).transform(test)} for name, model in models.items()}


def measure(predictions: pd.DataFrame) -> pd.DataFrame:
    """Sums over the removed cells of each row."""
    filled, complete, removed = (np.stack(predictions[name].tolist()) for name in ("filled", *targets))
    error = np.abs(filled - complete) * removed
    return pd.DataFrame({"squares": (error**2).sum(1), "sizes": error.sum(1), "cells": removed.sum(1)})


def score(predictions: pd.DataFrame) -> dict[str, float]:
    sums = predictions[["squares", "sizes", "cells"]].sum()
    if not sums["cells"]:
        return {"rmse": float("nan"), "mae": float("nan")}
    return {"rmse": float(np.sqrt(sums["squares"] / sums["cells"])), "mae": float(sums["sizes"] / sums["cells"])}


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Filled against true values, and which columns are hard to fill."""
    from lab.comparison.drawing import said
    from lab.comparison.quantities import draw_values
    from lab.tasks.imputation.drawing import draw_columns

    tests = {method: table[table["split"] == "test"] for method, table in predictions.items()}
    cells, columns = {}, {}
    for method, table in tests.items():
        filled, complete, removed = (np.stack(table[name].tolist()) for name in ("filled", *targets))
        rows, places = np.nonzero(removed)
        cells[method] = pd.DataFrame({"target": complete[rows, places], "predicted": filled[rows, places]})
        columns[method] = cells[method].assign(column=places)
    names = list(numbers_of(pd.read_parquet(RAW / "examples.parquet")))
    value = said({"en": "removed value", "zh-TW": "移除的值"})
    return {"values": draw_values(cells, value, "SD"), "columns": draw_columns(columns, names)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    return Contents(hashed=row_contents(examples), table=numbers_of(examples))
