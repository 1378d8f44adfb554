"""slides.pptx says what slides.pdf says, in parts that PowerPoint can edit, and nothing of it hides something else."""

from __future__ import annotations

import io
import re
from pathlib import Path

import example_results
import project_copy
import pytest
from presentations import FIGURE, opened, squeezed, texts, written
from printed_numbers import text_of
from pypdf import PdfReader

from lab.reporting.documents import compile_documents
from lab.reporting.powerpoint import powerpoint


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def outline(pdf: bytes) -> list[str]:
    return [str(entry["/Title"]) for entry in PdfReader(io.BytesIO(pdf)).outline if not isinstance(entry, list)]


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_it_says_what_the_pdf_says(folder: Path, language: str) -> None:
    own = project_copy.make(folder, language)["figures"]
    source = Path("documents/slides.typ").read_text(encoding="utf-8")
    pdf = compile_documents()["slides"]
    deck = opened(powerpoint())
    titles = [slide.shapes.title.text for slide in list(deck.slides)[1:]]
    assert list(dict.fromkeys(titles)) == outline(pdf)
    said = squeezed("".join(text for slide in deck.slides for text in texts(slide)))
    lines = [re.sub(r"^[–•]|\d+$", "", squeezed(line)) for line in text_of(pdf).splitlines()]
    assert len(lines) > 50
    assert [line for line in lines if line not in said] == []
    shapes = [shape for slide in deck.slides for shape in slide.shapes]
    assert sum(shape.has_table for shape in shapes) == source.count("-table(")
    assert sum(shape.shape_type == 13 for shape in shapes) == source.count('slide-figure("') + len(own)


def test_any_name_is_shown_as_it_is(folder: Path) -> None:
    title = 'O\'Brien "x" \\ {{ 貓 🐼 #1 $x$ @y <b> & *z* ' + "long " * 30
    quoted = title.strip().replace("\\", "\\\\").replace('"', '\\"')
    project = example_results.PROJECT.replace("Reading handwritten digits", quoted)
    project = project.replace("Huang Yi-Ting", "黃意婷").replace("Müller, Jörg", "Zoë #1 $x$ @y 🐈")
    project_copy.make(folder, "en", project=project)
    deck = opened(powerpoint())
    first = list(texts(deck.slides[0]))
    assert deck.slides[0].shapes.title.text == title.strip() == deck.core_properties.title
    assert "黃意婷\u2003Zoë #1 $x$ @y 🐈" in " ".join(first)
    footer = [shape.text_frame.text for shape in deck.slides[1].shapes if shape.name.startswith("Footer")]
    shown = footer[0].partition("…")[0]  # of a long one what has room in a line
    assert len(shown) > 60
    assert title.startswith(shown)


def test_a_long_title_of_a_slide_has_two_lines(folder: Path) -> None:
    """In smaller letters, where the usual ones would run off the upper edge."""
    long = "The residual network with a quarter of its channels does not differ from the perceptron that saw copies"
    deck = written(f"= Short\nWords.\n= {long} of all scans, however they were distorted\nWords.")
    sizes = [slide.shapes.title.text_frame.paragraphs[0].runs[0].font.size for slide in list(deck.slides)[1:]]
    assert sizes[0] is None
    assert 18 <= sizes[1].pt <= 24


def test_boxes_and_arrows_beside_text_can_be_read_and_headings_stand_in_line(folder: Path) -> None:
    cell = "#flow([scan], part[residual blocks], [mean over places], [probabilities])"
    slide = written(f"= One\n#grid(columns: (1fr, 1fr))[\n== Left\nText.\n][\n== Right\n{cell}\n]").slides[1]
    tops = [
        shape.top
        for shape in slide.shapes
        if shape.has_text_frame and shape.text_frame.text.startswith(("Left", "Right"))
    ]
    assert len(tops) == 2
    assert tops[0] == tops[1]
    (picture,) = [shape for shape in slide.shapes if shape.shape_type == 13]
    # In two rows, for the room is that of a cell; all four in one row would be half as high.
    assert picture.height.pt > 60
    assert picture.width.pt > 380


def test_the_last_sentence_is_large_and_the_cards_have_their_ground(folder: Path) -> None:
    slide = written("= End\n#take-away[\n  A sentence.\n\n][\n  A limit.\n][\n  A step.\n]").slides[1]
    shapes = {shape.text_frame.text: shape for shape in slide.shapes if shape.has_text_frame}
    sentence = shapes["A sentence."]
    (run,) = sentence.text_frame.paragraphs[0].runs
    assert run.font.bold
    assert run.font.size.pt >= 26
    assert sentence.fill.type is None or sentence.fill.type == 5
    assert [shapes[name].fill.type for name in ("A limit.", "A step.")] == [1, 1]


