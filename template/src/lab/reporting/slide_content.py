"""What the slides say, in order: paragraphs, tables, pictures and notes, read from Typst's HTML of ``slides.typ``."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lxml import html

from lab.reporting.formulas import formula, read_aloud
from lab.reporting.slide_elements import Block, Paragraph, Picture, Row, Run, Slide, Table, Text, merged, tidy, words

APART = {
    "p",
    "div",
    "ul",
    "ol",
    "dl",
    "table",
    "figure",
    "figcaption",
    "blockquote",
    "pre",
    "dt",
    "dd",
    "section",
    "img",
    "hr",
}
APART |= {"h1", "h2", "h3", "h4", "h5", "h6", "aside"}
BEGINS = "self::h2 or (self::hr and @class='slide')"
LOOKS: dict[str, tuple[str, object]] = {
    "strong": ("bold", True),
    "b": ("bold", True),
    "em": ("italic", True),
    "i": ("italic", True),
}
LOOKS |= {"code": ("code", True), "sup": ("raised", 1), "sub": ("raised", -1)}


def read_slides(page: str) -> list[Slide]:
    """The slides of a page; the first one has what stands before the first heading."""
    return _Reader(page).slides


class _Reader:
    def __init__(self, page: str) -> None:
        self.drawings: list[str] = []
        page = re.sub(r"<svg\b.*?</svg>", self._keep, page, flags=re.S)  # a parser of HTML would spoil them
        body = html.fromstring(page).find("body")
        self.footnotes = {f"#{note.get('id')}": note for note in body.iterfind(".//section[@role='doc-endnotes']//li")}
        self.slides = [Slide()]
        for part in _parts(body):
            if part.tag in ("h2", "hr"):
                again = self.slides[-1].title if part.tag == "hr" else []
                self.slides.append(Slide(again or tidy(self._runs(part))))
            else:
                self.slides[-1].blocks += self._blocks(part)
        for slide in self.slides:
            slide.blocks = merged([*slide.blocks, *([Text(slide.below)] if slide.below else [])])

    def _keep(self, drawing: re.Match[str]) -> str:
        self.drawings.append(drawing[0])
        return f'<img data-drawing="{len(self.drawings) - 1}">'

    def _blocks(self, node: html.HtmlElement, level: int = 0) -> list[Block]:
        """What one element shows, in its order."""
        tag, role = node.tag, node.get("class", "")
        if role == "footer":
            self.slides[-1].footer = words(tidy(self._runs(node)))
        elif tag == "aside":
            self.slides[-1].notes += [words(one.runs) for one in _texts(self._inside(node))]
        elif tag == "img":
            return [self._picture(node)]
        elif tag == "table":
            return [self._table(node)]
        elif tag in ("ul", "ol"):
            return self._list(node, level)
        elif tag == "pre":
            return [Text([Paragraph([Run(line, code=True)], "code") for line in words(self._runs(node)).split("\n")])]
        elif role == "row":
            widths = [float(share) for share in node.get("data-widths").split()]
            every = [self._inside(cell) for cell in node]
            return [Row(every[at : at + len(widths)], _shares(widths)) for at in range(0, len(every), len(widths))]
        elif role == "columns":
            cells = [html.Element("div")]
            cells[0].text = node.text
            for part in list(node):
                if part.get("class") == "column":
                    cells.append(html.Element("div"))
                    cells[-1].text = part.tail
                else:
                    cells[-1].append(part)
            return [Row([self._inside(cell) for cell in cells], _shares([0.0] * len(cells)))]
        elif role in ("equation", "drawing"):
            alt = node.get("data-alt") or (read_aloud(self._runs(node[0])) if role == "equation" else "")
            return [replace(self._picture(one), alt=alt, inline=True) for one in node.iter("img")]
        elif node.get("role") != "doc-endnotes" and tag != "hr":
            return self._dressed(node, self._inside(node, level))
        return []

    def _dressed(self, node: html.HtmlElement, blocks: list[Block]) -> list[Block]:
        """``blocks`` with what the element that holds them makes of them."""
        role = "heading" if node.tag in ("h1", "h3", "h4", "h5", "h6", "dt") else ""
        role = "caption" if node.tag == "figcaption" or node.get("role") == "doc-bibliography" else role
        for block in blocks:
            if isinstance(block, Text):
                if node.tag == "span":  # it is about the letters of whole paragraphs
                    look = _look(node)
                    for paragraph in block.paragraphs:
                        paragraph.runs = [_with(run, look) for run in paragraph.runs]
                else:
                    block.fill = block.fill or node.get("data-colour", "")
                block.unwritten = block.unwritten or node.get("class") == "unwritten"
                for paragraph in block.paragraphs if role else ():
                    paragraph.kind = role
        return blocks

    def _inside(self, node: html.HtmlElement, level: int = 0) -> list[Block]:
        """What stands in an element: its blocks, and its loose text as paragraphs."""
        blocks: list[Block] = []
        loose = [Run(node.text or "")]
        for child in node:
            apart = child.tag in APART or any(one.tag in APART for one in child.iter())
            if apart and child.get("class") != "mark":
                blocks += _paragraph(loose, level)
                blocks += self._blocks(child, level)
                loose = []
            else:
                loose += self._runs(child)
            loose.append(Run(child.tail or ""))
        return merged(blocks + _paragraph(loose, level))

    def _list(self, node: html.HtmlElement, level: int) -> list[Block]:
        blocks: list[Block] = []
        plain = "none" in node.get("style", "")
        for number, item in enumerate(node.iterchildren("li"), int(node.get("start", 1))):
            inside = self._inside(item, level + (not plain))
            if inside and isinstance(inside[0], Text) and not plain:
                inside[0].paragraphs[0].bullet = int(item.get("value", number)) if node.tag == "ol" else "•"
            blocks += inside
        return merged(blocks)

    def _table(self, node: html.HtmlElement) -> Table:
        rows = [[(tidy(self._runs(cell)), int(cell.get("colspan", 1))) for cell in row] for row in node.iter("tr")]
        return Table([row for row in rows if row], len(node.findall("thead/tr")))

    def _picture(self, node: html.HtmlElement) -> Picture:
        if drawing := node.get("data-drawing"):
            return Picture(self.drawings[int(drawing)].encode(), "svg", "")
        kind, _, data = node.get("src").removeprefix("data:image/").partition(";base64,")
        return Picture(base64.b64decode(data), kind.partition("+")[0], node.get("alt", ""))

    def _runs(self, node: html.HtmlElement, **look: Any) -> list[Run]:
        """The text of an element with the looks of its parts."""
        if node.tag == "math":
            return formula(node)
        if node.tag == "br":
            return [Run("\v")]
        if node.get("class") == "mark":
            return [Run("●", colour=node.get("data-colour"))]
        note = self.footnotes.get(node.get("href", ""))
        if note is not None:
            self.slides[-1].below.append(Paragraph(tidy(self._runs(note)), "caption"))
        look = {**look, **dict([LOOKS[node.tag]] if node.tag in LOOKS else [])}
        if node.tag == "span":
            look |= _look(node) | {"bold": look.get("bold") or node.get("data-bold") == "yes"}
        if node.tag == "a" and not node.get("href", "#").startswith("#"):
            look["link"] = node.get("href")
        runs = [replace(Run(node.text or ""), **look)]
        for child in node:
            runs += self._runs(child, **look)
            runs.append(replace(Run(child.tail or ""), **look))
        return runs


def _look(node: html.HtmlElement) -> dict[str, Any]:
    """Colour, size and weight of the letters in a ``span``."""
    bold, size = node.get("data-bold") == "yes", float(node.get("data-size", 0))
    return {"colour": node.get("data-colour", ""), "size": size, "bold": bold}


def _with(run: Run, look: dict[str, Any]) -> Run:
    """A run with a look, but for what it says itself."""
    return replace(run, **{name: getattr(run, name) or value for name, value in look.items()})


def _paragraph(runs: list[Run], level: int) -> list[Block]:
    return [Text([Paragraph(tidied, level=level)])] if (tidied := tidy(runs)) else []


def _texts(blocks: list[Block]) -> Iterator[Paragraph]:
    for block in blocks:
        yield from block.paragraphs if isinstance(block, Text) else ()


def _shares(widths: list[float]) -> list[float]:
    """Shares of 1. A width of 0 is as wide as its text: here as wide as the others are in the middle."""
    known = [width for width in widths if width]
    filled = [width or (sum(known) / len(known) if known else 1) for width in widths]
    return [width / sum(filled) for width in filled]


def _parts(node: html.HtmlElement) -> Iterator[html.HtmlElement]:
    """The elements of a page one after the other; one that holds the beginning of a slide is opened."""
    for child in node:
        if child.tag not in ("h2", "hr") and child.xpath(f".//*[{BEGINS}]"):
            yield from _parts(child)
        else:
            yield child
