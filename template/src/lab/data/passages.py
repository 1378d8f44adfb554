"""Texts cut into passages: the demo data's and a team's own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lab.contract import Provenance
from lab.data.sources import find, identity, listed, provenance
from lab.data.tables import identities, named, told_of
from lab.data.texts import ENDINGS, read_files
from lab.errors import UserError
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

ENOUGH, BLOCK = 30, 8
"""So many texts are a group each. Of fewer, each ``BLOCK`` passages in a row are one: a novel is one file."""
SENTENCE = re.compile(r".*?[.!?…。！？；]+[\"'”’」』）)]*\s*|.+", re.DOTALL)
MARKUP = r"</?[A-Za-z][^<>\n]*>|&(?:[a-z]+|#\d+);"
MISREAD = r"Ã[\u0080-\u00bf]|â€|ï¿½|\ufffd"
"""What is left of UTF-8 that somebody read as another encoding."""


def collect_passages(options: DataSettings, most: int) -> tuple[pd.DataFrame, Provenance]:
    """``id``, ``sha256``, ``group``, ``text``, and ``date`` if it is named, from a table's texts or files of text."""
    found = find(options)
    files: list[Path] = []
    if found.table is not None or options.columns.text:
        options.need("text")
        table, told = told_of(named(found.read(options), options), ["text"])
        table["id"] = identities(table)
    else:
        files = [path for path in listed(found.folder) if path.suffix.lower() in ENDINGS]
        if not files:
            raise UserError(f"{found.folder.as_posix()}: there are no texts ({', '.join(ENDINGS)})")
        texts = read_files(files, found.folder, options.encoding)
        table = pd.DataFrame({"id": [identity(path, found.folder) for path in files], "text": texts})
        table, told = told_of(table, ["text"])
    rows = in_passages(table, most)
    groups, number = rows["group"].nunique(), len(table)
    size = sum(len(text.encode("utf-8", "surrogatepass")) for text in rows["text"])
    said = f"{len(rows)} passages of {number} texts, {size:,} bytes in all, {groups} groups"
    blocks = "group" not in table and number < ENOUGH
    cut = f"the texts are few, so that each {BLOCK} passages in a row are a group" if blocks else ""
    return rows, provenance(options, found, [said, told, cut], files)


def in_passages(table: pd.DataFrame, most: int) -> pd.DataFrame:
    """A row for each passage of at most ``most`` bytes; ``table`` has an ``id`` and a ``text`` in each row."""
    rows: list[dict[str, Any]] = []
    for text in table.to_dict("records"):
        for number, passage in enumerate(passages(str(text["text"]), most)):
            place = f"{text['id']}:{number + 1:05d}"
            block = text["id"] if len(table) >= ENOUGH else f"{text['id']}:{number // BLOCK + 1:03d}"
            row = {"id": place, "sha256": sha256(passage.encode(errors="surrogatepass"))}
            row["group"] = str(text.get("group", block))
            rows.append(row | ({"date": text["date"]} if "date" in text else {}) | {"text": passage})
    return pd.DataFrame(rows)


def passages(text: str, most: int) -> Iterator[str]:
    """Lines one after the other, as many as fit; a line that is too long by its sentences, such a sentence by words."""
    passage = ""
    for part in parts(text.replace("\r\n", "\n"), most):
        if passage and size(passage + part.rstrip()) > most:
            if passage.strip():
                yield passage.strip()
            passage = ""
        passage += part
    if passage.strip():
        yield passage.strip()


def parts(text: str, most: int) -> Iterator[str]:
    for line in text.splitlines(keepends=True):
        if size(line) <= most:
            yield line
            continue
        for sentence in SENTENCE.findall(line):
            while size(sentence) > most:
                fits = sentence.encode("utf-8", "replace")[:most].decode("utf-8", "ignore")
                at = fits.rfind(" ") + 1 or len(fits)
                yield sentence[:at]
                sentence = sentence[at:]
            yield sentence


def size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def passage_rules(examples: pd.DataFrame, most: int) -> list[Expectation]:
    """Each passage says something, is no longer than asked, and has no marks of a web page or of a lost encoding."""
    import great_expectations.expectations as gxe

    warning: Any = "warning"
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=50),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"\w"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=1, max_value=most),
        gxe.ExpectColumnValuesToNotMatchRegex(column="text", regex=f"{MARKUP}|{MISREAD}", severity=warning),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"\S"),
        *[gxe.ExpectColumnValuesToNotBeNull(column=column) for column in ("date",) if column in examples],
    ]
