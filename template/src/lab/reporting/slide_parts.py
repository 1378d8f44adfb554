"""Text and tables on a slide, as PowerPoint has them: nothing of it is a picture."""

from __future__ import annotations

import re
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.slide import Slide
from pptx.table import _Cell
from pptx.text.text import TextFrame, _Paragraph
from pptx.util import Pt

from lab.reporting.slide_elements import Paragraph, Run, Table, Text, words
from lab.reporting.slide_layout import AFTER, CELL, EQUATION, INSET, SIZES, Placed, column_widths, row_heights, size_of
from lab.style import PALETTE

CODE = "Consolas"
PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's own name of a table without lines and colours."""
PLAIN_LINK = (
    '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
    '<a:ext uri="{A12FA001-AC4F-418D-AE19-62706E023703}">'
    '<l:hlinkClr xmlns:l="http://schemas.microsoft.com/office/drawing/2018/hyperlinkcolor" val="tx"/>'
    "</a:ext></a:extLst>"
)
"""What keeps PowerPoint from painting a link in its own colour: a number looks like the text around it."""
NUMERIC = re.compile(r"[-−+<>≈=\[(]*\s*\d[\d.,:%±−+\s×]*[^\W\d_]{0,3}\]?(?:[,;]\s*[-−+]?[\d.,]+\]?)?|–")
"""What stands at the right in its column: a number, an interval, or that there is none."""


def write_text(shape: Any, text: Text, scale: float, language: str, behind: str = "") -> None:
    """The paragraphs of ``text`` in ``shape``."""
    frame = shape.text_frame
    frame.word_wrap = True
    inset = Pt(INSET if text.fill else 0)
    frame.margin_left = frame.margin_right = inset
    frame.margin_top = frame.margin_bottom = inset
    if text.fill:
        shape.fill.solid()
        shape.fill.fore_color.rgb = _colour(text.fill)
    for number, paragraph in enumerate(text.paragraphs):
        written = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        size = size_of(paragraph.kind, scale)
        _write_bullet(written, paragraph, size)
        written.space_after = Pt(round(AFTER * size, 1))
        colour = "attention" if text.unwritten else "quiet" if paragraph.kind == "caption" else ""
        write_runs(
            written,
            paragraph.runs,
            size,
            language,
            PALETTE.get(colour, ""),
            paragraph.kind == "heading",
            text.fill or behind,
        )


def write_runs(
    paragraph: _Paragraph,
    runs: list[Run],
    size: float | None,
    language: str,
    colour: str = "",
    bold: bool = False,
    fill: str = "",
) -> None:
    """``runs`` in a paragraph. A size of None is that of the placeholder."""
    for run in runs:
        for number, line in enumerate(run.text.split("\v")):
            if number:
                paragraph.add_line_break()
            if not line:
                continue
            written = paragraph.add_run()
            written.text = line
            font = written.font
            if size is not None:
                font.size = Pt(round(run.size * EQUATION * size / SIZES["text"], 1) if run.size else size)
            font.bold, font.italic = (run.bold or bold) or None, run.italic or None
            if run.code:
                font.name = CODE
            shade = next((one for one in (run.colour, colour, PALETTE["ink"]) if one and contrast(one, fill) >= 3), "")
            if shade != PALETTE["ink"] or colour:
                font.color.rgb = _colour(shade or PALETTE["paper"])
            look = written._r.get_or_add_rPr()
            if run.link:
                written.hyperlink.address = run.link
                look.set("u", "none")
                look.find(qn("a:hlinkClick")).append(etree.fromstring(PLAIN_LINK))
            look.set("lang", "zh-TW" if language == "zh-TW" else "en-US")
            look.set("altLang", "en-US" if language == "zh-TW" else "zh-TW")
            if run.raised:
                look.set("baseline", "30000" if run.raised > 0 else "-25000")


