# The template's example. Delete this line when the problem and its data are your own.
"""Tell a number from other numbers. The demo data are synthetic. own_data/README.md leads through each EDIT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.contract import Batch, Contents, Drawn, Metric, Provenance
from lab.data.tables import identities, row_contents, row_digests
from lab.data_settings import DataSettings

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

# EDIT 1: by what answers are judged. The first metric decides; `targets` are what a method has to tell.
metrics = (
    Metric("rmse", higher_is_better=False, of_target=True, bounds=(0, None), label="RMSE"),
    Metric("mae", higher_is_better=False, of_target=True, bounds=(0, None), label="MAE"),
    Metric("r2", higher_is_better=True, bounds=(None, 1), label="R²"),
)
targets = ("target",)
stratify = None


def score(predictions: pd.DataFrame) -> dict[str, float]:
    from lab.comparison.quantity_scores import score_quantities

    return score_quantities(predictions)


# EDIT 2: where the data come from. One row for each example, and what is known of their source.
def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """Synthetic points: two numbers each, and a third one that follows from them."""
    from lab.errors import UserError

    if options.source != "demo":
        raise UserError("collect in problem.py reads synthetic points alone: own_data/README.md says how to go on")
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.uniform(-2, 2, (800, 2)), columns=["x", "y"])
    table["target"] = np.sin(2 * table["x"]) + table["y"] ** 2 + random.normal(0, 0.1, 800)
    table = table.assign(id=identities(table))
    notes = "target = sin(2x) + y² + noise of standard deviation 0.1: no method can have a lower RMSE than about 0.1."
    source = Provenance("Synthetic points", "made", "collect in problem.py", "CC0 1.0", "nobody measured them", notes)
    return table.assign(sha256=row_digests(table)), source


# EDIT 3: what the data must look like. One rule or more for each column.
def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    columns = examples.columns.difference(["id", "sha256"])
    enough = gxe.ExpectTableRowCountToBeBetween(min_value=50)
    return [enough, *(gxe.ExpectColumnValuesToNotBeNull(column=column) for column in columns)]


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    """What the checks of the data look at: copies, and columns that give the answer away."""
    table = examples.drop(columns=["id", "sha256", "target"])
    return Contents(hashed=row_contents(examples), table=table, target="target")


# EDIT 4: what a method sees. Means and scales come from the training examples alone.
def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Batch]:
    """``input``: (n, columns), with mean 0 and variance 1 in training. ``target``: (n,)."""
    table = pd.read_parquet(raw / "examples.parquet").set_index("id").drop(columns="sha256").astype(np.float32)
    target, train = table.pop("target"), table.loc[splits["train"]]
    table = (table - train.mean()) / train.std().replace(0, 1)
    return {
        name: {"input": torch.tensor(table.loc[ids].to_numpy()), "target": torch.tensor(target[ids].to_numpy())}
        for name, ids in splits.items()
    }


# EDIT 5: what people see first.
def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    from lab.comparison.quantities import draw_values

    tests = {method: table[table["split"] == "test"] for method, table in predictions.items()}
    return {"values": draw_values(tests, "target", "")}
