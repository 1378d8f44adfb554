"""What commands print, in the project's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from lab.errors import UserError
from lab.messages import translated, written_language
from lab.words import in_language, speaker

if TYPE_CHECKING:
    from lab.contract import Metric


def said(key: str, /, **values: object) -> str:
    """A text of the table, such as ``doctor.readable``, in the project's language, with its blanks filled in."""
    return speaker(language())(key, **values)


def tell(key: str, /, **values: object) -> None:
    """Print it at once, even into a file."""
    print(said(key, **values), flush=True)


def localised(text: object) -> str:
    """A message that code wrote in English, such as an error, in the project's language."""
    return translated(str(text), language())


def language() -> str:
    """The project's; where project.toml has a mistake or is not there, what its line says, else English."""
    from lab.settings import read_project  # with pydantic: what Git calls at each merge has mostly nothing to say

    try:
        return read_project().language
    except UserError:
        return written_language()


def called(metric: Metric) -> str:
    """What a metric is called in print."""
    return in_language(metric.label, language()) or metric.name


def listed(names: Sequence[str], most: int = 5) -> str:
    """The first names, and how many more there are."""
    told = said("results.list").join(names[:most])
    return said("console.more", names=told, number=len(names) - most) if len(names) > most else told


def wide(text: str) -> int:
    """Columns that a terminal gives it: two for each Chinese sign."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def padded(text: str, columns: int) -> str:
    """The text with spaces after it, as many as fill ``columns`` of a terminal."""
    return text + " " * (columns - wide(text))


def indented(text: str, columns: int) -> str:
    """The text with as many spaces before it."""
    return " " * (columns - wide(text)) + text
