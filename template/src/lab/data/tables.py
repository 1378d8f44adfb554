"""Tables of any common format, with columns that mean the same everywhere."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from lab.data_settings import DataSettings
from lab.errors import UserError, some
from lab.files import sha256

LINE = "\x1f\n"
"""Between rows, where a row's own text may have several lines."""

TABLES = (".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".xlsx", ".xls", ".csv.gz", ".tsv.gz", ".jsonl.gz")
"""Endings of the tables that can be read."""


def read_table(path: Path, options: DataSettings) -> pd.DataFrame:
    """The table as it is, without the columns to be ignored; a column that says who an example is stays a text."""
    texts = {name: str for name in (options.columns.id, options.columns.text, options.columns.file) if name}
    try:
        table = _parsed(path, options.encoding, texts)
    except UnicodeDecodeError as error:
        mend = "set data.encoding in params.yaml: cp950 (Taiwan), gb18030 (China) or cp1252 (western Europe), say"
        raise UserError(f"{path.name} is no {options.encoding} (at byte {error.start}): {mend}") from None
    except ImportError as error:
        raise UserError(f"{path.name}: {error.name or 'a package'} is not installed: `uv sync --extra excel`") from None
    except (ValueError, OSError, KeyError, csv.Error) as error:  # what pandas and pyarrow raise for a broken file
        raise UserError(f"{path.name} cannot be read as a table: {' '.join(str(error).split())[:200]}") from None
    table.columns = [str(name).strip().removeprefix("\ufeff") for name in table.columns]
    if twice := [name for name in table if list(table.columns).count(name) > 1]:
        raise UserError(f"{path.name} has two columns named {twice[0]!r}: rename one")
    given = [getattr(options.columns, name) for name in ("target", "text", "file", "id", "group", "date")]
    for name in filter(None, [*given, *options.columns.ignore]):
        if name not in table:
            known = some(list(table), 20)
            raise UserError(f"params.yaml: data.columns: {path.name} has no column {name!r}: it has {known}")
    if table.empty:
        raise UserError(f"{path.name} has no rows")
    return table.drop(columns=options.columns.ignore)


def _parsed(path: Path, encoding: str, texts: dict[str, Any]) -> pd.DataFrame:
    name = path.name.lower().removesuffix(".gz")
    encoding = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    if name.endswith((".csv", ".tsv")):
        # A byte that is no text must not become a sign that is none: pandas would say only which chunk it is in.
        separator = "\t" if name.endswith(".tsv") else _separator(path, encoding)
        given: dict[str, Any] = {"sep": separator, "encoding": encoding, "dtype": texts, "skipinitialspace": True}
        table = pd.read_csv(path, **given)
        return pd.read_csv(path, decimal=",", **given) if separator == ";" and _has_decimal_commas(table) else table
    if name.endswith((".jsonl", ".ndjson")):
        return pd.read_json(path, lines=True, encoding=encoding, dtype=False)
    if name.endswith(".parquet"):
        return pd.read_parquet(path)
    if name.endswith((".xlsx", ".xls")):
        return pd.read_excel(path, dtype=texts)
    raise UserError(f"{path.name} is no table that can be read: its name must end in {', '.join(TABLES)}")


def _has_decimal_commas(table: pd.DataFrame) -> bool:
    """Whether some column is all numbers as much of Europe writes them: 12,5."""
    cells = (table[name].dropna().astype(str) for name in table if not pd.api.types.is_numeric_dtype(table[name]))
    return any(len(column) and column.str.fullmatch(r"\s*-?\d+,\d+\s*").all() for column in cells)


def _separator(path: Path, encoding: str) -> str:
    """What separates the columns: most often a comma, in much of Europe a semicolon."""
    import gzip

    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding=encoding) as stream:
        first = stream.readline()
    return max(",;\t|", key=first.count)


def named(table: pd.DataFrame, options: DataSettings, target: str = "label") -> pd.DataFrame:
    """The columns of ``data.columns`` by the names that they have in every project: ``id``, ``group``, ``label``, ….

    Another column with such a name gets an underscore.
    """
    columns = options.columns
    roles = {columns.id: "id", columns.group: "group", columns.date: "date", columns.target: target}
    roles |= {columns.text: "text", columns.file: "file"}
    roles.pop("", None)
    taken = {*roles.values(), "id", "sha256"}
    others = {name: f"{name}_" for name in table if name in taken and name not in roles}
    table = table.rename(columns=others | roles)
    for name in {"id", "group", "label"} & set(table):
        table[name] = table[name].map(_label, na_action="ignore")
    return table


def _label(value: Any) -> str:
    """A class or a name as people write it: a whole number has no fraction, even if a gap made floats of its column."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value).strip()


def told_of(table: pd.DataFrame, needed: list[str]) -> tuple[pd.DataFrame, str]:
    """The rows that have all of ``needed``; and in words how many have not."""
    empty = {name: table[name].isna() | (table[name].astype(str).str.strip() == "") for name in needed}
    whole = ~pd.concat(empty, axis=1).any(axis=1)
    told = [f"{int(gaps.sum())} rows without {name} are left out" for name, gaps in empty.items() if gaps.any()]
    if not whole.any():
        raise UserError(f"no row of the table has {' and '.join(needed)}")
    return table[whole].reset_index(drop=True), "; ".join(told)


def identities(table: pd.DataFrame) -> list[str]:
    """The column ``id``, else the rows' numbers."""
    if "id" in table:
        return table["id"].astype(str).tolist()
    return [f"{row:0{len(str(len(table)))}d}" for row in range(len(table))]


def row_contents(table: pd.DataFrame) -> Iterator[bytes]:
    """Each row as a line of CSV, whatever its id. Nothing is written before the first is asked for."""
    content = table.drop(columns=["id", "sha256"], errors="ignore")
    lines = content.to_csv(index=False, header=False, lineterminator=LINE).split(LINE)
    yield from (line.encode(errors="surrogatepass") for line in lines[:-1])


def row_digests(table: pd.DataFrame) -> list[str]:
    """SHA-256 of ``row_contents``."""
    return [sha256(content) for content in row_contents(table)]
