"""Files with a class each: a folder for each class, or a table that names a file and a class in each row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data import pictures
from lab.data.sources import Found, classes, find, identity, listed, provenance, some
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256


def collect_pictures(raw: Path, options: DataSettings, labels: bool = True) -> tuple[pd.DataFrame, Provenance]:
    """``pictures.npy`` and its table: ``id``, ``sha256`` of the row's bytes, ``label``, what the files were.

    Without ``labels``, all pictures are of one class.
    """
    options.own()
    found = find(options)
    files, columns, told = labelled(found, options, {*pictures.ENDINGS, *pictures.UNREAD}, "pictures", labels)
    headers, done = pictures.write(files, found.folder, raw, options.size)
    array = np.load(raw / "pictures.npy", mmap_mode="r")
    examples = pd.DataFrame(
        {
            "id": columns.pop("id"),
            "sha256": [sha256(picture.tobytes()) for picture in array],
            **columns,
            **sizes(headers),
            "brightness": [float(picture.mean()) / 255 for picture in array],
        }
    )
    number = examples["label"].nunique()
    said = f"{len(examples)} pictures, {f'{number} classes, ' if labels else ''}{done}"
    return examples, provenance(options, found, [said, told], files)


def sizes(headers: list[pictures.Header]) -> dict[str, list[int]]:
    """What tells one picture from another: no width or height that all of them have."""
    sizes = {"width": [header.width for header in headers], "height": [header.height for header in headers]}
    return {name: values for name, values in sizes.items() if len(set(values)) > 1}


def labelled(
    found: Found, options: DataSettings, endings: set[str], what: str, labels: bool = True
) -> tuple[list[Path], dict[str, list], str]:
    """The files of one kind, ``what``, by their ``endings``; ``id``, ``label`` and more of each; what is left out."""
    if found.table is not None:
        return _from_table(found, options, labels)
    return _from_folder(found, endings, what, labels)


def _from_folder(found: Found, endings: set[str], what: str, labels: bool) -> tuple[list[Path], dict[str, list], str]:
    everything, told = classes(found.folder) if labels else ([(path, "picture") for path in listed(found.folder)], "")
    files = [path for path, _ in everything if path.suffix.lower() in endings]
    others = [path.name for path, _ in everything if path.suffix.lower() not in endings]
    left_out = f"{len(others)} files that are no {what} are left out: {some(others)}" if others else ""
    label = dict(everything)
    columns = {"id": [identity(path, found.folder) for path in files], "label": [label[path] for path in files]}
    if labels and len(set(columns["label"])) < 2:
        raise UserError(f"{found.folder.as_posix()}: fewer than two classes have {what} in their folders")
    return files, columns, "; ".join(filter(None, [told, left_out]))


def _from_table(found: Found, options: DataSettings, labels: bool) -> tuple[list[Path], dict[str, list], str]:
    from lab.data.tables import named, told_of

    options.need("file", *(["target"] if labels else []))
    table = named(found.read(options), options)
    if not labels:
        table["label"] = "picture"
    table = table[[column for column in ("id", "group", "date", "file", "label") if column in table]]
    table, told = told_of(table, ["file", "label"])
    files = located(found, table["file"].tolist())
    if "id" not in table:
        table["id"] = [str(name) for name in table["file"]]
    return files, {name: table[name].tolist() for name in table if name != "file"}, told


def numbered(raw: Path, splits: dict[str, list[str]]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Of the examples of each split the row of each, and the number of its class: (n,), (n,).

    Classes are numbered in the order of their names.
    """
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    rows, number = pd.Series(range(len(table)), table.index), np.unique(table["label"], return_inverse=True)[1]
    return {split: (rows[ids].to_numpy(), number[rows[ids]]) for split, ids in splits.items()}


def located(found: Found, names: list) -> list[Path]:
    """The files that a table names, seen from its folder.

    Raises:
        UserError: some are not there; or the table was downloaded, and names files outside its folder.
    """
    files = [found.folder / str(name).strip().replace("\\", "/") for name in names]
    away = [str(path) for path in files if not path.resolve().is_relative_to(found.folder.resolve())]
    if away and not found.own:
        raise UserError(f"the downloaded table names files outside its folder: {some(away)}")
    if missing := [str(name) for name, path in zip(names, files, strict=True) if not path.is_file()]:
        text = f"of the {len(files)} files that {found.said} names are not there"
        raise UserError(f"{len(missing)} {text}, seen from {found.folder.as_posix()}: {some(missing)}")
    return files
