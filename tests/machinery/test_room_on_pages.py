"""What is long or wide has room: equations, titles, names of examples; and all of it is large enough to be read."""

from __future__ import annotations

import io
import os
import re
from itertools import pairwise
from pathlib import Path

import example_results
import filled_documents
import project_copy
import pytest
import typst
from pypdf import PdfReader
from test_links_of_numbers import texts_of
from test_look import ABLATIONS, SIX, sizes

from lab.files import write_json
from lab.reporting.documents import compile_documents, fonts


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


WIDE = "$ cal(L)(theta) = EE [ 1/2 (V_theta (s_t) - R_t)^2 - min(r_t A_t, a_t A_t) - beta H(pi_theta (dot | s_t)) ]{} $"


@pytest.mark.parametrize("parts", ["", ", quad A = I + sigma E, quad B = I - sigma E, quad C = A + B + D"])
@pytest.mark.parametrize("document", ["report", "slides", "poster"])
def test_a_wide_equation_leaves_room_for_its_number(folder: Path, document: str, parts: str) -> None:
    """In a column of a slide as on a page: it neither runs into its number nor off the page."""
    project_copy.make(folder)
    head = "".join(f'#import "machinery/{name}.typ": *\n' for name in ("theme", "data", "results"))
    body = {
        "report": "#show: paper\n{}",
        "slides": "#show: deck\n= One\n#beside[Text.][{}]",
        "poster": "#show: poster\n{}",
    }
    if document == "poster":
        parts *= 4  # its sheet is wide
    equation = WIDE.format(parts) + " <wide>"
    Path(f"documents/{document}.typ").write_text(head + body[document].format(equation), encoding="utf-8")
    pdf = typst.compile(f"documents/{document}.typ", root=".", font_paths=fonts())
    page = PdfReader(io.BytesIO(pdf)).pages[-1]
    edge = float(page.mediabox.width) - {"report": 90.7, "slides": 54, "poster": 73.7}[document]
    places = {text: x for x, _, text in texts_of(page)}
    number = places.pop("(1)")
    signs = [x for text, x in places.items() if re.search("[\U0001d400-\U0001d7ff]", text)]
    assert number < edge
    assert len(signs) > 5
    assert max(signs) < number - 4, places


@pytest.mark.parametrize("draft", [True, False])
def test_the_head_of_a_page_is_one_line(folder: Path, draft: bool) -> None:
    """A long title and three names have no room in one: the title stays, and is cut before it needs another line."""
    for title, whole in ((filled_documents.LONG_TITLES["en"], not draft), ("A long title of a project " * 12, False)):
        copy = folder / title[:6]
        copy.mkdir()
        os.chdir(copy)
        project = example_results.PROJECT.replace("Reading handwritten digits", title.strip())
        project_copy.make(copy, project=project + '[[members]]\nname = "Nguyễn Thị Thu Hà O\'Brien"\n')
        project_copy.mini_report(copy, "#unwritten[Write.]\n#pagebreak()\nMore." if draft else "#pagebreak()\nMore.")
        page = PdfReader(io.BytesIO(compile_documents()["report"])).pages[1]
        head = [(y, text) for _, y, text in texts_of(page) if y > 770]
        assert len({round(y) for y, _ in head}) == 1
        told = " ".join(text for _, text in head)
        assert (title in told) is whole, told
        assert ("…" in told) is not whole
        assert ("unwritten" in told) is draft


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_every_text_of_a_filled_document_can_be_read(folder: Path, language: str) -> None:
    """What stands below a letter of an equation too."""
    filled_documents.make(folder, language, methods=SIX, ablations=ABLATIONS)
    documents = compile_documents()
    for name, least in (("report", 7.5), ("proposal", 7.5), ("poster", 10.5)):
        assert min(sizes(documents[name])) >= least, (name, sizes(documents[name]))
    found = sizes(documents["slides"])
    small = {size: number for size, number in found.items() if size < 14}
    assert sum(small.values()) <= 4, found  # below letters of an equation that has half a slide
    assert min(found) > 11


@pytest.mark.parametrize("methods", [SIX, SIX[:3]])
def test_examples_of_a_table_have_room_beside_the_methods(folder: Path, methods: tuple[str, ...]) -> None:
    """Of many methods, those that the table is about: an example has two lines at most, no column of single words."""
    comparison = project_copy.make(folder, methods=methods)
    names = [
        f"films-{place} · positive · Too damn weird to pass up, and for the blacklight crowd" for place in range(6)
    ]
    rows = [[name, 1, {method: [0.91, 0.82, 0.73] for method in methods}] for name in names]
    differing = {"method": comparison["champion"], "examples": 6, "better": 4, "worse": 2, "rows": rows}
    slices = [["label", [[f"part {place}", 20, rows[0][2]] for place in range(3)]]]
    write_json(Path("results/comparison.json"), comparison | {"differing": differing, "slices": slices})
    project_copy.mini_report(folder, "#slices-table()\n#differing-table()")
    page = PdfReader(io.BytesIO(compile_documents()["report"])).pages[0]
    begin = [y for _, y, text in texts_of(page) if text.startswith("films-")]
    assert len(begin) == len(names)
    assert max(above - below for above, below in pairwise(begin)) < 2 * 15
    told = " ".join(page.extract_text().split())
    assert told.count("0.820 ± 0.090") == 6 * min(len(methods), 2 if methods == SIX else 3) + (
        9 if methods != SIX else 0
    )
    assert told.count("0.820") == 6 * (2 if methods == SIX else 3) + 3 * len(methods)


def test_a_chinese_title_never_begins_a_line_with_a_comma(folder: Path) -> None:
    """It breaks between any two of its signs, but for those."""
    filled_documents.make(folder, "zh-TW")
    documents = compile_documents()
    for name in ("slides", "poster"):
        page = PdfReader(io.BytesIO(documents[name])).pages[0]
        begin = [text for x, _, text in texts_of(page) if x < 80]
        assert any(text.startswith("在八乘八") for text in begin)
        assert not [text for text in begin if text[0] in "，。、；："]
