"""From predictions to comparison.json and the console: what is said, and what may not be said."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "template/src"))

from lab.comparison import summary
from lab.comparison.predictions import Predictions, read_predictions
from lab.contract import Metric
from lab.errors import UserError
from lab.settings import CompareSettings
from lab.stages.compare import verdicts
from lab.words import speaker

SETTINGS = CompareSettings(resamples=200, confidence=0.95, seed=0)
ACCURACY = Metric("accuracy", higher_is_better=True, bounds=(0, 1))
ERROR = Metric("error", higher_is_better=False, bounds=(0, None), biased=True)


def score(frame: pd.DataFrame) -> dict[str, float]:
    return {"accuracy": float(frame["right"].mean()), "error": float(np.sqrt(np.square(frame["off"]).mean()))}


def problem(**other: Any) -> Any:
    given = {"metrics": (ACCURACY, ERROR), "targets": (), "stratify": None, "score": score}
    return SimpleNamespace(**(given | other))


def compare(judged: Any, predictions: Predictions, settings: CompareSettings, **answers: pd.DataFrame) -> Any:
    return summary.compare(judged, predictions, settings, dict.fromkeys(predictions, 7), answers)


def frame(seed: int, test: float, validation: float | None = None, size: int = 400) -> pd.DataFrame:
    """Predictions of which a share of ``test`` is right; and of ``validation`` on that split."""
    random = np.random.default_rng(seed)
    tables = []
    for split, share in (("validation", test if validation is None else validation), ("test", test)):
        right = random.random(size) < share
        rows = {"id": [f"{split}-{row}" for row in range(size)], "split": split, "right": right}
        tables.append(pd.DataFrame(rows | {"off": random.normal(0, 1.01 - share, size)}))
    return pd.concat(tables, ignore_index=True)


def runs(seeds: int = 3, **shares: Any) -> dict[str, dict[int, pd.DataFrame]]:
    """For each method: the share of right answers on test data, or on test and validation data."""
    return {
        method: {
            seed: frame(100 * number + seed, *(share if isinstance(share, tuple) else (share,)))
            for seed in range(seeds)
        }
        for number, (method, share) in enumerate(shares.items())
    }


def test_scores_of_each_seed_and_split_are_told() -> None:
    predictions = runs(baseline=0.7, novel=(0.9, 0.8))
    found = compare(problem(), predictions, SETTINGS)["methods"]["novel"]["metrics"]["accuracy"]
    for split, part in (("test", found), ("validation", found["validation"])):
        values = [one.loc[one["split"] == split, "right"].mean() for one in predictions["novel"].values()]
        assert part["values"] == {str(seed): value for seed, value in enumerate(values)}
        assert part["mean"] == pytest.approx(np.mean(values))
    assert found["std"] == pytest.approx(np.std(list(found["values"].values()), ddof=1))
    assert found["difference"]["verdict"] == "better"
    low, high = found["difference"]["interval"]
    assert 0 < low < found["difference"]["mean"] < high


def test_the_champion_is_chosen_on_validation_data_alone() -> None:
    predictions = runs(baseline=0.6, lucky=(0.95, 0.7), steady=(0.7, 0.9))
    assert compare(problem(), predictions, SETTINGS)["champion"] == "steady"
    lower = problem(metrics=(ERROR, ACCURACY))  # the primary metric decides, by its own direction
    predictions["steady"] = {seed: one.assign(off=one["off"] * 9) for seed, one in predictions["steady"].items()}
    assert compare(lower, predictions, SETTINGS)["champion"] == "lucky"


def test_one_seed_gives_neither_deviation_nor_verdict() -> None:
    compared = compare(problem(), runs(seeds=1, baseline=0.5, novel=0.95), SETTINGS)
    for metric in ("accuracy", "error"):
        assert compared["methods"]["baseline"]["metrics"][metric]["std"] is None
        found = compared["methods"]["novel"]["metrics"][metric]["difference"]
        assert [found[key] for key in ("p", "p_corrected", "verdict", "variance")] == [None] * 4
        assert all(np.isfinite(found["interval"]))
    said = "\n".join(verdicts(compared, speaker("en")))
    assert "±" not in said
    assert "p =" not in said
    assert "one seed gives no verdict" in said


def test_the_console_names_methods_as_in_print_and_in_the_projects_language() -> None:
    settings = SETTINGS.model_copy(update={"labels": {"novel": "殘差網路"}})
    compared = compare(problem(), runs(baseline=0.5, novel=0.95), settings)
    compared["methods"]["baseline"]["label"] = "基準方法"
    for metric, label in zip(compared["metrics"], ("準確率", "誤差"), strict=True):
        metric["label"] = label
    lines = verdicts(compared, speaker("zh-TW"))
    assert any(line.startswith("殘差網路：準確率") and line.endswith("：顯著較佳") for line in lines), lines
    assert lines[-1] == "依驗證集的準確率選出的方法：殘差網路"
    assert not any(word in line for line in lines for word in ("novel", "baseline", "accuracy", "from", "champion"))


def test_seeds_that_differ_widely_make_a_difference_doubtful() -> None:
    # Each seed by itself is far from the baseline, but the seeds are as far from one another.
    predictions = runs(baseline=0.7, novel=0.7)
    predictions["novel"] = {seed: frame(seed, share) for seed, share in enumerate((0.72, 0.85, 0.98))}
    found = compare(problem(), predictions, SETTINGS)["methods"]["novel"]["metrics"]["accuracy"]["difference"]
    assert found["verdict"] == "not significant"
    assert found["variance"]["seeds"] > 0.8
    assert sum(found["variance"].values()) == pytest.approx(1)


def test_several_methods_are_corrected_and_no_interval_contradicts_its_verdict() -> None:
    shares: Any = {f"method_{number}": 0.72 + 0.02 * number for number in range(6)}
    compared = compare(problem(), runs(baseline=0.7, **shares), SETTINGS)
    said = set()
    for name in shares:
        for metric in ("accuracy", "error"):
            found = compared["methods"][name]["metrics"][metric]["difference"]
            low, high = found["interval"]
            assert (low > 0 or high < 0) == (found["verdict"] != "not significant")
            assert found["p_corrected"] >= found["p"]
            said.add(found["verdict"])
    assert said == {"better", "not significant"}


def test_a_comparison_is_the_same_twice_and_is_json() -> None:
    predictions = runs(baseline=0.7, novel=1.0)
    once, twice = (json.dumps(compare(problem(), predictions, SETTINGS), allow_nan=False) for _ in range(2))
    assert once == twice
    low, high = json.loads(once)["methods"]["novel"]["metrics"]["accuracy"]["interval"]
    assert low < high == 1


def test_a_biased_metric_tells_its_bias() -> None:
    predictions = runs(baseline=0.7)
    found = compare(problem(), predictions, SETTINGS)["methods"]["baseline"]["metrics"]
    assert found["accuracy"]["bias"] is None
    # A variance on n examples comes out too small by (n - 1) / n, which is what resampling shows.
    spread = Metric("spread", higher_is_better=False, biased=True)
    few = {"baseline": {seed: one.groupby("split").head(20) for seed, one in predictions["baseline"].items()}}
    judged = problem(metrics=(spread,), score=lambda table: {"spread": float(np.var(table["off"]))})
    settings = SETTINGS.model_copy(update={"resamples": 2000})
    found = compare(judged, few, settings)["methods"]["baseline"]["metrics"]["spread"]
    assert found["bias"] == pytest.approx(-found["mean"] / 20, rel=0.25)


def test_costly_columns_are_measured_once_for_each_run_and_split() -> None:
    calls = []

    def measure(table: pd.DataFrame) -> pd.DataFrame:
        calls.append(set(table["split"]))
        return table.assign(right=~table["right"])

    found = compare(problem(measure=measure), runs(baseline=0.9), SETTINGS)["methods"]["baseline"]["metrics"]
    assert found["accuracy"]["mean"] < 0.2
    assert found["accuracy"]["validation"]["mean"] < 0.2
    assert sorted(map(str, calls)) == ["{'test'}"] * 3 + ["{'validation'}"] * 3


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"accuracy": 1.2}, "accuracy = 1.2 for baseline, seed 0, split test, beyond the bounds"),
        ({"error": -0.1}, "error = -0.1 for baseline, seed 0, split test, beyond the bounds"),
        ({"error": float("nan")}, "error = nan for baseline, seed 0, split test: it must be"),
        ({"recall": 0.5}, "returns 'recall', whose direction is not given"),
    ],
)
def test_a_score_that_cannot_be_is_told(wrong: dict[str, float], message: str) -> None:
    with pytest.raises(UserError, match=message):
        compare(problem(score=lambda table: score(table) | wrong), runs(baseline=0.7), SETTINGS)


def test_a_score_that_some_resamples_lack_is_told_and_not_written() -> None:
    def rare(table: pd.DataFrame) -> dict[str, float]:
        first = table[table["id"].str.endswith("-0")]
        return score(table) | {"accuracy": float(first["right"].astype(float).mean())}  # NaN without the first example

    with pytest.raises(UserError, match=r"no finite accuracy for \d+ of 200 resamples .* \(baseline\)"):
        compare(problem(score=rare), runs(baseline=0.7), SETTINGS)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda one: one[one["split"] == "test"], "answers other examples than the validation split"),
        (lambda one: one.iloc[::-1], "answers other examples than the validation split"),
        (lambda one: one.iloc[:-1], "answers other examples than the test split"),
    ],
)
def test_predictions_of_other_examples_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Any, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    good = frame(0, 0.5)
    Path("data").mkdir()
    good[["id", "split"]].to_parquet("data/splits.parquet")
    for method, table in (("baseline", good), ("novel", change(good))):
        path = Path(f"runs/{method}/0/predictions.parquet")
        path.parent.mkdir(parents=True)
        table.to_parquet(path)
    with pytest.raises(UserError, match=f"runs/novel/0/predictions.parquet {message}"):
        read_predictions(("baseline", "novel"), [0])
