"""What a slide is made of: runs of text in paragraphs, tables, pictures, and cells side by side."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Run:
    """Text of one look. ``raised`` is 1 for superscripts and -1 for subscripts; a ``size`` of 0 is the usual one."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    raised: int = 0
    colour: str = ""
    size: float = 0
    link: str = ""


@dataclass
class Paragraph:
    """A paragraph. ``bullet`` is a mark, or the number of an item; ``kind`` is text, heading, caption or code."""

    runs: list[Run]
    kind: str = "text"
    bullet: str | int | None = None
    level: int = 0


@dataclass
class Text:
    """Paragraphs in one box, whose background is ``fill``; ``unwritten`` if it is a prompt."""

    paragraphs: list[Paragraph]
    fill: str = ""
    unwritten: bool = False


@dataclass
class Table:
    """Rows of cells; each cell has its text and the number of columns it spans. ``head`` rows come first."""

    rows: list[list[tuple[list[Run], int]]]
    head: int = 0


@dataclass
class Picture:
    """``data`` in its own ``format``. ``inline`` keeps its size (equations, boxes); others fill the room."""

    data: bytes
    format: str
    alt: str
    inline: bool = False


@dataclass
class Row:
    """Cells side by side, whose widths are shares of the row's."""

    cells: list[list[Block]]
    shares: list[float]


Block = Text | Table | Picture | Row


@dataclass
class Slide:
    title: list[Run] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    below: list[Paragraph] = field(default_factory=list)
    footer: str = ""


def words(runs: list[Run]) -> str:
    """The text alone."""
    return "".join(run.text for run in runs)


def tidy(runs: list[Run]) -> list[Run]:
    """``runs`` with single blanks and none at the ends, and those of one look joined, a blank between them too."""
    found: list[Run] = []
    for run in runs:
        text = run.text if run.code else re.sub(r"[ \t\n]+", " ", run.text)
        if not found or found[-1].text.endswith((" ", "\v")):
            text = text.lstrip(" ")
        if not text:
            continue
        if len(found) > 1 and found[-1].text == " " and _alike(found[-2], run):
            text = found.pop().text + text
        if found and _alike(found[-1], run):
            text = found.pop().text + text
        found.append(replace(run, text=text))
    while found and not found[-1].text.rstrip(" \v"):
        found.pop()
    return [*found[:-1], replace(found[-1], text=found[-1].text.rstrip(" \v"))] if found else []


def _alike(one: Run, other: Run) -> bool:
    return replace(one, text="") == replace(other, text="")


def merged(blocks: list[Block]) -> list[Block]:
    """``blocks`` with plain text that follows plain text in one box."""
    found: list[Block] = []
    for block in blocks:
        last = found[-1] if found else None
        if isinstance(last, Text) and isinstance(block, Text) and not (last.fill or block.fill or last.unwritten):
            found[-1] = replace(last, paragraphs=[*last.paragraphs, *block.paragraphs])
        else:
            found.append(block)
    return found
