"""Where each part of a slide stands, in points: text takes what it needs, and pictures fill the room that is left."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from lab.reporting.slide_elements import Block, Paragraph, Picture, Row, Run, Table, Text, merged, words

WIDTH, HEIGHT, MARGIN = 960.0, 540.0, 56.0
ROOM = (MARGIN, 104.0, WIDTH - 2 * MARGIN, 386.0)
"""Left, top, width and height of what stands below a title."""
SIZES = {"text": 20.0, "heading": 20.0, "caption": 15.0, "code": 16.0, "table": 17.0}
"""Points of each kind of text."""
LEAST = 14.0
SCALES = tuple(1 - 0.04 * step for step in range(14))
READABLE = 0.72
"""Text that must be smaller than this share of its usual size goes on with a further slide."""
LINE, CHINESE_LINE, AFTER, GAP, INSET, CELL = 1.22, 1.36, 0.5, 14.0, 10.0, 9.0
"""A line, one with Chinese, and the blank after a paragraph, in its size; points between parts, in boxes, in cells."""
EQUATION = WIDTH / 841.89
"""Typst's slides are smaller than PowerPoint's."""
NARROW, BROAD = set("iljftrI.,:;'|!()[] -"), set("ABCDEFGHJKLMNOPQRSTUVWXYZmw%±@–→")
WORD = re.compile(r"[\u3000-\u9fff\uff00-\uffef]{1,2}|[^\s\u3000-\u9fff\uff00-\uffef]+")

Sizes = dict[int, tuple[float, float]]
"""Width and height of each picture, by ``id``."""


@dataclass(frozen=True)
class Placed:
    """A part of a slide in its place; its text is ``scale`` times as large as usual."""

    block: Block
    left: float
    top: float
    width: float
    height: float
    scale: float


def arrange(blocks: list[Block], sizes: Sizes) -> Iterator[list[Placed]]:
    """The parts below the title in the largest scale at which all have room; on further slides if that is too small."""
    placed, readable = _fitted(blocks, sizes)
    single = [part for block in blocks for part in _paragraphs(block)]
    if not readable and len(single) > 1:
        many = next((many for many in range(len(single) - 1, 1, -1) if _fitted(merged(single[:many]), sizes)[1]), 1)
        many = next((less for less in range(many, 0, -1) if not _leads_on(single[less - 1], single[less])), many + 1)
        yield _fitted(merged(single[:many]), sizes)[0]
        if rest := merged(single[many:]):
            yield from arrange(rest, sizes)
    else:
        yield placed


def _paragraphs(block: Block) -> list[Block]:
    """A text as one for each paragraph, so that they can be parted; what else there is stays whole."""
    if isinstance(block, Text) and not block.fill:
        return [replace(block, paragraphs=[paragraph]) for paragraph in block.paragraphs]
    return [block]


def _leads_on(block: Block, following: Block) -> bool:
    """Whether a slide must not end with a block: a heading, or the caption of a table that follows."""
    kind = block.paragraphs[-1].kind if isinstance(block, Text) else ""
    return kind == "heading" or (kind == "caption" and isinstance(following, Table))


def _fitted(blocks: list[Block], sizes: Sizes) -> tuple[list[Placed], bool]:
    for scale in SCALES:
        placed, used = _column(blocks, *ROOM, scale, sizes)
        if used <= ROOM[3]:
            break
    return placed, scale >= READABLE


def _column(
    blocks: list[Block],
    left: float,
    top: float,
    width: float,
    height: float,
    scale: float,
    sizes: Sizes,
    lead: float = 0.3,
) -> tuple[list[Placed], float]:
    """The parts one below the other, and the height that they need. ``lead`` is the share of the rest that is above."""
    needed = [_height(block, width, scale, sizes) for block in blocks]
    stretched = [place for place, block in enumerate(blocks) if _stretches(block)]
    spare = height - sum(needed) - GAP * max(0, len(blocks) - 1)
    placed: list[Placed] = []
    down = top if stretched else top + max(0.0, lead * spare)
    for place, block in enumerate(blocks):
        tall = needed[place] + (max(0.0, spare) / len(stretched) if place in stretched else 0)
        if isinstance(block, Row):
            across, inner = left, 0.5 if place in stretched else 0.0
            for room, cell in zip(_rooms(block, width), block.cells, strict=False):
                placed += _column(cell, across, down, room, tall, scale, sizes, inner)[0]
                across += room + 2 * GAP
        else:
            placed.append(Placed(block, left, down, width, tall, scale))
        down += tall + GAP
    return placed, height - spare


def _headed(row: Row) -> bool:
    """Whether each cell begins with a heading: they then stand in one line."""
    firsts = [cell[0] for cell in row.cells if cell]
    return all(isinstance(one, Text) and one.paragraphs[0].kind == "heading" for one in firsts)


def _rooms(row: Row, width: float) -> list[float]:
    return [share * (width - 2 * GAP * (len(row.shares) - 1)) for share in row.shares]


def _stretches(block: Block) -> bool:
    if isinstance(block, Row):
        return any(_stretches(one) for cell in block.cells for one in cell)
    return isinstance(block, Picture) and not block.inline


def _height(block: Block, width: float, scale: float, sizes: Sizes) -> float:
    """What a part needs at least."""
    if isinstance(block, Row):
        cells = zip(block.cells, _rooms(block, width), strict=False)
        return max((_column(cell, 0, 0, room, 0, scale, sizes)[1] for cell, room in cells), default=0)
    if isinstance(block, Picture):
        return min(sizes[id(block)][1] * EQUATION * scale, ROOM[3]) if block.inline else 0.45 * ROOM[3]
    if isinstance(block, Table):
        crowded = sum(_breadths(block, scale)[1]) > width
        return sum(row_heights(block, column_widths(block, width, scale), scale)) + crowded * HEIGHT
    inside = width - 2 * INSET * bool(block.fill)
    return sum(_tall(one, inside, scale) for one in block.paragraphs) + 2 * INSET * bool(block.fill)


def size_of(kind: str, scale: float) -> float:
    """Points of a kind of text; small text shrinks less than large text."""
    return round(max(SIZES[kind] * scale, min(SIZES[kind], LEAST) * min(1, scale + 1 - READABLE)), 1)


def _tall(paragraph: Paragraph, width: float, scale: float) -> float:
    usual = size_of(paragraph.kind, scale)
    size = max([usual, *(run.size * EQUATION * scale for run in paragraph.runs)])
    return tall(paragraph.runs, width - 1.2 * usual * paragraph.level, size) + AFTER * usual


def tall(runs: list[Run], width: float, size: float) -> float:
    """The height of a text that is set in ``width``; a little more than most fonts need."""
    text = words(runs)
    lines = sum(max(1, -int(-1.06 * wide(part) * size // max(width, size))) for part in text.split("\v"))
    return lines * size * (CHINESE_LINE if any(unicodedata.east_asian_width(one) in "WF" for one in text) else LINE)


def wide(text: str) -> float:
    """The width of a text in its own size: about half for a letter, whole for a Chinese character."""
    return sum(
        1.0 if unicodedata.east_asian_width(one) in "WF" else 0.3 if one in NARROW else 0.62 if one in BROAD else 0.51
        for one in text
    )


def _unbroken(text: str) -> list[str]:
    """What of a cell stands in one line: a number with its sign and unit, else each word."""
    return [text] if re.match(r"[±<−+\[\d]", text) else WORD.findall(text)


def _breadths(table: Table, scale: float) -> tuple[list[float], list[float]]:
    """For each column the width of its longest cell, and that of its longest word."""
    size, many = size_of("table", scale), max(sum(span for _, span in row) for row in table.rows)
    cells, parts = [2 * CELL] * many, [2 * CELL] * many
    for row in table.rows:
        at = 0
        for runs, span in row:
            if span == 1:
                text = words(runs)
                cells[at] = max(cells[at], 1.08 * wide(text) * size + 2 * CELL)
                parts[at] = max([parts[at], *(1.08 * wide(one) * size + 2 * CELL for one in _unbroken(text))])
            at += span
    return cells, parts


def column_widths(table: Table, width: float, scale: float) -> list[float]:
    """Widths of columns, by their longest cell; where those are too wide, by their longest word and what is left."""
    cells, parts = _breadths(table, scale)
    spare = width - sum(parts)
    if sum(cells) > width and spare > 0:
        return [
            least + (most - least) * spare / (sum(cells) - sum(parts)) for most, least in zip(cells, parts, strict=True)
        ]
    natural = cells if sum(cells) <= width else parts
    return [one * width / sum(natural) for one in natural]


def row_heights(table: Table, widths: list[float], scale: float) -> list[float]:
    """Heights of rows."""
    size, heights = size_of("table", scale), []
    for row in table.rows:
        at, most = 0, 0.0
        for runs, span in row:
            most = max(most, tall(runs, sum(widths[at : at + span]) - 2 * CELL, size))
            at += span
        heights.append(most + CELL)
    return heights
