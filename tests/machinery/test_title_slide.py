"""The title slide shows pictures from the data, and those who cannot see them are told what they show."""

from __future__ import annotations

import io
import itertools
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import example_results
import matplotlib.pyplot as plt
import numpy as np
import project_copy
import pytest
import typst
from PIL import Image
from presentations import opened, texts
from pypdf import PdfReader
from test_links_of_numbers import texts_of

from lab.comparison import drawing
from lab.errors import UserError
from lab.files import write_json
from lab.reporting.documents import compile_documents, fonts
from lab.reporting.powerpoint import powerpoint

CAPTION, ALT = "Scans of the test split: the first ones, in a row.", "Six scans; the first is red."
COLOURS = ((230, 10, 20), (20, 220, 30), (20, 30, 210), (230, 220, 40), (200, 30, 220), (30, 200, 210))
LONG = {"en": "A long title of words " * 10, "zh-TW": "以深度學習辨識手寫數字之研究與比較" * 12}
THIRD = '[[members]]\nname = "Wolfeschlegelsteinhausenberger Hubert"\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def make(language: str = "en", pictures: int = 6, title: str = "Reading handwritten digits") -> dict[str, Any]:
    """A project whose second figure has ``pictures``, each of one colour, with words above and a line across it."""
    project = example_results.PROJECT.replace("Reading handwritten digits", title) + THIRD
    project = project.replace("[deadlines]", 'subtitle = "A line below the title"\n[deadlines]')
    comparison = project_copy.make(Path(), language, project=project)
    Path("results/figures/slides").mkdir()
    with drawing.looks(drawing.SLIDES):
        figure, axes = plt.subplots(2, pictures // 2, squeeze=False)
        for place, colour in zip(axes.flat, COLOURS, strict=False):
            place.imshow(np.full((8, 8, 3), colour, np.uint8))
            place.plot([1, 6], [4, 4], color="white")
            place.set_title("far too small")
            place.axis("off")
        drawing.save(figure, Path("results/figures/slides/scans.svg"))
    shutil.copy("results/figures/slides/scans.svg", "results/figures/scans.svg")
    comparison["figures"].append("scans.svg")
    comparison["drawings"] = {name: {"caption": CAPTION, "alt": ALT} for name in ("scans.svg", "slides/scans.svg")}
    write_json(Path("results/comparison.json"), comparison)
    return comparison


def told(pdf: bytes) -> Iterator[str]:
    """The alternative texts of a PDF."""
    reader = PdfReader(io.BytesIO(pdf))
    for number in range(1, int(reader.trailer["/Size"])):  # type: ignore[call-overload]
        found = reader.get_object(number)
        if isinstance(found, dict) and "/Alt" in found:
            yield str(found["/Alt"])


def right_half(page: bytes) -> np.ndarray:
    """The light panel of the first slide as it is drawn."""
    drawn = np.asarray(Image.open(io.BytesIO(page)).convert("RGB")).astype(int)
    return drawn[:, int(0.65 * drawn.shape[1]) :]


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_pictures_of_the_first_figure_that_has_some(
    folder: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    title = LONG[language][:200].strip()
    make(language, title=title)
    pdf = compile_documents()["slides"]
    assert "PDF/UA" not in capsys.readouterr().err
    assert sum(ALT in text for text in told(pdf)) == 2  # on the first slide and on the figure's own
    source, root = Path("documents/slides.typ"), Path()
    pages: Any = typst.compile(source, root=root, font_paths=fonts(), format="png", ppi=72)
    panel = right_half(pages[0])
    sizes = [int((np.abs(panel - colour).max(axis=2) < 12).sum()) for colour in COLOURS]
    assert min(sizes) > 3000  # points: more than 55 by 55
    assert max(sizes) < 1.1 * min(sizes)

    said = [(x, y, text) for x, y, text in texts_of(PdfReader(io.BytesIO(pdf)).pages[0])]
    below = {text: y for _, y, text in said}
    rows = {y: "".join(text for _, place, text in said if place == y) for _, y, _ in said}  # signs may stand alone
    lines = [y for y, text in rows.items() if len(text) > 5 and text.strip() in title]
    course, name = (next(y for text, y in below.items() if part in text) for part in ("IM5062", "Hubert"))
    subtitle = next(y for text, y in below.items() if "line below" in text)
    places = [course, max(lines), min(lines), subtitle, name, 30]
    assert min(one - under for one, under in itertools.pairwise(places)) > 14
    assert places == sorted(places, reverse=True)
    assert any("Scans of the test" in text and x > 539 for x, _, text in said)

    first = opened(powerpoint()).slides[0]
    (picture,) = [shape for shape in first.shapes if shape.shape_type == 13]
    assert picture._element.nvPicPr.cNvPr.get("descr") == ALT
    assert "Scans of the test split" in list(texts(first))
    assert all(shape.left + shape.width <= picture.left for shape in first.placeholders)
    size = first.shapes.title.text_frame.paragraphs[0].runs[0].font.size.pt
    assert 20 <= size < 40


@pytest.mark.parametrize(("picture", "shown"), [("none", False), ('"scans.svg"', True)])
def test_a_team_may_leave_it_out_or_name_another(folder: Path, picture: str, shown: bool) -> None:
    make(pictures=2)
    project_copy.edit("documents/slides.typ", "#show: deck", f"#show: deck.with(picture: {picture})")
    assert sum(ALT in text for text in told(compile_documents()["slides"])) == 1 + shown
    kinds = [shape.shape_type for shape in opened(powerpoint()).slides[0].shapes]
    assert kinds.count(13) == shown


@pytest.mark.parametrize(
    ("written", "instead"), [(' width="', ' breadth="'), (' width="', ' width="1e2'), ('<g id="axes_', '<g id="panel_')]
)
def test_a_drawing_that_is_written_in_another_way_leaves_it_out(folder: Path, written: str, instead: str) -> None:
    """As a later Matplotlib might write it: then the slides have no picture on the first page, and all else."""
    make()
    path = Path("results/figures/slides/scans.svg")
    drawing = path.read_text(encoding="utf-8")
    tags = [re.sub(re.escape(written), instead, tag) for tag in re.findall(r"<(?:image|g id=)[^>]*>", drawing)]
    kept = re.split(r"<(?:image|g id=)[^>]*>", drawing)
    changed = "".join(itertools.chain.from_iterable(zip(kept, [*tags, ""], strict=True)))
    assert changed != drawing
    path.write_text(changed, encoding="utf-8")
    assert sum(ALT in text for text in told(compile_documents()["slides"])) == 1


def test_a_figure_of_one_or_two_pictures_is_none_of_the_data(folder: Path) -> None:
    """A matrix of confusions is one, say."""
    make(pictures=2)
    assert sum(ALT in text for text in told(compile_documents()["slides"])) == 1
    project_copy.edit("documents/slides.typ", "#show: deck", '#show: deck.with(picture: "scan.svg")')
    with pytest.raises(UserError, match=r'results/figures has no "scan\.svg", only scans\.svg'):
        compile_documents()
