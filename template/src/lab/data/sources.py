"""From settings to files on this machine: a team's own, or those of an address or a hub, kept after the download."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from lab.console import localised
from lab.console import said as spoken
from lab.contract import Provenance
from lab.data_settings import DataSettings
from lab.errors import UserError, some
from lab.files import digest_of, sha256

if TYPE_CHECKING:
    import pandas as pd

IGNORED = ("thumbs.db", "desktop.ini", "readme.md", "license", "license.txt", "licence", "licence.txt")
"""Files that systems and people leave in every folder; so are those whose names begin with a dot."""


@dataclass(frozen=True)
class Found:
    """A folder of files, or a table and the folder of its files."""

    folder: Path
    said: str
    """Where it comes from, for people."""
    table: Path | None = None
    files: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each downloaded file, or of the table, by name."""
    own: bool = True
    """Whether it is the team's: then its table may name files anywhere."""

    def read(self, options: DataSettings) -> pd.DataFrame:
        """The table.

        Raises:
            UserError: there is a folder instead.
        """
        if self.table is None:
            where = "data.inside" if not self.own else "data.path"
            raise UserError(f"params.yaml: {where}: {self.folder.as_posix()} is a folder: name a table in it")
        from lab.data.tables import read_table

        return read_table(self.table, options)


def find(options: DataSettings) -> Found:
    """What ``source`` names, brought to this machine if it is elsewhere."""
    if options.source in ("folder", "table"):
        options.check_path()
        path = Path(options.path)
        if options.source == "table":
            if path.is_dir():
                raise UserError(f"params.yaml: data.path: {path.as_posix()} is a folder: name the table in it")
            return Found(path.parent, path.name, path, {path.name: digest_of(path)})
        if path.is_file():
            raise UserError(f"params.yaml: data.path: {path.as_posix()} is a file: for a table, set source: table")
        return Found(path, f"the folder {path.name}")
    if options.source == "url":
        from lab.data.downloads import download_all

        folder, files = download_all(options)
        said = ", ".join(options.url)
    elif options.source in ("huggingface", "kaggle"):
        from lab.data.hubs import HUBS

        hub = HUBS[options.source]
        folder, files = hub.fetch(options)
        said = f"{hub.address}{options.name}"
    elif options.source == "gymnasium":
        raise UserError("params.yaml: data.source: this kind of project learns from data, not from an environment")
    else:
        raise UserError("params.yaml: data.source: this kind of project has no demo data: use your own")
    if options.source == "huggingface":  # of which `inside` has named the configuration
        options = options.model_copy(update={"inside": ""})
    return _inside(folder, options, said, files)


def _inside(folder: Path, options: DataSettings, said: str, files: dict[str, str]) -> Found:
    """What of a download is meant: ``data.inside``, else its only table if no other files are there, else all of it."""
    path = folder / options.inside
    if not path.resolve().is_relative_to(folder.resolve()) or not path.exists():
        some = ", ".join(sorted(path.name for path in folder.iterdir())[:8])
        raise UserError(f"params.yaml: data.inside: there is no {options.inside} in what was downloaded: {some}")
    if path.is_file():
        return Found(path.parent, said, path, files, own=False)
    from lab.data.tables import TABLES

    tables = [path for path in listed(path) if path.name.lower().endswith(TABLES)]
    if len(tables) == 1 and (options.columns.target or options.columns.text):
        return Found(tables[0].parent, said, tables[0], files, own=False)
    if len(tables) > 1 and options.columns.target:
        some = ", ".join(table.relative_to(folder).as_posix() for table in tables[:8])
        raise UserError(f"params.yaml: data.inside: there are {len(tables)} tables: name one of {some}")
    return Found(path, said, None, files, own=False)


def listed(folder: Path) -> list[Path]:
    """All files below ``folder`` in the order of their names, without what systems leave there."""

    def is_meant(path: Path) -> bool:
        parts = path.relative_to(folder).parts
        hidden = any(part.startswith(".") or part == "__MACOSX" for part in parts)
        return not hidden and parts[-1].lower() not in IGNORED and path.suffix != ".dvc"

    meant = (path for path in folder.rglob("*") if path.is_file() and is_meant(path))
    return sorted(meant, key=lambda path: path.parts)


SPLIT_FOLDERS = {"train", "training", "test", "testing", "val", "valid", "validation", "dev"}
"""Folders that others have split their data into: they are no classes."""


def classes(folder: Path) -> tuple[list[tuple[Path, str]], str]:
    """Each file with its class, which is its folder's name; and in words what was assumed.

    Folders around all classes are passed over, and so are folders of splits: this project splits the data itself.

    Raises:
        UserError: there are files outside the folders of classes, or fewer than two classes.
    """
    files = listed(folder)
    parts = [path.relative_to(folder).parts for path in files]
    depth, told = 0, ""
    while len(tops := {each[depth] for each in parts if len(each) > depth}) == 1 and min(map(len, parts)) > depth + 1:
        depth += 1
    folders = {each[depth] for each in parts if len(each) > depth + 1}
    if folders and {name.lower() for name in folders} <= SPLIT_FOLDERS:
        depth += 1
        told = f"the folders {', '.join(sorted(tops))} are put together: the project splits its data itself"
    found, outside = [], []
    for path, each in zip(files, parts, strict=True):
        if len(each) > depth + 1:
            found.append((path, unicodedata.normalize("NFC", each[depth])))
        else:
            outside.append(path.name)
    if not found or len({label for _, label in found}) < 2:
        names = ", ".join(sorted({label for _, label in found})) or "none"
        raise UserError(f"{folder.as_posix()} needs a folder for each class, two or more of them; there is {names}")
    if outside:
        told = "; ".join(filter(None, [told, f"{some(outside)} outside the classes' folders left out"]))
    return found, told


def identity(path: Path, folder: Path) -> str:
    """An example's id: where its file lies below ``folder``."""
    return unicodedata.normalize("NFC", path.relative_to(folder).as_posix())


def provenance(options: DataSettings, found: Found, said: list[str], files: list[Path]) -> Provenance:
    """Where own data come from: what the team says of it, and what was done with it, which is printed, too.

    ``files`` are those that were read: of a team's own, which no address names, one digest is kept.
    """
    digests = found.files
    if not digests:
        content = "".join(f"{identity(path, found.folder)}\n{digest_of(path)}\n" for path in sorted(files))
        digests = {localised(f"{found.folder.name}/ ({len(files)} files)"): sha256(content.encode())}
    told = [localised(line) for line in said if line]
    print(spoken("figures.item").join(told))
    stop = spoken("figures.stop")
    return Provenance(
        title=options.title or options.name or localised(found.said),
        kind=options.kind,
        source=localised(f"the team's own: {found.said}") if found.own else found.said,
        licence=options.licence,
        citation=options.citation,
        notes=spoken("terms.gap").join(
            filter(None, [options.notes, *(line[0].upper() + line[1:] + stop for line in told)])
        ),
        files=digests,
    )
