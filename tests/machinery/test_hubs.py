"""Hugging Face and Kaggle by their own libraries: from local data sets, and from a stand-in for their servers."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest
from own_data import make_pictures

from lab.data.labelled import collect_pictures
from lab.data.sources import find
from lab.data.texts import collect_texts
from lab.data_settings import DataSettings
from lab.errors import UserError


def settings(**given: object) -> DataSettings:
    return DataSettings.model_validate(given)


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))


def test_pictures_of_hugging_face_are_files_with_names_of_classes(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "set", number=12, modes=("RGB",))
    given = {"source": "huggingface", "name": str(folder), "columns": {"file": "image", "target": "label"}, "size": 16}
    table, provenance = collect_pictures(raw(tmp_path), settings(**given))
    assert len(table) == 12
    assert set(table["label"]) == {path.name for path in folder.iterdir()}
    assert list(provenance.files) == [f"{folder}/examples.parquet"]
    (folder / "more").mkdir()  # what is there already is not asked for again
    assert len(find(settings(**given)).read(settings(**given))) == 12


def test_texts_of_hugging_face_are_those_of_all_splits(tmp_path: Path) -> None:
    for split in ("train", "test"):
        (tmp_path / "set").mkdir(exist_ok=True)
        rows = pd.DataFrame({"review": [f"{split} {row}" for row in range(5)], "mood": ["good", "bad"] * 2 + ["good"]})
        rows.to_csv(tmp_path / f"set/{split}.csv", index=False)
    columns = {"text": "review", "target": "mood"}
    table, _ = collect_texts(settings(source="huggingface", name=str(tmp_path / "set"), columns=columns))
    assert sorted(table["text"]) == sorted(f"{split} {row}" for split in ("train", "test") for row in range(5))


def test_a_data_set_that_is_not_there_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"data\.name: Hugging Face gave no nobody/nothing: \w+: ") as caught:
        find(settings(source="huggingface", name="nobody/nothing"))
    assert "\n" not in str(caught.value)
    assert not list(tmp_path.rglob("examples.parquet"))


@pytest.mark.parametrize(("source", "package"), [("huggingface", "datasets"), ("kaggle", "kagglehub")])
def test_a_missing_extra_is_named(source: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UserError, match=f"run `uv sync --extra {source}`"):
        find(settings(source=source, name="owner/name"))


def test_kaggle_gives_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its library finds the data set in its cache, in the layout that a download leaves there."""
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path / "kaggle"))
    version = tmp_path / "kaggle/datasets/owner/name/versions/3"
    version.mkdir(parents=True)
    (version / "reviews.csv").write_text("a,b\nx,1\n", encoding="utf-8")
    (version.parents[1] / "3.complete").touch()
    given = {"source": "kaggle", "name": "owner/name/versions/3", "columns": {"text": "a", "target": "b"}}
    found = find(settings(**given))
    assert found.table == version / "reviews.csv"
    assert list(found.files) == ["owner/name/versions/3/reviews.csv"]


def raw(folder: Path) -> Path:
    (folder / "raw").mkdir()
    return folder / "raw"
