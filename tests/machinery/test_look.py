"""How documents look: sizes that can be read, the project's own fonts, and what no font has is named."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, cast

import example_results
import project_copy
import pytest
from pypdf import PdfReader
from test_links_of_numbers import texts_of

from lab.files import write_json
from lab.reporting.documents import compile_documents

SIX = ("baseline", "novel", "plain_convolution", "without_augmentation", "without_shortcuts", "ensemble_of_five")
ABLATIONS = SIX[3:5]
EQUATION = "$ cal(L)(theta) = -1/n sum_(i=1)^n log p_theta (hat(y)_i | x'_i) $ <loss>\n\nBy @loss, $theta$ is found."
DRAWING = "#figure(flow([scan], part[block], [linear]), caption: [*The network.* Three parts.]) <drawing>"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def sizes(pdf: bytes) -> Counter[float]:
    """How many characters are printed in each size, in points."""
    found: Counter[float] = Counter()

    def note(text: str, ctm: list[float], matrix: list[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            scale = (matrix[0] ** 2 + matrix[1] ** 2) ** 0.5 * (ctm[0] ** 2 + ctm[1] ** 2) ** 0.5
            found[round(size * scale, 1)] += len(text.strip())

    for page in PdfReader(io.BytesIO(pdf)).pages:
        page.extract_text(visitor_text=note)
    return found


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_every_text_can_be_read(folder: Path, language: str) -> None:
    """On paper from 7.5 points on; on slides from 14."""
    project_copy.make(folder, language, methods=SIX, ablations=ABLATIONS)
    documents = compile_documents()
    for name in ("report", "proposal"):
        assert min(sizes(documents[name])) >= 7.5, sizes(documents[name])
    found = sizes(documents["slides"])
    assert min(found) >= 14, found
    assert max(found) >= 27


def test_an_equation_a_drawing_and_rare_signs_in_a_teams_text(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Equations are numbered and told to those who do not see them; what no font has is named, and shown by number."""
    project = example_results.PROJECT.replace("Huang Yi-Ting", "黃𠮷婷")
    project_copy.make(folder, project=project)
    project_copy.mini_report(folder, f"{EQUATION}\n\n{DRAWING}\n\nSee @drawing: a 🐼, a 🐼 and `貓`.")
    documents = compile_documents()
    said = capsys.readouterr().out.splitlines()
    named = "no font here has {}: its number is shown instead"
    assert "warning: documents/report.typ: " + named.format("🐼 (U+1F43C), 𠮷 (U+20BB7)") in said
    assert "warning: documents/slides.typ: " + named.format("𠮷 (U+20BB7)") in said
    assert len(said) == 3
    text = " ".join(PdfReader(io.BytesIO(documents["report"])).pages[0].extract_text().split())
    assert "黃 U+20BB7 婷" in text
    assert "a U+1F43C , a U+1F43C and" in text
    assert "By Equation 1" in text
    for pdf in documents.values():
        assert claims_accessibility(pdf)
    assert "∑_(i=1)^(n) log p_(θ) (ŷ_(i) | x_(i)′)" in alternatives(documents["report"])


def test_a_text_that_cannot_be_made_accessible_is_typeset_all_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project_copy.make(folder)
    project_copy.mini_report(folder, '#image("/results/figures/comparison.svg")')
    documents = compile_documents()
    assert [claims_accessibility(documents[name]) for name in ("report", "slides")] == [False, True]
    said = capsys.readouterr().out
    assert said.startswith("warning: documents/report.typ, line 5: PDF/UA-1 error: missing alt text")
    assert said.count("\n") == 1


def test_a_table_that_is_too_long_for_a_slide_stays_below_its_title(folder: Path) -> None:
    """Then it has the metrics that have room; what is left is no slide of a title alone."""
    metrics = tuple(example_results.METRICS[1] | {"name": f"error_{place}"} for place in range(6))
    project_copy.make(folder, methods=SIX, ablations=ABLATIONS, metrics=metrics)
    head = "".join(f'#import "machinery/{name}.typ": *\n' for name in ("theme", "data", "results"))
    body = "#show: deck\n= What parts bring\n#ablation-table()\n= The end\nAll."
    Path("documents/slides.typ").write_text(head + body, encoding="utf-8")
    _, table, end = (page.extract_text() for page in PdfReader(io.BytesIO(compile_documents()["slides"])).pages)
    assert "What parts bring" in table
    assert 1 < table.count("reference") < len(metrics)
    assert "The end" in end


