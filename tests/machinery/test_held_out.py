"""What is held out is only tested: no method learns from it, and nothing is chosen by it."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lab.data.gate import check
from lab.data.rules import leakage_rules
from lab.data.splitting import split
from lab.errors import UserError
from lab.files import sha256
from lab.settings import SplitSettings, read_params
from lab.stages import split as stage

SETTINGS = SplitSettings(validation=0.2, test=0.2, seed=0)


def rows() -> pd.DataFrame:
    """300 examples of ten classes; of class 7 all are held out, of class 8 some."""
    label = [row % 10 for row in range(300)]
    held_out = [row % 10 == 7 or row in (8, 18) for row in range(300)]
    names = [f"{row:03d}" for row in range(300)]
    digests = [sha256(name.encode()) for name in names]
    return pd.DataFrame({"id": names, "sha256": digests, "label": label, "held_out": held_out})


@pytest.mark.parametrize("fold", [None, 0, 4])
def test_what_is_held_out_is_in_the_test_split_and_the_others_keep_their_shares(fold: int | None) -> None:
    table = rows()
    where = split(table, SETTINGS, "label", fold=fold)
    assert set(where[table["held_out"]]) == {"test"}
    others = where[~table["held_out"]]
    assert others.value_counts(normalize=True).round(1).to_dict() == {"train": 0.6, "validation": 0.2, "test": 0.2}
    assert where.index.equals(table.index)
    assert (others.groupby(table["label"]).nunique() == 3).all()


def test_what_is_held_out_takes_its_group_and_its_copies_along() -> None:
    table = rows().assign(group=[f"g{row // 2}" for row in range(300)])
    where = split(table, SETTINGS, "label", [["017", "100"]])
    assert where[16] == where[17] == where[100] == where[101] == "test"


def test_without_the_column_or_with_nothing_held_out_the_split_is_what_it_was() -> None:
    plain = rows().drop(columns="held_out")
    assert split(plain, SETTINGS, "label").equals(split(plain.assign(held_out=False), SETTINGS, "label"))


def test_another_value_than_true_and_false_is_told() -> None:
    with pytest.raises(UserError, match=r"held_out is .*: it must be true or false"):
        split(rows().assign(held_out="yes"), SETTINGS, "label")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project in which only the split stage is left to do."""
    for folder in ("data/raw", "results", "src/lab/tasks/custom"):
        (tmp_path / folder).mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    rows().to_parquet("data/raw/examples.parquet", index=False)
    files: dict[str, dict] = {"results/validation.json": {"near_duplicates": []}, "data/raw/provenance.json": {}}
    for path, content in files.items():
        Path(path).write_text(json.dumps(content), encoding="utf-8")
    problem: Any = SimpleNamespace(stratify="label")
    params = SimpleNamespace(split=SETTINGS)
    for name, value in {"load_problem": lambda: problem, "read_params": lambda: params}.items():
        monkeypatch.setattr(stage, name, value)
    monkeypatch.setattr(stage, "read_project", lambda: SimpleNamespace(language="en"))
    monkeypatch.setattr(stage, "write_page", lambda *given: None)
    read_params.cache_clear()
    return tmp_path


def test_a_class_that_is_held_out_need_not_be_in_every_split(project: Path) -> None:
    stage.main()
    report = json.loads((project / "results/splits.json").read_text(encoding="utf-8"))
    assert report["success"]
    assert report["classes"]["7"] == {"train": 0, "validation": 0, "test": 30}
    assert {"held_out_only_tested", "class_in_every_split"} <= {entry["kind"] for entry in report["expectations"]}


@pytest.mark.parametrize("place", ["train", "validation"])
def test_the_gate_stops_what_is_held_out_and_yet_not_only_tested(
    project: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    def careless(*given: Any) -> pd.Series:
        where = split(*given)
        where[7] = place
        return where

    monkeypatch.setattr(stage, "split", careless)
    with pytest.raises(UserError, match=r"what is held out must be in the test split alone: 1 row \(id 007\)"):
        stage.main()
    assert not (project / "data/splits.parquet").exists()


def test_the_gate_still_asks_every_other_class_in_every_split(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(examples: pd.DataFrame, *given: Any) -> pd.Series:
        return split(examples, *given).mask(examples["label"] == 3, "train")

    monkeypatch.setattr(stage, "split", careless)
    with pytest.raises(UserError, match="every class must be in every split"):
        stage.main()


def test_without_the_column_nobody_asks() -> None:
    table = rows().drop(columns="held_out")
    kinds = {(rule.meta or {}).get("kind") for rule in leakage_rules(table, "label")}
    assert "held_out_only_tested" not in kinds
    ready = table.assign(split=split(table, SETTINGS, None), splits_of_content=1, splits_of_near_duplicates=1)
    assert check("splits", ready, leakage_rules(table, None))["success"]
    assert np.unique(ready["split"]).size == 3