def write_table(slide: Slide, table: Table, place: Placed, language: str) -> None:
    """A table with a line above and below its head, and one at its end."""
    widths = column_widths(table, place.width, place.scale)
    heights = row_heights(table, widths, place.scale)
    box = [Pt(place.left), Pt(place.top), Pt(place.width), Pt(sum(heights))]
    written: Any = slide.shapes.add_table(len(table.rows), len(widths), *box).table
    written._tbl.tblPr.find(qn("a:tableStyleId")).text = PLAIN
    written.horz_banding = False
    for column, width in zip(written.columns, widths, strict=True):
        column.width = Pt(width)
    for number, (row, height) in enumerate(zip(table.rows, heights, strict=True)):
        written.rows[number].height = Pt(height)
        at = 0
        for runs, span in row:
            cell = written.cell(number, at)
            if span > 1:
                cell.merge(written.cell(number, at + span - 1))
            _write_cell(cell, runs, size_of("table", place.scale), language)
            if _is_numeric(table, at):
                cell.text_frame.paragraphs[0].alignment = PP_ALIGN.RIGHT
            at += span
    rules = {(0, "lnT"): 1.25, (max(0, table.head - 1), "lnB"): 0.75, (len(table.rows) - 1, "lnB"): 1.25}
    for (number, side), width in rules.items():
        for at in range(len(widths)):
            _rule(written.cell(number, at), side, width)


def _write_cell(cell: _Cell, runs: list[Run], size: float, language: str) -> None:
    cell.margin_left = cell.margin_right = Pt(CELL)
    cell.margin_top = cell.margin_bottom = Pt(CELL / 2)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    write_runs(cell.text_frame.paragraphs[0], runs, size, language)


def _is_numeric(table: Table, at: int) -> bool:
    """Whether a column has numbers: then its head stands at the right too."""
    column = []
    for row in table.rows[table.head :]:
        before = 0
        for runs, span in row:
            if before == at and span == 1:
                column.append(words(runs))
            before += span
    return bool(column) and all(NUMERIC.fullmatch(text) for text in column) and set(column) != {"–"}


def _rule(cell: _Cell, side: str, width: float) -> None:
    """A line at a side of a cell. They stand before a cell's other settings, lnT before lnB."""
    settings = cell._tc.get_or_add_tcPr()
    line = etree.fromstring(
        f'<a:{side} xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="{int(width * 12700)}">'
        '<a:solidFill><a:schemeClr val="tx1"/></a:solidFill></a:' + side + ">"
    )
    settings.insert(len(settings.findall(qn("a:lnT"))), line)


def _write_bullet(written: _Paragraph, paragraph: Paragraph, size: float) -> None:
    """A bullet of PowerPoint's own, so that its list goes on when somebody presses Enter."""
    settings = written._p.get_or_add_pPr()
    level = paragraph.level
    settings.set("marL", str(Pt(round(1.2 * size * level))))
    settings.set("indent", str(-Pt(round(1.2 * size)) if paragraph.bullet is not None else 0))
    if paragraph.bullet is None:
        etree.SubElement(settings, qn("a:buNone"))
    elif isinstance(paragraph.bullet, int):
        number = etree.SubElement(settings, qn("a:buAutoNum"), type="arabicPeriod")
        if paragraph.bullet != 1:
            number.set("startAt", str(paragraph.bullet))
    else:
        etree.SubElement(settings, qn("a:buChar"), char=paragraph.bullet)


def contrast(one: str, other: str) -> float:
    """Between two colours, from 1 to 21, as the WCAG count it; ``""`` is the paper."""
    lights = sorted(_light(shade or PALETTE["paper"]) for shade in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _light(shade: str) -> float:
    parts = [part / 255 for part in _colour(shade)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(shade: str) -> RGBColor:
    return RGBColor.from_string(shade.lstrip("#")[:6].upper())


def write_title(frame: TextFrame, runs: list[Run], language: str, behind: str = "", size: float | None = None) -> None:
    """A title in its placeholder. A size of None is that of the placeholder."""
    write_runs(frame.paragraphs[0], runs, size, language, fill=behind)
