"""The file slides.pptx: nothing hides something else, it is the same each time, and it stands in no one's way."""

from __future__ import annotations

import io
import itertools
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import project_copy
import pytest
from pptx.oxml.ns import qn
from presentations import FIGURE, boxes, opened, squeezed, texts, written
from printed_numbers import text_of
from pypdf import PdfReader

from lab.errors import UserError
from lab.reporting.powerpoint import powerpoint
from lab.settings import read_project
from lab.stages import deliver
from lab.verification.differences import of_files


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


CROWDED = (
    f"#grid(columns: 2, {FIGURE}, [#text(46pt)[+1.9] \\ points])\n" + "#lorem(40)\n\n" * 9 + "#comparison-table()\n" * 2
)


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
@pytest.mark.parametrize("body", [None, CROWDED], ids=["as stamped", "crowded"])
def test_nothing_stands_on_something_else_or_is_too_small(folder: Path, language: str, body: str | None) -> None:
    if body is None:
        project_copy.make(folder, language)
        deck = opened(powerpoint())
    else:
        deck = written("= Title\n" + body, language)
        assert len(deck.slides) > 4
    for slide in list(deck.slides)[1:]:
        for one, other in itertools.combinations(boxes(slide), 2):
            assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert all(one[3] <= deck.slide_height and one[2] <= deck.slide_width for one in boxes(slide))
        for shape in slide.shapes:
            cells = [cell for row in shape.table.rows for cell in row.cells] if shape.has_table else [shape]
            frames = [cell.text_frame for cell in cells if shape.has_table or shape.has_text_frame]
            sizes = [
                run.font.size.pt for one in frames for line in one.paragraphs for run in line.runs if run.font.size
            ]
            assert min(sizes, default=14) >= 14
    inherited = [int(style.get("sz")) for style in deck.slide_master._element.iterfind(f".//{qn('a:defRPr')}[@sz]")]
    assert min(inherited) >= 1400  # the page's number


def test_a_table_is_not_torn_from_its_caption(folder: Path) -> None:
    methods = ("baseline", *(f"method_{number}" for number in range(8)))
    deck = written(
        "= One\nBefore.\n#comparison-table(caption: [Read it.])\n= Two\n#comparison-table(caption: [So.])",
        methods=methods,
    )
    having = [slide for slide in deck.slides if any(shape.has_table for shape in slide.shapes)]
    assert ["Read it." in texts(slide) for slide in having] == [True, False]
    assert ["So." in texts(slide) for slide in having] == [False, True]
    assert all(len(slide.shapes) > 3 for slide in list(deck.slides)[1:])  # title, footer and number are on each


def test_chinese_has_a_font_and_the_page_the_colours_of_the_project(folder: Path) -> None:
    project_copy.make(folder, "zh-TW")
    content = powerpoint()
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        theme = parts.read("ppt/theme/theme1.xml").decode()
        assert theme.count('<a:ea typeface="Microsoft JhengHei"/>') == 2
        assert 'val="0B5394"' in theme
        assert {info.date_time for info in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        slide = parts.read("ppt/slides/slide2.xml").decode()
    assert 'lang="zh-TW"' in slide
    assert "<a:ea" not in slide  # the theme's
    deck = opened(content)
    assert deck.slide_width * 9 == deck.slide_height * 16
    assert powerpoint() == content


def test_without_it_the_pdfs_are_still_made(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project_copy.make(folder)
    deliver.main()
    assert Path("deliverables/slides.pptx").is_file()
    project_copy.edit("project.toml", "Reading handwritten digits", "Another title")
    read_project.cache_clear()

    def fail(*told: object) -> bytes:
        raise UserError("a shape\nof no kind")

    monkeypatch.setattr(deliver, "powerpoint", fail)
    deliver.main()
    assert "warning: no deliverables/slides.pptx, while the PDFs are whole: a shape\n" in capsys.readouterr().out
    assert "Another title" in text_of(Path("deliverables/slides.pdf").read_bytes())
    assert not Path("deliverables/slides.pptx").exists()  # it had the old title


def test_an_edit_by_hand_is_told(folder: Path) -> None:
    project_copy.make(folder)
    Path("again.pptx").write_bytes(powerpoint())
    deck = opened(Path("again.pptx").read_bytes())
    deck.slides[1].shapes[1].text_frame.paragraphs[0].runs[0].text = "98.6"
    deck.save("committed.pptx")
    assert re.search(
        r"slide 2: '98.6.*', where these results give '", of_files(Path("committed.pptx"), Path("again.pptx"))[0]
    )
    deck = opened(Path("again.pptx").read_bytes())
    picture = next(shape for slide in deck.slides for shape in slide.shapes if shape.shape_type == 13)
    picture.width //= 2
    deck.save("committed.pptx")
    fault = "committed.pptx: a picture or the layout is not what these results give"
    assert of_files(Path("committed.pptx"), Path("again.pptx")) == [fault]
    assert of_files(Path("again.pptx"), Path("again.pptx")) == []


@pytest.mark.slow
@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_another_program_opens_it(folder: Path, language: str) -> None:
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("needs LibreOffice Impress (Debian: libreoffice-impress)")
    deck = written(
        "= 圖 Figure\n"
        + CROWDED
        + '\n= End\n#speaker-notes[Thanks.]\n#how-compared()\n#bibliography("references.bib")',
        language,
    )
    deck.save("slides.pptx")
    home = f"-env:UserInstallation={(folder / 'office').as_uri()}"
    subprocess.run([office, home, "--headless", "--convert-to", "pdf", "slides.pptx"], check=True, timeout=300)
    pages = PdfReader("slides.pdf").pages
    assert len(pages) == len(deck.slides)
    for slide, page in zip(deck.slides, pages, strict=True):
        shown = squeezed(page.extract_text())
        assert squeezed(slide.shapes.title.text) in shown
