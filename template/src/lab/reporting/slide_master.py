"""An empty presentation in the project's colours, with fonts that Office has for Latin letters and for Chinese."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Pt

from lab.reporting.slide_elements import Run
from lab.reporting.slide_layout import HEIGHT, MARGIN, ROOM, WIDTH
from lab.reporting.slide_parts import write_runs
from lab.style import PALETTE

LATIN, CHINESE = "Calibri", "Microsoft JhengHei"
LAYOUTS = ("Title Slide", "Title and Content", "Title Only")
PLACES = {
    "Title Placeholder": (MARGIN, 30, WIDTH - 2 * MARGIN, 62),
    "Text Placeholder": ROOM,
    "Footer Placeholder": (MARGIN, HEIGHT - 38, 600, 22),
    "Date Placeholder": (MARGIN + 610, HEIGHT - 38, 120, 22),
    "Slide Number Placeholder": (WIDTH - MARGIN - 100, HEIGHT - 38, 100, 22),
    "Title": (MARGIN, 150, WIDTH - 2 * MARGIN, 120),
    "Subtitle": (MARGIN, 285, WIDTH - 2 * MARGIN, 180),
}
"""Left, top, width and height, in points, of what is on the master and on the layout of the title slide."""
FOOTER = 14
"""Points of the line at the foot."""
COLOURS = {"dk1": "ink", "lt1": "paper", "dk2": "quiet", "accent1": "accent", "accent2": "baseline", "hlink": "accent"}
COLOURS |= {f"accent{number}": f"others{number - 3}" for number in (3, 4, 5, 6)}


def empty_deck() -> Deck:
    """No slides yet; a team's own slide in it looks like the others."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in list(deck.slide_layouts):
        if layout.name not in LAYOUTS:
            deck.slide_layouts.remove(layout)
    master = deck.slide_master
    for holder in (master, deck.slide_layouts[0]):
        for shape in list(holder.placeholders):
            _place(shape)
    _write_theme(master.part.part_related_by(RELATIONSHIP_TYPE.THEME))
    title = master._element.find(f".//{qn('p:titleStyle')}/{qn('a:lvl1pPr')}")
    title.set("algn", "l")
    title.find(qn("a:defRPr")).set("sz", "2800")
    title.find(qn("a:defRPr")).set("b", "1")
    for level, size in enumerate((2000, 2000, 1800, 1800, 1800), 1):
        style = master._element.find(f".//{qn('p:bodyStyle')}/{qn(f'a:lvl{level}pPr')}")
        style.find(qn("a:defRPr")).set("sz", str(size))
    return deck


def write_footer(slide: Slide, text: str, language: str) -> None:
    """Footer and number: a new slide has none until they are copied from its layout."""
    for shape in list(slide.slide_layout.placeholders):
        if shape.name.startswith(("Footer", "Slide Number")):
            slide.shapes._spTree.append(deepcopy(shape._element))
            copied: Any = slide.shapes[-1]
            if shape.name.startswith("Footer"):
                write_runs(copied.text_frame.paragraphs[0], [Run(text)], FOOTER, language, PALETTE["quiet"])


def _place(shape: Any) -> None:
    name = re.sub(r" \d+$", "", shape.name)
    layout_inherits = shape._element.spPr.xfrm is None
    if name in PLACES and not layout_inherits:
        shape.left, shape.top, shape.width, shape.height = map(Pt, PLACES[name])
    body = shape._element.txBody.find(qn("a:bodyPr"))
    for side in ("lIns", "rIns"):
        body.set(side, "0")
    style = shape._element.txBody.find(f"{qn('a:lstStyle')}/{qn('a:lvl1pPr')}")
    if name in ("Title", "Title Placeholder"):
        body.set("anchor", "b")
    if name == "Title":
        first = etree.SubElement(shape._element.txBody.find(qn("a:lstStyle")), qn("a:lvl1pPr"))
        etree.SubElement(first, qn("a:defRPr"), sz="4000")
    elif style is not None:
        style.find(qn("a:defRPr")).set("sz", str(100 * FOOTER))
        if name != "Slide Number Placeholder":
            style.set("algn", "l")


def _write_theme(part: Any) -> None:
    theme = etree.fromstring(part.blob)
    shades = PALETTE | {f"others{place}": shade for place, shade in enumerate(PALETTE["others"])}
    for name, shade in COLOURS.items():
        slot = theme.find(f".//{qn('a:clrScheme')}/{qn(f'a:{name}')}")
        slot[:] = [etree.Element(qn("a:srgbClr"), val=shades[shade].lstrip("#").upper())]
    for family in ("majorFont", "minorFont"):
        fonts = theme.find(f".//{qn(f'a:{family}')}")
        fonts.find(qn("a:latin")).set("typeface", LATIN)
        fonts.find(qn("a:ea")).set("typeface", CHINESE)
        fonts.find(f"{qn('a:font')}[@script='Hant']").set("typeface", CHINESE)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)
