"""Texts with a class each: the rows of a table, or files in a folder for each class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data.sources import Found, classes, find, identity, provenance, some
from lab.data.tables import identities, named, told_of
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.files import sha256

ENDINGS = (".txt", ".md", ".text")


def collect_texts(options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """``id``, ``sha256`` of the text in small letters, ``text``, ``label``, and ``group`` and ``date`` if named."""
    options.own()
    found = find(options)
    if found.table is not None or options.columns.text:
        options.need("text", "target")
        table = named(found.read(options), options)
        table, told = told_of(table, ["text", "label"])
        table["id"] = identities(table)
        files: list[Path] = []
    else:
        table, files, told = _from_folder(found, options)
    table["text"] = table["text"].astype(str).str.strip()
    table["sha256"] = [sha256(text.casefold().encode(errors="surrogatepass")) for text in table["text"]]
    columns = [name for name in ("id", "sha256", "group", "date", "text", "label") if name in table]
    lengths, number = table["text"].str.len(), table["label"].nunique()
    said = f"{len(table)} texts, {number} classes, half of them longer than {int(np.median(lengths))} characters"
    if repeated := int(table["sha256"].duplicated().sum()):
        said += f", {repeated} the same as another"
    return table[columns], provenance(options, found, [said, told], files)


def _from_folder(found: Found, options: DataSettings) -> tuple[pd.DataFrame, list[Path], str]:
    labelled, told = classes(found.folder)
    others = [path.name for path, _ in labelled if path.suffix.lower() not in ENDINGS]
    labelled = [(path, label) for path, label in labelled if path.suffix.lower() in ENDINGS]
    if not labelled:
        raise UserError(f"{found.folder.as_posix()}: there are no texts ({', '.join(ENDINGS)}) in the classes' folders")
    texts = read_files([path for path, _ in labelled], found.folder, options.encoding)
    table = pd.DataFrame(
        {
            "id": [identity(path, found.folder) for path, _ in labelled],
            "text": texts,
            "label": [label for _, label in labelled],
        }
    )
    table, empty = told_of(table, ["text"])
    left_out = f"{len(others)} files that are no texts are left out: {some(others)}" if others else ""
    return table, [path for path, _ in labelled], "; ".join(filter(None, [told, left_out, empty]))


def read_files(files: list[Path], folder: Path, encoding: str) -> list[str]:
    """What each file says.

    Raises:
        UserError: some are in another encoding.
    """
    texts: list[str] = []
    strange: list[str] = []
    marked = "utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding  # Windows puts a mark first
    for path in files:
        try:
            texts.append(path.read_text(encoding=marked))
        except UnicodeDecodeError:
            strange.append(identity(path, folder))
    if strange:
        mend = "save them so, or set data.encoding in params.yaml: cp950 (Taiwan) or gb18030 (China), say"
        raise UserError(f"{len(strange)} texts are no {encoding} ({some(strange, 3)}): {mend}")
    return texts
