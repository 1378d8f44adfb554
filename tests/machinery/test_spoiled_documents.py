"""Documents and results that are empty, half-merged, in another encoding or edited are told, not typeset."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import example_results
import project_copy
import pytest

from lab.errors import UserError
from lab.files import digests, write_json
from lab.reporting.documents import compile_documents, read_results
from lab.reporting.evidence import from_check, from_file, from_section
from lab.reporting.rubric import look_up, read_rubric
from lab.reporting.rubric_formats import as_text
from lab.words import speaker


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    return project_copy.make(tmp_path, methods=example_results.METHODS, metrics=example_results.METRICS)


def encoded(encoding: str) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(
        f"我們的專題報告，資料與方法\n{path.read_text('utf-8')}".encode(encoding, "replace")
    )


def conflict(path: Path) -> None:
    path.write_text(f"<<<<<<< HEAD\n{path.read_text('utf-8')}=======\n\n>>>>>>> theirs\n", encoding="utf-8")


@pytest.mark.parametrize("name", ["report.typ", "slides.typ", "references.bib"])
@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (encoded("utf-16"), " is UTF-16, not UTF-8: save it as UTF-8"),
        (encoded("big5"), " is probably "),
        (conflict, ", line 1: a merge is not finished"),
    ],
)
def test_a_text_that_cannot_be_typeset_is_told(
    project: dict[str, Any], name: str, spoil: Callable[[Path], object], says: str
) -> None:
    spoil(Path("documents", name))
    with pytest.raises(UserError) as error:
        compile_documents()
    assert str(error.value).startswith(f"documents/{name}{says}")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "\n \n", "// to do\n", "/* all of it\n */"])
def test_an_empty_document_is_told(project: dict[str, Any], text: str) -> None:
    Path("documents/report.typ").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"documents/report\.typ is empty"):
        compile_documents()


def test_a_mark_of_windows_is_no_text(project: dict[str, Any]) -> None:
    before = compile_documents()["report"]
    path = Path("documents/report.typ")
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert compile_documents()["report"] == before


def test_the_rubric_tells_what_it_could_not_read(project: dict[str, Any]) -> None:
    conflict(Path("documents/report.typ"))
    encoded("utf-16")(Path("documents/references.bib"))
    for piece in (from_section("report#problem"), from_check("typed_numbers")):
        assert not piece.found
        assert "documents/report.typ, line 1: a merge is not finished" in piece.detail
    assert "documents/references.bib is UTF-16" in from_check("citations").detail


@pytest.mark.parametrize("check", ["provenance", "validation", "splits", "methods", "seeds", "verdicts", "costs"])
@pytest.mark.parametrize("content", [{}, [], {"methods": [], "seeds": 3, "expectations": None}])
def test_results_that_no_stage_wrote_are_no_evidence(project: dict[str, Any], check: str, content: Any) -> None:
    for name in ("data/raw/provenance", "results/validation", "results/splits", "results/comparison", "results/costs"):
        write_json(Path(f"{name}.json"), content)
    piece = from_check(check)
    assert not piece.found
    assert piece.detail == "the results are not what their stages wrote: run `uv run dvc repro`"


def test_an_edited_figure_is_refused(project: dict[str, Any]) -> None:
    drawn = digests(Path("results/figures"))
    write_json(Path("results/comparison.json"), project | {"figure_digests": drawn})
    assert read_results()["comparison"]["figure_digests"] == drawn
    assert from_check("figures").found
    path = Path("results/figures/comparison.svg")
    path.write_text(path.read_text(encoding="utf-8").replace("0072B2", "D55E00"), encoding="utf-8")
    with pytest.raises(UserError, match=r"results/figures/comparison\.svg is not what compare drew: run `uv run dvc"):
        read_results()
    assert from_check("figures").detail == "not what compare drew: comparison.svg"
    path.unlink()
    with pytest.raises(UserError, match=r"results/figures/comparison\.svg is missing"):
        read_results()


def test_a_lock_file_in_a_merge_is_told(project: dict[str, Any]) -> None:
    Path("dvc.lock").write_text("schema: '2.0'\nstages:\n<<<<<<< HEAD\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"dvc\.lock, line 3: a merge is not finished"):
        read_results()


def test_evidence_of_two_runs_is_the_same(project: dict[str, Any]) -> None:
    first = as_text(look_up(read_rubric()), speaker("en"), markdown=True)
    costs = json.loads(Path("results/costs.json").read_text(encoding="utf-8"))
    for entry in costs["methods"].values():
        entry["seconds"] = [seconds * 1.37 for seconds in entry["seconds"]]
    write_json(Path("results/costs.json"), costs)
    assert as_text(look_up(read_rubric()), speaker("en"), markdown=True) == first
    assert "costs.json" in first


def test_only_files_of_the_project_that_hold_something_are_evidence(project: dict[str, Any]) -> None:
    for name in (".venv/lib/novel.py", "src/novel.py", "src/empty.py"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("" if "empty" in name else "x = 1", encoding="utf-8")
    assert from_file("**/novel.py").where == "src/novel.py"
    assert from_file(".venv/**/novel.py").found
    assert (from_file("src/empty.py").found, from_file("src/empty.py").detail) == (False, "empty")
    assert from_file("src/none.py").detail == "missing"
