"""Files with a class each: a folder for each class, or a table that names a file and a class in each row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from torch.utils.data import Dataset

from lab.contract import Batch, Examples, Provenance
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


def class_names(raw: Path) -> list[str]:
    """In the order of their numbers."""
    return [str(name) for name in np.unique(pd.read_parquet(raw / "examples.parquet", columns=["label"])["label"])]


class Labelled(Dataset[Batch]):
    """Rows of an array on the disk, read when they are needed by as many ``train.workers`` as there are.

    ``read`` makes of some rows what a method is given by ``name``: a function that processes can hand over.
    """

    def __init__(
        self, path: Path, rows: np.ndarray, label: np.ndarray, name: str, read: Callable[[np.ndarray], Tensor]
    ) -> None:
        self.path, self.rows, self.label, self.name, self.read = path, rows, torch.tensor(label), name, read

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, index: int | slice) -> Batch:
        found = self.read(np.load(self.path, mmap_mode="r")[np.atleast_1d(self.rows[index])])
        return {self.name: found if isinstance(index, slice) else found[0], "label": self.label[index]}


def load_labelled(
    path: Path, splits: dict[str, list[str]], name: str, read: Callable[[np.ndarray], Tensor], memory: int
) -> dict[str, Examples]:
    """What ``read`` makes of the array's rows, by ``name``. ``label``: (n,), the class's number.

    They are tensors if the array has no more than ``memory`` bytes, else read from the disk: see ``Labelled``.
    """
    found = {
        split: Labelled(path, rows, label, name, read) for split, (rows, label) in numbered(path.parent, splits).items()
    }
    small = path.stat().st_size <= memory
    return {split: examples[:] if small else examples for split, examples in found.items()}


def some_labelled(examples: Examples, most: int = 500) -> tuple[Batch, int]:
    """As many of them as a mean and a spread need, and the number of classes."""
    if isinstance(examples, Labelled):
        return examples[:most], 1 + int(examples.label.max())
    assert isinstance(examples, dict)
    return examples, 1 + int(examples["label"].max())


def planes(pictures: np.ndarray) -> Tensor:
    """(n, height, width) or (n, height, width, 3) as (n, channels, height, width)."""
    pixels = torch.from_numpy(pictures)
    return pixels.unsqueeze(1) if pixels.ndim == 3 else pixels.movedim(3, 1).contiguous()


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
