"""What the machinery asks of this project's task: see ``Problem`` in src/lab/contract.py."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from conftest import Task
from torch.utils.data import Dataset

from lab.comparison.drawing import PAPER, SLIDES, fit, looks, save
from lab.contract import Examples
from lab.settings import read_project
from lab.team_code.problem_checks import drawn
from lab.training.batches import count, take
from lab.training.trial import Trial

SHOWN = 256
"""Examples to score and draw: enough for every metric to be defined."""


def frame(candidate: Trial, ids: dict[str, list[str]]) -> pd.DataFrame:
    """What predictions.parquet would hold, for some examples of each split that is predicted."""
    tables = []
    for name in candidate.examples:
        if name != "train":
            every = count(candidate.examples[name])
            places = (
                np.linspace(0, every - 1, min(SHOWN, every)).astype(int).tolist()
            )  # all classes, if they are in order
            few = take(candidate.examples[name], places)
            columns = {
                column: list(values.reshape(len(values), -1)) if values.ndim > 1 else values
                for column, values in candidate.predict(few).items()
            }
            names = ids.get(name) or [f"{name}-{number}" for number in range(every)]
            tables.append(pd.DataFrame({"id": [names[place] for place in places], "split": name} | columns))
    return pd.concat(tables, ignore_index=True)


@pytest.fixture(scope="module")
def predictions(task: Task, candidates: dict[str, Trial]) -> dict[str, pd.DataFrame]:
    return {name: frame(candidate, task.ids) for name, candidate in candidates.items()}


def rows(examples: Examples) -> list[dict[str, torch.Tensor]]:
    """Each example by itself."""
    if isinstance(examples, Dataset):
        return [examples[row] for row in range(count(examples))]
    return [{name: value[row] for name, value in examples.items()} for row in range(count(examples))]


def test_metrics_have_names_of_their_own(task: Task) -> None:
    names = [metric.name for metric in task.problem.metrics]
    assert names
    assert len(set(names)) == len(names)


def test_every_example_has_an_identity(task: Task) -> None:
    assert task.table["id"].is_unique
    assert task.table["id"].map(lambda identity: isinstance(identity, str)).all()
    assert task.table["sha256"].str.fullmatch("[0-9a-f]{64}").all()
    assert task.problem.stratify is None or task.problem.stratify in task.table


def test_load_gives_each_split_with_its_targets(task: Task) -> None:
    for name, ids in task.ids.items():
        examples = task.examples[name]
        assert count(examples) == len(ids)
        if not isinstance(examples, Dataset):
            assert {len(value) for value in examples.values()} == {len(ids)}
        first = rows(take(examples, range(1)))[0]
        assert set(task.problem.targets) <= set(first)
        for key, value in first.items():
            unknown = torch.isnan(value) & (key in task.problem.targets)
            assert (torch.isfinite(value) | unknown).all(), key


def test_load_gives_examples_in_the_order_of_their_ids(task: Task) -> None:
    chosen = {name: list(reversed(ids[:20])) for name, ids in task.ids.items()}
    turned = task.problem.load(task.raw, chosen | {"train": task.ids["train"]})
    for name in ("validation", "test"):
        first = take(task.examples[name], range(len(chosen[name])))
        for one, other in zip(rows(first), reversed(rows(turned[name])), strict=True):
            for key in one:
                torch.testing.assert_close(one[key], other[key], rtol=0, atol=0, equal_nan=True, msg=f"{name}: {key}")


def test_nothing_is_fitted_on_examples_that_are_not_for_training(task: Task, tmp_path: Path) -> None:
    """Training examples stay as they are when all others change: no mean, scale or vocabulary knows of those."""
    changed = task.table.copy()
    others = ~changed["id"].isin(task.ids["train"])
    for column in set(changed) - {"id", "sha256", "group"}:
        # The value that is there already is a valid one.
        changed[column] = changed[column].where(~others, changed.loc[~others, column].iloc[0])
    raw = shutil.copytree(task.raw, tmp_path / "raw")
    changed.to_parquet(raw / "examples.parquet", index=False)
    fewer = {name: ids[: len(ids) // 2] for name, ids in task.ids.items()}
    examples = task.problem.load(raw, fewer | {"train": task.ids["train"]})["train"]
    some = range(min(100, len(task.ids["train"])))
    for one, other in zip(rows(take(task.examples["train"], some)), rows(take(examples, some)), strict=True):
        for name in one:
            torch.testing.assert_close(one[name], other[name], rtol=0, atol=0, equal_nan=True, msg=name)


def test_every_method_is_scored_by_exactly_the_metrics(task: Task, predictions: dict[str, pd.DataFrame]) -> None:
    measure = getattr(task.problem, "measure", lambda table: table)
    for method, table in predictions.items():
        tested = measure(table[table["split"] == "test"].reset_index(drop=True))
        found = task.problem.score(tested)
        assert sorted(found) == sorted(metric.name for metric in task.problem.metrics), method
        assert np.isfinite(list(found.values())).all(), method
        shuffled = task.problem.score(tested.sample(frac=1, random_state=0).reset_index(drop=True))
        assert shuffled == pytest.approx(found, rel=1e-5, abs=1e-9), f"{method}: the order of the examples counts"


def test_figures_are_drawn_for_every_method(
    task: Task, predictions: dict[str, pd.DataFrame], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(task.raw, tmp_path / "data/raw")
    monkeypatch.chdir(tmp_path)  # figures may show raw data, and the pipeline has perhaps not run yet
    for medium in (PAPER, SLIDES):
        with looks(medium, read_project().language):
            for name, each in drawn(task.problem, predictions).items():
                fit(each.figure, medium, fill=medium is SLIDES)
                save(each.figure, tmp_path / f"{name}.svg")
                assert (tmp_path / f"{name}.svg").stat().st_size > 1000


def test_rules_miss_no_missing_value(task: Task) -> None:
    """One value is taken from each column; a rule on that column must say so."""
    from lab.data.gate import check
    from lab.data.rules import standing_rules

    broken = task.table.astype(object)
    columns = [column for column in broken if column != "id" and broken[column].notna().all()]
    for row, column in enumerate(columns):
        broken.loc[row, column] = None
    rules = task.problem.expectations(task.table, task.params.data)
    report = check("broken", broken, standing_rules(task.table, rules) + rules)
    noticed = {rule["column"] for rule in report["expectations"] if not rule["success"]}
    assert set(columns) - {"sha256"} - noticed == set()
