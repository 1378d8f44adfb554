"""``slides.pptx``: what slides.typ says, for those who speak from PowerPoint. Text, tables and notes can be edited."""

from __future__ import annotations

import io
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import typst
from PIL import Image
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide as PowerPointSlide
from pptx.util import Pt

from lab.paths import PROSE
from lab.reporting.documents import fonts, told
from lab.reporting.slide_content import read_slides
from lab.reporting.slide_elements import Block, Paragraph, Picture, Row, Run, Slide, Table, Text, words
from lab.reporting.slide_layout import EQUATION, HEIGHT, MARGIN, WIDTH, Placed, arrange, tall
from lab.reporting.slide_master import FOOTER, PLACES, empty_deck, write_footer
from lab.reporting.slide_parts import write_table, write_text, write_title
from lab.settings import Project, read_project
from lab.style import PALETTE
from lab.words import speaker

SLIDES = PROSE / "slides.typ"
SHARP = 2.5
"""Dots of a picture for each point at which it is shown."""
TITLES, TITLE_ROOM = (40, 34, 28, 24, 20), 230.0
"""Points of the title on the first slide, which is as large as it has room above the names."""
TITLE_SIZES = (28, 24, 20, 18)
"""Points of the title of any other slide: the usual size, and those for one that needs more than two lines."""


def powerpoint(records: list[str] | None = None, team: dict[str, int] | None = None) -> bytes:
    """The slides as a PowerPoint file, with ``records`` and ``team``: see ``compile_documents``.

    The same sources, results and fonts give the same bytes.
    """
    project = read_project()
    inputs = told(records, team) | {"powerpoint": "yes"}
    page = typst.compile(SLIDES, root=Path(), font_paths=fonts(), format="html", sys_inputs=inputs)
    slides = read_slides(page.decode())
    blocks = [block for slide in slides for block in _all(slide.blocks)]
    drawn = _draw([block for block in blocks if isinstance(block, Picture)])
    deck = empty_deck()
    _write_first(deck, slides[0], drawn, project)
    draft = _draft(blocks, project.language)
    sizes = {key: one.size for key, one in drawn.items()}
    for slide in slides[1:]:
        for placed in arrange(slide.blocks, sizes):
            footer = f"{slide.footer or _in_one_line(project)}    {draft}".rstrip()
            _write_slide(deck, slide, placed, drawn, footer, project.language)
    core = deck.core_properties
    core.title, core.author, core.language = project.title, ", ".join(m.name for m in project.members), project.language
    core.comments = ", ".join(f"{package} {version(package)}" for package in ("typst", "python-pptx"))
    return _packed(deck)


def _all(blocks: list[Block]) -> Iterator[Block]:
    """Every part, those in cells too, in reading order."""
    for block in blocks:
        if isinstance(block, Row):
            for cell in block.cells:
                yield from _all(cell)
        else:
            yield block


def _in_one_line(project: Project) -> str:
    """The title for the foot of a slide, cut where it has no room."""
    title, room = project.short_title or project.title, 0.75 * PLACES["Footer Placeholder"][2]  # a note may follow
    if tall([Run(title)], room, FOOTER) < 2 * FOOTER:
        return title
    least = next(end for end in range(len(title), 0, -1) if tall([Run(title[:end] + "…")], room, FOOTER) < 2 * FOOTER)
    return title[:least].rstrip() + "…"


def _draft(blocks: list[Block], language: str) -> str:
    """How many prompts are left, as at the edge of the PDF's pages."""
    left = sum(isinstance(block, Text) and block.unwritten for block in blocks)
    key = "documents.draft_one" if left == 1 else "documents.draft"
    return speaker(language)(key, left=left) if left else ""


def _write_first(deck: Deck, first: Slide, drawn: dict[int, Drawn], project: Project) -> None:
    """The title slide: what stands before the first heading, a picture at the right."""
    written = deck.slides.add_slide(deck.slide_layouts[0])
    blocks = list(_all(first.blocks))
    lines = [line for block in blocks if isinstance(block, Text) for line in block.paragraphs]
    title = next((line for line in lines if words(line.runs) == " ".join(project.title.split())), None)
    fill = next((block.fill for block in blocks if isinstance(block, Text) and block.fill), "")
    if fill:
        written.background.fill.solid()
        written.background.fill.fore_color.rgb = RGBColor.from_string(fill.lstrip("#").upper())
    pictures = [block for block in blocks if isinstance(block, Picture)]
    width = (0.62 * WIDTH if pictures else WIDTH) - 2 * MARGIN
    size = next((size for size in TITLES if tall([Run(project.title)], width, size) <= TITLE_ROOM), TITLES[-1])
    write_title(written.shapes.title.text_frame, [Run(project.title)], project.language, fill, size)
    captions = [line for line in lines if line.kind == "caption"] if pictures else []
    rest = Text([line for line in lines if line is not title and line not in captions])
    write_text(written.placeholders[1], rest, 1.0, project.language, fill)
    if pictures:
        _write_panel(written, pictures, captions, drawn, project.language)
    for shape in written.placeholders if pictures else ():
        shape.left, shape.top, shape.height = shape.left, shape.top, shape.height  # all four or none is its own
        shape.width = Pt(width)
    _write_notes(written, first)


