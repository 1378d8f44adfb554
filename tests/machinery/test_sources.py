"""A team's own files: every kind of picture and table is read, and what cannot be is named."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
from own_data import CLASSES, make_pictures
from PIL import Image

from lab.data import look, pictures
from lab.data.labelled import collect_pictures
from lab.data.sources import classes
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


def test_a_look_shows_the_pictures_that_can_be_read_where_others_cannot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """To find a broken file one looks at what is there, so one of a thousand must not hide the others."""
    folder = make_pictures(tmp_path / "in", number=12, modes=("RGB",))
    (folder / CLASSES[0] / "0.png").write_bytes(b"")
    monkeypatch.setattr(look, "SHEET", tmp_path / "look.png")
    problem = cast(Any, SimpleNamespace(collect=collect_pictures, stratify="label"))
    with pytest.raises(pictures.UnreadableError):
        look.look(problem, settings(source="folder", path=str(folder)))
    said = capsys.readouterr().out
    assert f"{CLASSES[0]}/0.png: empty" in said
    assert "12 that can be read: " in said
    assert np.asarray(Image.open(tmp_path / "look.png")).std() > 10


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
