"""Pages of documents that a team has filled: no large hole, no text upon other text, and each slide has its title."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import example_results
import filled_documents
import numpy as np
import project_copy
import pytest
import typst
from PIL import Image
from pypdf import PdfReader
from test_links_of_numbers import texts_of
from test_look import ABLATIONS, SIX, claims_accessibility

from lab.files import write_json
from lab.reporting.documents import compile_documents, fonts

LARGE_FIGURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="330"><path d="M0 0H480V330H0Z" fill="#c0c0c0"/></svg>'
)
TOP, BOTTOM = 27 / 297, 1 - 26 / 297
"""Where the text of a page begins and ends, as shares of its height."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def holes(document: str) -> list[float]:
    """Of each page the largest blank between two blocks or below the last, as a share of the page."""
    pages = typst.compile(f"documents/{document}.typ", root=".", font_paths=fonts(), format="png", ppi=24)
    found = []
    for number, page in enumerate(pages if isinstance(pages, list) else [pages], 1):
        dark = np.asarray(Image.open(io.BytesIO(page)).convert("L")).min(axis=1) < 235
        top, bottom = round(TOP * len(dark)), round(BOTTOM * len(dark))
        rows = [top - 1, *(int(row) for row in np.flatnonzero(dark) if top <= row < bottom)]
        rows += [bottom] if number < len(pages) else []  # a document ends where it ends
        found.append(max(below - above - 1 for above, below in pairwise(rows)) / len(dark))
    return found


@pytest.mark.parametrize("sentences", [2, 3, 5, 7])
@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_no_page_has_a_large_hole(folder: Path, language: str, sentences: int) -> None:
    """Whatever the length of the text: figures and tables of six methods find a place, and text flows around them."""
    comparison = filled_documents.make(
        folder, language, sentences, methods=SIX, ablations=ABLATIONS, figures=("one", "two", "three")
    )
    for name in ("one", "two", "three"):
        Path(f"results/figures/{name}.svg").write_text(LARGE_FIGURE, encoding="utf-8")
    for entry in comparison["methods"].values():
        entry["label"] = "residual network with a quarter of its channels"
    rows = [[f"part {place}", 20, {method: [0.9, 0.8, 0.7] for method in SIX}] for place in range(8)]
    write_json(Path("results/comparison.json"), comparison | {"slices": [["label", rows]]})
    for document, most in (("report", 1 / 6), ("proposal", 1 / 3)):
        assert max(holes(document)) < most, (document, holes(document))


def test_the_table_of_members_stands_below_its_heading(folder: Path) -> None:
    """A table that floats can come to stand above the heading that it belongs to, on the same page."""
    filled_documents.make(folder, methods=SIX, ablations=ABLATIONS)
    documents = compile_documents()
    for name, heading, row in (("report", "Contributions", "Trained runs"), ("proposal", "Plan", "2027-03-26")):
        text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(documents[name])).pages)
        assert heading in text
        assert text.index(row) > text.rindex(heading)


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_references_that_need_a_second_slide_have_their_title_there(folder: Path, language: str) -> None:
    filled_documents.make(folder, language)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(compile_documents()["slides"])).pages]
    title = {"en": "Backup: references", "zh-TW": "備用：參考文獻"}[language]
    shown = [page.count(title) for page in pages if title in page or page.startswith("[")]
    assert len(shown) > 1
    assert set(shown) == {1}


def test_a_long_title_of_a_slide_shrinks_before_it_has_a_third_line(folder: Path) -> None:
    project_copy.make(folder)
    head = "".join(f'#import "machinery/{name}.typ": *\n' for name in ("theme", "data", "results"))
    title = "The residual network with a quarter of its channels does not differ from the perceptron that saw copies"
    Path("documents/slides.typ").write_text(
        f"{head}#show: deck\n= {title} of all scans, moved and turned\nAll.", encoding="utf-8"
    )
    page = PdfReader(io.BytesIO(compile_documents()["slides"])).pages[1]
    lines = {round(y) for _, y, text in texts_of(page) if y > 300 and text.strip()}
    assert len(lines) == 2, lines


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_many_references_have_room_on_a_poster(folder: Path, language: str) -> None:
    """What has no room there is printed on top of other text, at the lower edge."""
    filled_documents.make(folder, language, methods=SIX, ablations=ABLATIONS)
    poster = compile_documents()["poster"]
    assert claims_accessibility(poster)
    [page] = PdfReader(io.BytesIO(poster)).pages
    numbers = {text.strip(): round(y, 1) for _, y, text in texts_of(page) if text.strip().startswith("[")}
    listed = [numbers[f"[{number}]"] for number in range(1, filled_documents.WORKS + 1)]
    assert listed == sorted(listed, reverse=True)
    assert min(above - below for above, below in pairwise(listed)) > 11
    assert listed[-1] > 51  # the margin


def test_a_name_of_one_endless_word_stays_on_the_page(folder: Path) -> None:
    """On the first slide and on the poster, beside a title that keeps its room."""
    project = example_results.PROJECT.replace("Huang Yi-Ting", "O'Brien " + "n" * 180)
    project_copy.make(folder, project=project, poster=True)
    documents = compile_documents()
    for name in ("slides", "poster"):
        page = PdfReader(io.BytesIO(documents[name])).pages[0]
        lines = {round(y) for _, y, text in texts_of(page) if text.strip("\u200b ") and not text.strip("n\u200b ")}
        assert len(lines) > 1, name
        assert "Reading handwritten digits" in " ".join(page.extract_text().split()), name


def test_the_settings_of_all_methods_take_half_as_many_rows(folder: Path) -> None:
    project_copy.make(folder, methods=example_results.METHODS)
    text = " ".join(PdfReader(io.BytesIO(compile_documents()["report"])).pages[-1].extract_text().split())
    assert "epochs 30 schedule cosine learning_rate 0.001" in text