def test_text_keeps_its_looks(folder: Path) -> None:
    body = '= One <one>\nA *bold* and _slanted_ `code` word, $x_i^2 <= 1/2$.\n+ first\n  - within\n#link("https://a.b")[away]'
    slide = written(body).slides[1]
    paragraphs = [
        paragraph for shape in slide.shapes if shape.has_text_frame for paragraph in shape.text_frame.paragraphs
    ]
    runs = {run.text: run for paragraph in paragraphs for run in paragraph.runs}
    assert runs["bold"].font.bold
    assert runs["slanted"].font.italic
    assert runs["code"].font.name == "Consolas"
    assert runs["away"].hyperlink.address == "https://a.b"
    assert [runs[text]._r.rPr.get("baseline") for text in ("i", "2")] == ["-25000", "30000"]
    assert next(one.text for one in paragraphs if "bold" in one.text) == "A bold and slanted code word, xi2 ≤ 1/2."
    marks = {one.text: one._p.pPr for one in paragraphs if one.text in ("first", "within")}
    assert marks["first"].find("{*}buAutoNum") is not None
    assert marks["within"].find("{*}buChar") is not None
    assert int(marks["within"].get("marL")) > int(marks["first"].get("marL")) > 0


def test_tables_figures_equations_and_notes_are_what_they_are(folder: Path) -> None:
    body = (
        f"= One\n#figure({FIGURE}, caption: [What one sees.])\n#speaker-notes[Say it *slowly*.\n\nThen wait.]\n"
        '= Two\n$ L = sum_i (y_i - hat(y)_i)^2 $\n#figure(rect[box], caption: [A drawing.], alt: "One box")\n'
        "= Three\n#comparison-table(metrics: 1, caption: [Read it.])\nWords#footnote[Small print.] end."
    )
    deck = written(body)
    one, two, three = list(deck.slides)[1:]
    pictures = [[shape for shape in slide.shapes if shape.shape_type == 13] for slide in (one, two)]
    assert [shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures[0]] == ["Differences: all above zero"]
    formula, drawing = [shape._element.nvPicPr.cNvPr.get("descr") for shape in pictures[1]]
    assert re.sub(r"[\s()]", "", formula) == "L=∑_iy_i−ŷ_i^2"
    assert drawing == "One box"
    assert pictures[0][0].image.size[0] > 2 * pictures[0][0].width / 12700
    assert one.notes_slide.notes_text_frame.text == "Say it slowly.\nThen wait."
    assert "slowly" not in text_of(compile_documents()["slides"])
    table = next(shape.table for shape in three.shapes if shape.has_table)
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert " ".join(cells[2]).startswith("●\u00a0baseline 0.932 ± 0.002 –")
    assert [cell.is_merge_origin for cell in table.rows[1].cells] == [True] + [False] * (len(cells[1]) - 1)
    said = list(texts(three))
    assert "Read it." in said
    assert said.index("Words1 end.") < said.index("1Small print.")


def test_a_slide_says_who_speaks_and_shows_its_drawing(folder: Path) -> None:
    body = '= One\n#speaker("Zoë", minutes: 2)\n#flow([scan], part[augment], [classes])\n= Two\nWords.'
    deck = written(body)
    footers = [
        shape.text_frame.text for slide in deck.slides for shape in slide.shapes if shape.name.startswith("Foot")
    ]
    assert footers == ["Zoë · 2 min", "Reading handwritten digits"]
    assert "Zoë" not in "".join(texts(deck.slides[1])).replace(footers[0], "")
    assert [shape.shape_type for shape in deck.slides[1].shapes][1] == 13


ARRANGED = {
    "grid": "#grid(columns: (1fr, 2fr), [first], block(fill: luma(90%))[second], grid.cell(colspan: 2)[third])",
    "columns": "#columns(2)[first #colbreak() second\n\nthird]",
    "cards": "#block(fill: luma(90%))[first]\n\nsecond\n\n#block(fill: luma(90%))[third]",
    "stack": "#stack(dir: ltr, [first], [second], stack([third]))",
    "boxes": "#rect[first] #box(fill: red)[second] #circle[third]",
    "moved": "#align(center)[first] #place(top)[second] #pad(1em, rotate(9deg)[third])",
    "measured": "#layout(size => [first #context measure([x]).width.pt() second #size.width.pt() third])",
    "terms": "/ first: second\n#quote(block: true)[third]",
    "code": "```\nfirst\n  second\n```\n#figure(```py third```, caption: [C])",
    "broken": "first\n#pagebreak()\nsecond\n\nthird",
}


@pytest.mark.parametrize("markup", ARRANGED.values(), ids=ARRANGED)
def test_what_is_arranged_on_the_page_is_not_lost(folder: Path, markup: str) -> None:
    slides = list(written(f"= Title\n{markup}").slides)[1:]
    said = " ".join(text for slide in slides for text in texts(slide))
    assert re.findall(r"\b(?:first|second|third)\b", said) == ["first", "second", "third"]
    assert {slide.shapes.title.text for slide in slides} == {"Title"}
    assert len(slides) == 1 + ("pagebreak" in markup)


def test_cells_stand_side_by_side_and_lines_of_code_keep_their_indent(folder: Path) -> None:
    body = "= A\n#columns(2)[left #colbreak() right]\n= B\n#grid(columns: (1fr, 3fr), [left], [right])\n"
    *arranged, code = list(written(body + "= C\n```\nif x:\n    y\n```\nA#h(1em)B").slides)[1:]
    for slide, share in zip(arranged, (2, 4), strict=True):
        place = {shape.text_frame.text: shape.left for shape in slide.shapes if shape.has_text_frame}
        assert place["right"] > place["left"] + (slide.shapes.title.width - 10**6) / share
    assert list(texts(code))[1:4] == ["if x:", "    y", "A B"]
