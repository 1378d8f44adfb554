"""Own tables and texts, whatever their format: the same cells, and what is wrong with them is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from own_data import make_houses

from lab.data.features import tidy, typed
from lab.data.labelled import collect_pictures
from lab.data.sources import find
from lab.data.tables import named, read_table, row_digests
from lab.data.texts import collect_texts
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256


def settings(**given: Any) -> DataSettings:
    return DataSettings.model_validate(given)


def collect(folder: Path, raw: Path, **given: Any) -> tuple[pd.DataFrame, np.ndarray]:
    raw.mkdir(exist_ok=True)
    table, _ = collect_pictures(raw, settings(**({"source": "folder", "path": str(folder)} | given)))
    return table, np.load(raw / "pictures.npy")


ENDINGS = [
    "csv",
    "tsv",
    "jsonl",
    "parquet",
    "xlsx",
    "csv.gz",
    "semicolons.csv",
    "commas.csv",
    "cp950.csv",
    "utf-16.csv",
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_tables_of_every_format_are_the_same(ending: str, tmp_path: Path) -> None:
    rows = pd.read_csv(make_houses(tmp_path / "houses.csv", 50), dtype={"編號": str})
    path = tmp_path / f"a table.{ending}"
    options: dict[str, Any] = {"source": "table", "path": str(path), "columns": {"target": "price", "id": "編號"}}
    if ending == "jsonl":
        rows.to_json(path, orient="records", lines=True, force_ascii=False)
    elif ending == "parquet":
        rows.to_parquet(path)
    elif ending == "xlsx":
        rows.to_excel(path, index=False)
    else:
        encoding = ending.removesuffix(".csv") if ending in ("cp950.csv", "utf-16.csv") else "utf-8"
        separator = {"tsv": "\t", "semicolons.csv": ";", "commas.csv": ";"}.get(ending, ",")
        decimal = "," if ending == "commas.csv" else "."
        rows.to_csv(path, index=False, sep=separator, decimal=decimal, encoding=encoding)
        if encoding != "utf-8":
            with pytest.raises(UserError, match=r"is no utf-8 .* set data\.encoding"):
                read_table(path, settings(**options))
        options["encoding"] = encoding
    this, plain = settings(**options), settings(**(options | {"encoding": "utf-8"}))
    table = named(find(this).read(this), this, target="target")
    expected = named(read_table(tmp_path / "houses.csv", plain), plain, target="target")
    assert table["id"].tolist() == expected["id"].tolist()
    one, other = (tidy(each.drop(columns="id"))[0] for each in (table, expected))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)


@pytest.mark.parametrize(
    ("cells", "kind", "odd"),
    [
        (["1,200", "3", " 4.5 ", None], "float64", []),
        (["1"] * 30 + ["none"], "float64", ["none"]),
        (["2026-01-31", "2025-12-01", None], "datetime64[us]", []),
        (["31.12.2025", "01.02.2026"], "datetime64[us]", []),
        (["2026-01-31T10:00:00+08:00"], "datetime64[us]", []),
        ([True, False], "int64", []),
        (["a", "b", ""], "object", []),
        ([1.5, float("inf")], "float64", []),
    ],
)
def test_cells_are_what_they_look_like(cells: list, kind: str, odd: list[str]) -> None:
    column, found = typed(pd.Series(cells))
    assert str(column.dtype) == kind
    assert found == odd


def test_a_day_is_not_taken_for_a_month() -> None:
    column, _ = typed(pd.Series(["03.12.2025", "31.12.2025"]))
    assert column.dt.strftime("%Y-%m-%d").tolist() == ["2025-12-03", "2025-12-31"]


@pytest.mark.parametrize(
    "cells",
    [
        ["106/10/24", "105/02/29", "99/1/2"],
        ["民國106年10月24日", "民國105年2月29日", "民國99年1月2日"],
        ["2017年10月24日", "2016年2月29日", "2010年1月2日"],
        ["Oct 24, 2017", "Feb. 29 2016", "January 2, 2010"],
        ["24 Oct 2017", "29-Feb-2016", "2 January 2010"],
        ["10/24/2017", "2/29/2016", "1/2/2010"],
        ["2017/10/24 08:30", "2016/2/29 23:59", "2010/1/2 00:00"],
    ],
)
def test_dates_as_people_write_them(cells: list[str]) -> None:
    column, odd = typed(pd.Series(cells))
    assert column.dt.strftime("%Y-%m-%d").tolist() == ["2017-10-24", "2016-02-29", "2010-01-02"]
    assert odd == []


def test_a_row_is_what_its_cells_are(tmp_path: Path) -> None:
    rows = pd.DataFrame({"id": ["1", "2"], "text": ["two\nlines, and a comma", "x"], "number": [1, 2]})
    assert row_digests(rows)[1] == sha256(b"x,2")
    assert row_digests(rows.assign(id="0")) == row_digests(rows)
    assert len(set(row_digests(pd.concat([rows, rows.assign(number=3)])))) == 4


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,a\n1,2\n", "two columns named 'a'|no column 'price'"),
        ("price\n", "no rows"),
        ("", "cannot be read as a table"),
        ("area,prices\n1,2\n", "no column 'price': it has area, prices"),
    ],
)
def test_broken_tables_are_told(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=says):
        read_table(tmp_path / "t.csv", settings(columns={"target": "price"}))


def test_texts_in_folders(tmp_path: Path) -> None:
    for row in range(6):
        path = tmp_path / "in" / ("好", "壞")[row % 2] / f"{row}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"第{row}篇", encoding="utf-8-sig")
    table, provenance = collect_texts(settings(source="folder", path=str(tmp_path / "in")))
    assert table["text"].tolist()[0] in {"第0篇", "第1篇"}
    assert set(table["label"]) == {"好", "壞"}
    assert "6 texts, 2 classes" in provenance.notes
    (tmp_path / "in/好/0.txt").write_text("第0篇", encoding="cp950")
    with pytest.raises(UserError, match=r"1 texts are no utf-8 \(好/0\.txt\)"):
        collect_texts(settings(source="folder", path=str(tmp_path / "in")))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"license": "MIT"}, "did you mean 'licence'"),
        ({"colums": {}}, "did you mean 'columns'"),
        ({"source": "url"}, "url must say which"),
        ({"source": "kaggle"}, "name must say which"),
        ({"source": "url", "url": "data.zip"}, "no address"),
        ({"url": ["https://a.org/a"], "sha256": ["0" * 64, "1" * 64]}, "1 url and 2 sha256"),
        ({"path": "~/pictures"}, "in full"),
        ({"encoding": "big-6"}, "no encoding 'big-6'"),
        ({"columns": {"target": "a", "id": "a"}}, "'a' is named twice"),
    ],
)
def test_mistakes_in_settings_are_named(given: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        settings(**given)


def test_a_tasks_own_keys_are_known_by_it() -> None:
    assert settings(games=3).own(games=640, seed=0) == {"games": 3, "seed": 0}
    with pytest.raises(UserError, match=r"data\.gamess: unknown key: did you mean 'games'"):
        settings(gamess=3).own(games=640)
