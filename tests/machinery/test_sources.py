"""A team's own files: every kind of picture and table is read, and what cannot be is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from own_data import CLASSES, make_houses, make_pictures
from PIL import Image

from lab.data import pictures
from lab.data.features import tidy, typed
from lab.data.labelled import collect_pictures
from lab.data.sources import classes, find
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


def test_pictures_of_any_size_and_mode(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = make_pictures(tmp_path / "my 圖片", number=48)
    table, array = collect(folder, tmp_path / "raw", size=32)
    assert array.shape == (48, 32, 32, 3)
    assert table["label"].value_counts().to_dict() == dict.fromkeys(CLASSES, 16)
    assert table["sha256"].tolist() == [sha256(picture.tobytes()) for picture in array]
    assert table["id"].str.startswith(CLASSES).all()
    said = capsys.readouterr().out
    assert "48 pictures, 3 classes, 38 of them not RGB" in said
    assert "brought to 32 × 32 pixels" in said
    again, same = collect(folder, tmp_path / "again", size=32)
    pd.testing.assert_frame_equal(table, again)
    assert (array == same).all()


def half(mode: str, **options: Any) -> Image.Image:
    """The left half dark, the right half light."""
    image = Image.fromarray(np.repeat([[0, 255]], [20, 20], axis=1).repeat(40, axis=0).astype(np.uint8))
    return image.convert(mode, **options)


@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1", "CMYK", "LA", "RGBA", "I;16"])
def test_every_mode_keeps_dark_and_light(mode: str, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    for name in ("a", "b"):
        (folder / name).mkdir(parents=True)
        path = folder / name / ("1.jpg" if mode == "CMYK" else "1.png")
        if mode == "I;16":
            Image.fromarray(np.asarray(half("L")).astype(np.uint16) * 257).save(path)
        else:
            half(mode).save(path)
    _, array = collect(folder, tmp_path / "raw")
    assert array[:, :, :18].mean() < 10
    assert array[:, :, 22:].mean() > 245


def test_what_is_transparent_is_white_and_what_is_turned_stands_up(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "in" / name).mkdir(parents=True)
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    clear.save(tmp_path / "in/a/1.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # shown a quarter turn to the right of how it is stored: the left side is on top
    half("RGB").save(tmp_path / "in/b/1.jpg", exif=exif, quality=95)
    table, array = collect(tmp_path / "in", tmp_path / "raw")
    assert array[0].min() == 255
    assert array[1, :18].mean() < 10
    assert array[1, 22:].mean() > 245
    assert table["label"].tolist() == ["a", "b"]


def test_files_that_cannot_be_read_are_named_with_the_reason(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "in", number=12, modes=("RGB",))
    first = folder / CLASSES[0]
    whole = sorted(first.glob("*.png"))[0].read_bytes()
    for name, content in {"cut.png": whole[:1000], "empty.jpg": b"", "page.jpg": b"<html>", "phone.heic": b"x"}.items():
        (first / name).write_bytes(content)
    with pytest.raises(pictures.UnreadableError, match="4 of 16 pictures cannot be read") as caught:
        collect(folder, tmp_path / "raw")
    reasons = {name.rpartition("/")[2]: reason for name, reason in caught.value.reasons.items()}
    assert reasons == {
        "cut.png": "cut off",
        "empty.jpg": "empty",
        "page.jpg": "no picture",
        "phone.heic": "HEIC: save it as JPEG",
    }


def test_grey_pictures_of_one_small_size_stay_as_they_are(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "in" / name).mkdir(parents=True)
        half("L").resize((28, 20)).save(tmp_path / f"in/{name}/1.png")
    _, array = collect(tmp_path / "in", tmp_path / "raw")
    assert array.shape == (2, 20, 28)


def test_folders_around_classes_and_of_splits_are_no_classes(tmp_path: Path) -> None:
    for path in ("set/train/cat/1.png", "set/train/dog/1.png", "set/test/cat/1.png", "set/.DS_Store", "README.md"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    found, told = classes(tmp_path)
    assert [label for _, label in found] == ["cat", "cat", "dog"]
    assert "test, train are put together" in told
    (tmp_path / "set/stray.png").write_bytes(b"")
    assert "stray.png outside the classes' folders" in classes(tmp_path)[1]


def test_a_folder_without_classes_is_told(tmp_path: Path) -> None:
    half("L").save(tmp_path / "1.png")
    with pytest.raises(UserError, match="needs a folder for each class"):
        collect(tmp_path, tmp_path / "raw")


def test_pictures_named_by_a_table(tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "in", number=12, modes=("RGB",))
    files = [path.relative_to(tmp_path).as_posix() for path in sorted(folder.rglob("*.*"))]
    rows = pd.DataFrame({"picture": files, "kind": [1, 2] * 6, "animal": range(12)})
    rows.loc[11, "kind"] = None  # which makes floats of the others
    rows.to_csv(tmp_path / "labels.csv", index=False)
    given = {"source": "table", "columns": {"file": "picture", "target": "kind", "group": "animal"}}
    table, array = collect(tmp_path / "labels.csv", tmp_path / "raw", **given)
    assert len(table) == len(array) == 11
    assert set(table["label"]) == {"1", "2"}
    assert table["group"].tolist() == [str(row) for row in range(11)]
    rows.assign(picture=[f"no{name}" for name in files]).to_csv(tmp_path / "labels.csv", index=False)
    with pytest.raises(UserError, match=r"of the 11 files that labels\.csv names are not there"):
        collect(tmp_path / "labels.csv", tmp_path / "raw", **given)


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl", "parquet", "xlsx", "csv.gz", "semicolons.csv", "cp950.csv"])
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
        encoding = "cp950" if "cp950" in ending else "utf-8"
        separator = {"tsv": "\t", "semicolons.csv": ";"}.get(ending, ",")
        rows.to_csv(path, index=False, sep=separator, encoding=encoding)
        if encoding == "cp950":
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