def _write_panel(
    written: PowerPointSlide, pictures: list[Picture], captions: list[Paragraph], drawn: dict[int, Drawn], language: str
) -> None:
    """A light panel at the right, as in the PDF: its text says what the pictures above it show."""
    left, edge, below = 0.64 * WIDTH, MARGIN / 2, 80.0 if captions else 0.0
    panel = written.shapes.add_textbox(Pt(left), Pt(0), Pt(WIDTH - left), Pt(HEIGHT))
    panel.text_frame.auto_size, panel.text_frame.vertical_anchor = MSO_AUTO_SIZE.NONE, MSO_ANCHOR.BOTTOM
    write_text(panel, Text(captions, fill=PALETTE["paper"]), 1.0, language)
    high = (HEIGHT - 2 * edge - below) / len(pictures)
    for place, picture in enumerate(pictures):
        box = (left + edge, edge + place * high, WIDTH - left - 2 * edge, high)
        _write_picture(written, Placed(picture, *box, 1.0), drawn)


def _write_slide(
    deck: Deck, slide: Slide, placed: list[Placed], drawn: dict[int, Drawn], footer: str, language: str
) -> None:
    main = next((one for one in placed if isinstance(one.block, Text) and not one.block.fill), None)
    written = deck.slides.add_slide(deck.slide_layouts.get_by_name("Title and Content" if main else "Title Only"))
    _, _, width, height = PLACES["Title Placeholder"]
    title = [replace(run, size=0.0) for run in slide.title]
    size = next((size for size in TITLE_SIZES if tall(title, width, size) <= 1.25 * height), TITLE_SIZES[-1])
    write_title(written.shapes.title.text_frame, title, language, size=None if size == TITLE_SIZES[0] else size)
    for place in placed:
        box = [Pt(place.left), Pt(place.top), Pt(place.width), Pt(place.height)]
        if isinstance(place.block, Text):
            shape = written.placeholders[1] if place is main else written.shapes.add_textbox(*box)
            shape.left, shape.top, shape.width, shape.height = box
            written.shapes._spTree.append(shape._element)  # a placeholder is there before the others
            write_text(shape, place.block, place.scale, language)
        elif isinstance(place.block, Table):
            write_table(written, place.block, place, language)
        else:
            _write_picture(written, place, drawn)
    write_footer(written, footer, language)
    _write_notes(written, slide)


def _write_picture(written: PowerPointSlide, place: Placed, drawn: dict[int, Drawn]) -> None:
    """A picture in the middle of its place, as large as fits."""
    one = drawn[id(place.block)]
    (width, height), alt = one.size, place.block.alt if isinstance(place.block, Picture) else ""
    scale = min(place.width / width, place.height / height)
    if isinstance(place.block, Picture) and place.block.inline:
        scale = min(scale, EQUATION * place.scale)
    left, top = place.left + (place.width - scale * width) / 2, place.top + (place.height - scale * height) / 2
    shape: Any = written.shapes.add_picture(
        io.BytesIO(one.data), Pt(left), Pt(top), Pt(scale * width), Pt(scale * height)
    )
    shape._element.nvPicPr.cNvPr.set("descr", alt)


def _write_notes(written: PowerPointSlide, slide: Slide) -> None:
    if slide.notes:
        notes: Any = written.notes_slide.notes_text_frame
        notes.text = "\n".join(slide.notes)


@dataclass(frozen=True)
class Drawn:
    """A picture that PowerPoint shows: its bytes, and its width and height in points of Typst."""

    data: bytes
    size: tuple[float, float]


def _draw(pictures: list[Picture]) -> dict[int, Drawn]:
    """Each picture as dots, by its ``id``; Typst draws those of other kinds as it does in the PDF."""
    drawn: dict[int, Drawn] = {}
    with tempfile.TemporaryDirectory() as folder:
        source = "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        others = [picture for picture in pictures if picture.format not in ("png", "jpeg", "gif")]
        for number, picture in enumerate(others):
            (Path(folder) / f"{number}.{picture.format}").write_bytes(picture.data)
            width = "auto" if picture.inline else f"{WIDTH - 2 * MARGIN}pt"
            source += f'#page(image("{number}.{picture.format}", width: {width}))\n'
        (Path(folder) / "all.typ").write_text(source, encoding="utf-8")
        path, dots = Path(folder) / "all.typ", SHARP * 72
        pages: Any = (
            typst.compile(path, root=Path(folder), font_paths=fonts(), format="png", ppi=dots) if others else []
        )
    for picture, data in zip(others, [pages] if isinstance(pages, bytes) else pages, strict=True):
        width, height = struct.unpack(">II", data[16:24])  # where a PNG has its size
        drawn[id(picture)] = Drawn(data, (width / SHARP, height / SHARP))
    for picture in pictures:
        if id(picture) not in drawn:
            drawn[id(picture)] = Drawn(picture.data, Image.open(io.BytesIO(picture.data)).size)
    return drawn


def _packed(deck: Deck) -> bytes:
    """The file without the time at which it was made."""
    written, packed = io.BytesIO(), io.BytesIO()
    deck.save(written)
    with zipfile.ZipFile(written) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
