"""A split in time: the future is tested, and no training example tells of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lab.data.splitting import is_held_out, split
from lab.data.time_splitting import check_method, check_order
from lab.errors import UserError
from lab.settings import SplitSettings

SETTINGS = SplitSettings(method="time", validation=0.15, test=0.25, seed=0)


def origins(horizon: int = 0, number: int = 200) -> pd.DataFrame:
    """One a day, in no order; the answer of each is known ``horizon`` days later."""
    dates = pd.date_range("2025-01-01", periods=number, freq="D")
    table = pd.DataFrame({"id": [f"{day:03d}" for day in range(number)], "sha256": [f"{day}" for day in range(number)]})
    table["date"] = dates
    if horizon:
        table["until"] = dates + pd.Timedelta(days=horizon)
    return table.sample(frac=1, random_state=0).reset_index(drop=True)


def leaks(rows: pd.DataFrame) -> int:
    (found,) = check_order(rows, is_held_out(rows))
    assert found.wrong is not None
    return int(found.wrong.sum())


def test_the_latest_are_tested_and_the_earliest_trained_on() -> None:
    table = origins()
    where = split(table, SETTINGS, None)
    ends = table.groupby(where.to_numpy())["date"].agg(["min", "max", "size"])
    assert ends["size"].to_dict() == {"train": 120, "validation": 30, "test": 50}
    assert ends.loc["train", "max"] < ends.loc["validation", "min"]
    assert ends.loc["validation", "max"] < ends.loc["test", "min"]
    other_seed = split(table, SETTINGS.model_copy(update={"seed": 1}), None)
    assert where.equals(other_seed)


@pytest.mark.parametrize("horizon", [1, 7])
def test_what_is_known_only_after_the_next_split_begins_is_left_out(horizon: int) -> None:
    table = origins(horizon)
    where = split(table, SETTINGS, None).to_numpy()
    assert (where == "left_out").sum() == 2 * (horizon - 1)
    for name, later in (("train", "validation"), ("validation", "test")):
        assert table.loc[where == name, "until"].max() == table.loc[where == later, "date"].min()
    assert leaks(table.assign(split=where)) == 0


def test_a_leak_in_time_is_told_whoever_made_the_split() -> None:
    table = origins(7)
    ordered = table.sort_values("date")
    places = np.searchsorted([120, 150], np.arange(200), side="right")
    rows = ordered.assign(split=np.array(["train", "validation", "test"])[places])
    assert leaks(rows) == 12
    assert check_order(rows, is_held_out(rows))[0].severity == "stop"


def test_outliers_are_tested_whenever_they_were_and_their_neighbours_are_left_out() -> None:
    table = origins()
    days = table["id"].astype(int)
    table["held_out"] = days.isin([3, 90, 199])
    table["group"] = np.where(days.isin([90, 91]), "one machine", table["id"])
    where = split(table, SETTINGS, None)
    assert set(where[table["held_out"]]) == {"test"}
    assert where[days == 91].tolist() == ["left_out"]
    assert leaks(table.assign(split=where)) == 0
    ends = table[~table["held_out"]].groupby(where)["date"].agg(["min", "max"])
    assert ends.loc["train", "max"] < ends.loc["validation", "min"]
    assert ends.loc["validation", "max"] < ends.loc["test", "min"]
    late = where.mask(days == 100, "test")  # one that is not held out is tested before others are trained on
    assert leaks(table.assign(split=late)) > 0


def test_a_group_or_a_copy_that_reaches_into_a_later_split_is_left_out_of_the_earlier_one() -> None:
    table = origins()
    table["group"] = np.where(table["id"].isin(["000", "119", "199"]), "patient", table["id"])
    where = split(table, SETTINGS, None, duplicates=[["003", "130"]])
    by_id = dict(zip(table["id"], where, strict=True))
    assert by_id["199"] == "test"
    assert by_id["000"] == by_id["119"] == by_id["003"] == "left_out"
    assert by_id["130"] == "validation"
    assert (where == "left_out").sum() == 3


def test_examples_of_one_moment_stay_together() -> None:
    table = origins()
    table["date"] = table["date"].dt.to_period("W").dt.start_time
    where = split(table, SETTINGS, None)
    assert where.groupby(table["date"].to_numpy()).nunique().max() == 1


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda table: table.drop(columns="date"), "data.columns.date"),
        (lambda table: table.assign(date=table["date"].where(table["id"] != "007")), "no date in 1 rows .id 007"),
        (lambda table: table.assign(date="2025-01-01"), "too few dates"),
    ],
)
def test_a_table_without_usable_dates_is_told(spoil: object, told: str) -> None:
    with pytest.raises(UserError, match=told):
        split(spoil(origins()), SETTINGS, None)  # type: ignore[operator]


def test_dates_may_be_texts_of_several_forms_and_zones() -> None:
    table = origins()
    plain = split(table, SETTINGS, None)
    table["date"] = [
        f"{day:%Y-%m-%d}" if row % 2 else f"{day:%Y-%m-%dT00:00:00Z}" for row, day in table["date"].items()
    ]
    assert split(table, SETTINGS, None).equals(plain)


def test_answers_that_are_known_later_are_not_split_at_random() -> None:
    with pytest.raises(UserError, match=r"split\.method is random, but .* set it to time"):
        check_method(origins(7), SplitSettings(validation=0.2, test=0.2, seed=0))
    check_method(origins(), SplitSettings(validation=0.2, test=0.2, seed=0))


def test_a_random_split_has_the_record_that_it_always_had() -> None:
    """A plan that was sealed, and runs that were trained, stay those of the split."""
    assert "method" not in SplitSettings(validation=0.2, test=0.2, seed=0).record()
    assert SETTINGS.record()["method"] == "time"


def test_a_run_is_not_trained_on_what_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.training.run import read_splits

    monkeypatch.chdir(tmp_path)
    Path("data/raw").mkdir(parents=True)
    table = origins(7)
    table.to_parquet("data/raw/examples.parquet")
    table.assign(split=split(table, SETTINGS, None))[["id", "split"]].to_parquet("data/splits.parquet")
    assert {name: len(ids) for name, ids in read_splits().items()} == {"train": 114, "validation": 24, "test": 50}