def test_a_long_name_does_not_run_into_the_next_one(folder: Path) -> None:
    long = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwaren"
    project_copy.make(folder, project=example_results.PROJECT.replace("Huang Yi-Ting", f"Hubert {long}"))
    page = PdfReader(io.BytesIO(compile_documents()["report"])).pages[0]
    head = [text for _, y, text in texts_of(page) if y > 500]
    assert long not in " ".join(head)


def test_a_long_message_leaves_room_for_the_figure_of_a_poster(folder: Path) -> None:
    """Its letters and the table below shrink before the figure does."""
    comparison = project_copy.make(folder, poster=True, methods=SIX, ablations=ABLATIONS)
    for entry in comparison["methods"].values():
        entry["label"] = "residual network with a quarter of its channels"
    write_json(Path("results/comparison.json"), comparison)
    source = Path("documents/poster.typ")
    mark = '#slide-figure("comparison.svg")'
    text = source.read_text(encoding="utf-8")
    assert mark in text
    source.write_text(
        text.replace(mark, "#layout(it => block(height: 1fr, layout(room => [room: #room.height.mm()])))"), "utf-8"
    )
    found = re.search(r"room: ([\d.]+)", PdfReader(io.BytesIO(compile_documents()["poster"])).pages[0].extract_text())
    assert found
    assert float(found[1]) > 150


def test_no_installed_font_is_used(folder: Path) -> None:
    project_copy.make(folder, "zh-TW")
    allowed = ("SourceSerif4", "SourceSans3", "NotoSerifTC", "NotoSansTC", "NewCM", "DejaVuSansMono")
    for pdf in compile_documents().values():
        fonts = {
            str(font.get_object()["/BaseFont"]).partition("+")[2]
            for page in PdfReader(io.BytesIO(pdf)).pages
            for font in cast(Any, page["/Resources"]).get("/Font", {}).values()
        }
        assert fonts
        assert all(name.startswith(allowed) for name in fonts), fonts


def test_the_documents_have_titles_of_their_own_and_carry_the_results(folder: Path) -> None:
    project_copy.make(folder)
    readers = {name: PdfReader(io.BytesIO(pdf)) for name, pdf in compile_documents().items()}
    titles = {reader.metadata.title for reader in readers.values() if reader.metadata}
    assert len(titles) == 3
    for name in ("report", "slides"):
        [content] = readers[name].attachments["results/comparison.json"]
        assert content == Path("results/comparison.json").read_bytes()
    assert not readers["proposal"].attachments  # it was written before the test split was looked at


def test_the_appendix_says_what_the_results_were_made_from(folder: Path) -> None:
    project_copy.make(folder, methods=example_results.METHODS)
    path = Path("runs/novel/0/run.json")
    run = json.loads(path.read_text(encoding="utf-8"))
    run["parameters"]["learning_rate"] = 0.0375
    path.write_text(json.dumps(run), encoding="utf-8")
    pages = PdfReader(io.BytesIO(compile_documents()["report"])).pages
    text = " ".join(" ".join(page.extract_text() for page in pages[-2:]).split())
    for said in ("Commit efefefe", "uv run dvc repro", "Seeds 0, 1, 2", "torch 2.11.0", "epochs 30", "ab" * 8):
        assert said in text, said
    assert "learning_rate 0.001 (baseline), 0.0375 (novel), 0.001 (small ablation)" in text


def claims_accessibility(pdf: bytes) -> bool:
    metadata = cast(Any, PdfReader(io.BytesIO(pdf)).trailer["/Root"]).get("/Metadata")
    return metadata is not None and b"pdfuaid:part" in metadata.get_object().get_data()


def alternatives(pdf: bytes) -> str:
    """All alternative texts, for those who hear the document."""
    reader = PdfReader(io.BytesIO(pdf))
    objects: Any = (
        reader.get_object(number) for number in range(1, len(reader.xref[0]) + 1) if number in reader.xref[0]
    )
    return "\n".join(str(one["/Alt"]) for one in objects if isinstance(one, dict) and "/Alt" in one)
