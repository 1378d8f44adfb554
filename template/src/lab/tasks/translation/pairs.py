"""A team's own sentences: two columns of a table, or files of lines that lie side by side."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from lab.contract import Provenance
from lab.data.sources import Found, find, listed, provenance
from lab.data.tables import identities, named, row_digests, told_of
from lab.data.texts import read_files
from lab.errors import UserError, some

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

KINDS = ("short", "middle", "long")
"""Thirds of the sentences by their length: the report tells how well each is translated."""
SCRIPTS = {
    "Chinese": r"[\u3400-\u9fff\U00020000-\U0003ffff]",
    "Japanese": r"[\u3040-\u30ff]",
    "Korean": r"[\uac00-\ud7af]",
    "Cyrillic": r"[\u0400-\u04ff]",
    "Arabic": r"[\u0600-\u06ff]",
    "Devanagari": r"[\u0900-\u097f]",
    "Thai": r"[\u0e00-\u0e7f]",
    "Latin": r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff]",
}
"""Of each script a character of it."""


def collect_pairs(options: DataSettings, languages: list[str], longest: int) -> tuple[pd.DataFrame, Provenance]:
    """``text``, ``target``, ``kind`` (of ``KINDS``), and ``group`` and ``date`` if they are named."""
    found = find(options)
    if found.table is not None or options.columns.text:
        options.need("text", "target")
        table = named(found.read(options), options, target="target")
        table["id"] = identities(table)
        files: list[Path] = []
    else:
        table, files = from_lines(found, languages, options.encoding)
    table, told = told_of(table, ["text", "target"])
    for column in ("text", "target"):
        table[column] = [" ".join(text.split()) for text in table[column].astype(str)]
    lengths = table[["text", "target"]].apply(lambda column: column.str.len())
    short = (lengths <= longest).all(axis=1)
    left_out = f"{(~short).sum()} with more than {longest} characters are left out" if not short.all() else ""
    table, lengths = table[short].reset_index(drop=True), lengths[short].reset_index(drop=True)
    if len(table) < len(KINDS):
        raise UserError(f"params.yaml: data.longest: only {len(table)} sentences have {longest} characters or fewer")
    table["kind"] = pd.qcut(lengths["text"].rank(method="first"), len(KINDS), labels=KINDS).astype(str)
    table = table[[name for name in ("id", "group", "date", "kind", "text", "target") if name in table]]
    table.insert(1, "sha256", row_digests(table))
    middle = [f"{lengths[column].median():.0f}" for column in ("text", "target")]
    said = f"{len(table)} pairs of sentences, half of them longer than {middle[0]} and {middle[1]} characters"
    return table, provenance(options, found, [said, told, left_out], files)


def from_lines(found: Found, languages: list[str], encoding: str) -> tuple[pd.DataFrame, list[Path]]:
    """Files of the same name and of as many lines, one for each language: ``news.en`` and ``news.zh``."""
    if len(languages) != 2 or languages[0] == languages[1] or not all(isinstance(name, str) for name in languages):
        raise UserError("params.yaml: data.languages: name two, as the files end in them: [en, zh]")
    where = found.folder.as_posix()
    ending = {name: re.compile(rf"\.{re.escape(name)}(\.txt)?$", re.IGNORECASE) for name in languages}
    sides = {
        name: {
            ending[name].sub("", path.relative_to(found.folder).as_posix()): path
            for path in listed(found.folder)
            if ending[name].search(path.name)
        }
        for name in languages
    }
    first, second = sides.values()
    if alone := sorted(first.keys() ^ second.keys()):
        raise UserError(
            f"{where}: {some(alone, 3)} is there in one language alone: {' and '.join(languages)} are needed"
        )
    if not first:
        raise UserError(f"{where}: there are no files whose names end in .{languages[0]} and .{languages[1]}")
    rows: list[tuple[str, str, str]] = []
    for name in sorted(first):
        texts = read_files([side[name] for side in (first, second)], found.folder, encoding)
        # Other signs that Unicode counts as line breaks may be in a line.
        lines = [text.removesuffix("\n").split("\n") for text in texts]
        if len(lines[0]) != len(lines[1]):
            sizes = f"{first[name].name} has {len(lines[0]):,} lines and {second[name].name} {len(lines[1]):,}"
            raise UserError(f"{where}: {sizes}: line by line, one must be the translation of the other")
        rows += [(f"{name}:{line:06d}", *pair) for line, pair in enumerate(zip(*lines, strict=True), start=1)]
    files = [*first.values(), *second.values()]
    return pd.DataFrame(rows, columns=["id", "text", "target"]), files


def pair_rules(examples: pd.DataFrame, longest: int) -> list[Expectation]:
    """Both sides say something, differ, and are in their own script."""
    import great_expectations.expectations as gxe

    warning: Any = "warning"
    rules: list[Expectation] = [
        gxe.ExpectTableRowCountToBeBetween(min_value=50),
        gxe.ExpectColumnValuesToBeInSet(column="kind", value_set=list(KINDS)),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["text", "target"], severity=warning),
    ]
    for column in ("text", "target"):
        rules += [
            gxe.ExpectColumnValuesToMatchRegex(column=column, regex=r"\S"),
            gxe.ExpectColumnValueLengthsToBeBetween(column=column, min_value=1, max_value=longest),
        ]
        # A script that nine of ten sentences are written in should be in all: else a line has slipped, or was not
        # translated.
        usual = [sign for sign in SCRIPTS.values() if examples[column].astype(str).str.contains(sign).mean() > 0.9]
        rules += [gxe.ExpectColumnValuesToMatchRegex(column=column, regex=sign, severity=warning) for sign in usual]
    return rules
