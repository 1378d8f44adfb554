"""What must hold for this task's windows, bands, measures and methods."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch

from lab.contract import Batch
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.time_series_forecasting import problem, series
from lab.tasks.time_series_forecasting.baseline import DecomposedLinear
from lab.tasks.time_series_forecasting.calendar import features
from lab.tasks.time_series_forecasting.novel import CalendarTransformer, patches
from lab.tasks.time_series_forecasting.quantiles import LEVELS, in_order, pinball

NOVEL: dict[str, Any] = {"smooth": 5, "patch": 5, "width": 16, "layers": 1, "heads": 2, "dropout": 0.0}
WEEK = {"past": 14, "horizon": 7, "season": 7, "every": 1, "block": 7}


def days(number: int = 200) -> pd.DataFrame:
    """Two series by day; the second has a gap."""
    times = np.arange(number)
    table = pd.DataFrame({"日期": pd.date_range("2024-03-01", periods=number).strftime("%Y-%m-%d")})
    table["銷售"] = 100 + 10 * np.sin(2 * np.pi * times / 7) + times % 11
    table["stock"] = 5.0 + times % 7
    table["note"] = "x"
    table.loc[100, "stock"] = None
    return table


def odd_hours(number: int) -> list[str]:
    return [f"2024-03-{1 + row // 24:02d} {row % 24:02d}:{row % 7:02d}" for row in range(number)]


def collected(folder: Path, table: pd.DataFrame, **given: Any) -> pd.DataFrame:
    table.to_csv(folder / "表 1.csv", index=False)
    columns = given.pop("columns", {"date": "日期"})
    settings = {"source": "table", "path": (folder / "表 1.csv").as_posix(), "columns": columns, **WEEK, **given}
    examples, _ = problem.collect(folder, DataSettings.model_validate(settings))
    examples.to_parquet(folder / "examples.parquet", index=False)
    return examples


def splits(examples: pd.DataFrame) -> dict[str, list[str]]:
    ids = examples.sort_values("date")["id"].tolist()
    return {"train": ids[:-100], "validation": ids[-100:-50], "test": ids[-50:]}


def loaded(folder: Path, examples: pd.DataFrame) -> dict[str, Batch]:
    return cast(dict[str, Batch], problem.load(folder, splits(examples)))


def test_each_forecast_sees_what_was_and_asks_what_came(tmp_path: Path) -> None:
    table = days()
    examples = collected(tmp_path, table)
    assert set(examples["series"]) == {"銷售", "stock"}
    batch, ids = loaded(tmp_path, examples)["test"], splits(examples)["test"]
    for row, identity in enumerate(ids):
        day, name = identity.split(" ")
        here = int(table.index[table["日期"] == day][0])
        whole = torch.cat([batch["past"][row], batch["future"][row]]) * batch["scale"][row] + batch["middle"][row]
        np.testing.assert_allclose(whole, table[name].to_numpy()[here - 13 : here + 8], rtol=1e-4)
        about = examples.set_index("id").loc[identity]
        assert about["until"] - about["date"] == pd.Timedelta(days=7)
        assert about["group"] == table["日期"][here // 7 * 7]


def test_no_forecast_touches_a_gap(tmp_path: Path) -> None:
    examples = collected(tmp_path, days())
    of_gap = examples[examples["series"] == "stock"]
    assert len(examples[examples["series"] == "銷售"]) - len(of_gap) == 21
    gap = pd.Timestamp("2024-03-01") + pd.Timedelta(days=100)
    assert not ((of_gap["date"] - pd.Timedelta(days=13) <= gap) & (gap <= of_gap["until"])).any()
    assert all(torch.isfinite(value).all() for batch in loaded(tmp_path, examples).values() for value in batch.values())


def test_one_is_the_error_of_the_value_a_season_before(tmp_path: Path) -> None:
    table = days()
    examples = collected(tmp_path, table, columns={"date": "日期", "target": "銷售"})
    batch = loaded(tmp_path, examples)["train"]
    end = examples.set_index("id").loc[splits(examples)["train"], "until"].max()
    train = table["銷售"][pd.to_datetime(table["日期"]) <= end]
    assert batch["scale"][0].item() == pytest.approx(train.diff(7).abs().mean(), rel=1e-5)
    assert batch["scale"].unique().numel() == 1


def test_series_below_one_another_are_told_apart_and_times_may_be_in_any_order(tmp_path: Path) -> None:
    long = days().drop(columns="note").melt("日期", var_name="店", value_name="量").sample(frac=1, random_state=0)
    beside = collected(tmp_path, days())
    below = collected(tmp_path, long, columns={"date": "日期", "id": "店", "target": "量"})
    first, second = (table.sort_values("id").reset_index(drop=True) for table in (beside, below))
    pd.testing.assert_frame_equal(first.drop(columns="sha256"), second.drop(columns="sha256"))


def test_missing_days_are_gaps_and_months_need_not_be_equally_long(tmp_path: Path) -> None:
    fewer = days().drop(index=range(40, 43))
    examples = collected(tmp_path, fewer, columns={"date": "日期", "target": "銷售"})
    assert len(series.read(tmp_path)) == 200
    assert len(examples) == 200 - 21 + 1 - 23
    monthly = days().assign(日期=pd.date_range("2001-01-31", periods=200, freq="ME").strftime("%Y/%m/%d"))
    collected(tmp_path, monthly, columns={"date": "日期", "target": "銷售"})
    assert list(series.read(tmp_path).index[:2]) == [pd.Timestamp("2001-01-01"), pd.Timestamp("2001-02-01")]


@pytest.mark.parametrize(
    ("spoil", "given", "told"),
    [
        (lambda table: pd.concat([table, table[:2]]), {}, "2024-03-01 00:00:00 appears twice .2 such rows"),
        (
            lambda table: table.assign(日期=table["日期"].where(table.index != 4, "昨天")),
            {},
            "1 rows have no time .*昨天",
        ),
        (lambda table: table.assign(銷售="many"), {"columns": {"date": "日期", "target": "銷售"}}, "no numbers"),
        (lambda table: table.assign(stock=5), {}, "stock never changes"),
        (lambda table: table, {"past": 300}, "longer than the series, which has 200 times"),
        (lambda table: table, {"past": 180}, "only .* forecasts can be made"),
        (lambda table: table, {"season": 20}, "must be within data.past"),
        (lambda table: table, {"known": ["holiday"]}, "must be a list of columns"),
        (lambda table: table, {"columns": {}}, "data.columns.date is not set"),
        (lambda table: table[["日期", "note"]], {}, "nothing to forecast"),
        (
            lambda table: table.assign(
                日期=[f"2024-03-{1 + row // 24:02d} {row % 24:02d}:{row % 7:02d}" for row in range(200)]
            ),
            {},
            "make them even",
        ),
    ],
)
def test_a_table_that_cannot_be_used_is_told_in_one_line(
    tmp_path: Path, spoil: Any, given: dict[str, Any], told: str
) -> None:
    with pytest.raises(UserError, match=told) as error:
        collected(tmp_path, spoil(days()), **given)
    assert "\n" not in str(error.value)


def test_what_is_known_ahead_is_seen_ahead_and_not_forecast(tmp_path: Path) -> None:
    table = days().assign(holiday=(np.arange(200) % 9 == 0).astype(int))
    plain = loaded(tmp_path, collected(tmp_path, table.drop(columns="holiday")))["test"]
    examples = collected(tmp_path, table, known=["holiday"])
    assert set(examples["series"]) == {"銷售", "stock"}
    batch = loaded(tmp_path, examples)["test"]
    assert batch["calendar"].shape[2] == plain["calendar"].shape[2] + 1
    here = int(table.index[table["日期"] == splits(examples)["test"][0].split(" ")[0]][0])
    known = batch["calendar"][0, :, -1]
    assert torch.equal(known > 0, torch.from_numpy(table["holiday"].to_numpy()[here - 13 : here + 8] == 1))


def test_no_cycle_is_told_that_training_does_not_hold_twice() -> None:
    values = pd.DataFrame({"x": np.arange(24 * 900.0)}, index=pd.date_range("2020-01-01", periods=24 * 900, freq="h"))
    sizes = [features(values, values.index[24 * days]).shape[1] for days in (1, 3, 20, 800)]
    assert sizes == [1, 4, 4 + 7, 4 + 7 + 4]


def test_the_pinball_loss_is_least_at_the_quantiles() -> None:
    future = torch.arange(1.0, 1001).unsqueeze(1)
    best = torch.tensor([1000 * level for level in LEVELS])
    losses = [pinball((best + shift).expand(1000, 1, -1), future).mean().item() for shift in (-40, 0, 40)]
    assert losses[1] < min(losses[0], losses[2])
    mixed = torch.tensor([[[3.0, 1.0, 2.0, 9.0, 5.0]]])
    assert in_order(mixed).flatten().tolist() == [1, 2, 3, 5, 9]


def test_scores_are_those_of_the_median_and_of_the_band() -> None:
    table = pd.DataFrame(
        {"future": [[1.0, 2.0], [0.0, 9.0]], "forecast": [[0.0, 0, 2, 3, 4] * 2, [-1.0, 0, 0, 0, 1] * 2]}
    )
    found = problem.score(problem.measure(table))
    assert found["mase"] == pytest.approx((1 + 0 + 0 + 9) / 4)
    assert found["coverage_gap"] == pytest.approx(abs(75 - 80))


def test_methods_begin_at_the_level_of_the_past_and_look_at_all_that_they_may(tmp_path: Path) -> None:
    batch = loaded(tmp_path, collected(tmp_path, days()))["train"]
    torch.manual_seed(0)
    for method in (DecomposedLinear(batch, smooth=5), CalendarTransformer(batch, **NOVEL)):
        method.eval()
        forecast = method.predict(batch)["forecast"]
        assert forecast.shape == (*batch["future"].shape, len(LEVELS))
        level = batch["past"].mean(dim=1)[:, None, None].expand_as(forecast)
        torch.testing.assert_close(forecast, level, rtol=1e-3, atol=1e-3)
        higher = method.predict({**batch, "past": batch["past"] + 5})["forecast"]
        torch.testing.assert_close(higher, forecast + 5, rtol=1e-3, atol=1e-3)


def test_the_calendar_ahead_changes_what_the_transformer_tells(tmp_path: Path) -> None:
    batch = loaded(tmp_path, collected(tmp_path, days()))["train"]
    torch.manual_seed(0)
    method = CalendarTransformer(batch, **NOVEL).eval()
    torch.nn.init.normal_(method.correction.weight)
    other = batch["calendar"].clone()
    other[:, -1] += 1
    before, after = (method.predict({**batch, "calendar": ahead})["forecast"] for ahead in (batch["calendar"], other))
    assert not torch.allclose(before[:, -1], after[:, -1])


def test_patches_hold_neighbours_and_the_last_step_fills_what_is_lacking() -> None:
    found = patches(torch.arange(14.0).view(1, 7, 2), 3)
    assert found[0].tolist() == [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [12, 13] * 3]


def test_the_demo_data_are_a_year_of_half_hours(tmp_path: Path) -> None:
    examples, source = problem.collect(tmp_path, DataSettings())
    assert source.kind == "real"
    assert len(examples) == 4285
    assert examples["group"].nunique() == 52
    values = series.read(tmp_path)
    assert values.shape == (17_520, 2)
    assert values.index[-1] == pd.Timestamp("2014-12-31 23:30")
    working = values["known: working day"].resample("D").first()
    assert working[["2014-01-01", "2014-12-25", "2014-03-01"]].tolist() == [0, 0, 0]
    assert working[["2014-03-03", "2014-12-24"]].tolist() == [1, 1]
