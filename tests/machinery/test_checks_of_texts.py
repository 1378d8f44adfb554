"""What a team wrote is looked up: equations, drawings, limits, references, pages and minutes; each in both states."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import example_results
import project_copy
import pytest

from lab.reporting.evidence import from_check, from_minutes, from_pages, from_section
from lab.settings import read_params
from lab.stages import deliver


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    made = project_copy.make(
        tmp_path,
        methods=example_results.METHODS,
        metrics=example_results.METRICS,
    )
    for name in ("proposal", "report", "slides"):
        Path(f"documents/{name}.typ").write_text("We write.", encoding="utf-8")
    return made


def write(name: str, text: str) -> None:
    Path(f"documents/{name}").write_text(text, encoding="utf-8")


APPROACH = "= Approach <approach>\n{}\n= Next <next>\n$ L = 0 $"


@pytest.mark.parametrize(
    ("check", "document", "text", "found"),
    [
        ("formula", "report", APPROACH.format("We add."), False),  # the equation stands in another section
        ("formula", "report", APPROACH.format("The loss is $x$ here."), False),
        ("formula", "report", APPROACH.format("We take\n$ x = y $ <sum>"), False),
        ("formula", "report", APPROACH.format("The loss of $x$ at $y$ is small."), False),
        ("formula", "report", APPROACH.format("#unwritten[Give its loss.]\n\n$ x = y $"), False),
        ("formula", "report", APPROACH.format("The loss is\n$ x = y $ <sum>"), True),
        ("formula", "report", APPROACH.format("We take\n$ cal(L) = x $"), True),
        ("formula", "report", APPROACH.format("損失函數為\n$ x = y $"), True),
        ("formula", "report", APPROACH.format("// The loss is\n// $ x = y $"), False),
        ("drawing", "report", '#figure(image("/results/figures/comparison.svg"), caption: [x])', False),
        ("drawing", "report", "#result-figure(\"comparison.svg\")", False),
        ("drawing", "report", '#figure(image("network.svg"), caption: [x])', True),
        ("drawing", "slides", "#flow(part[in], part[out])", True),
        ("drawing", "report", '// #figure(image("network.svg"))', False),
        ("limitations", "report", "= Discussion <discussion>\nIt has limits.", False),
        ("limitations", "report", "= Limitations <limitations>\n#unwritten[Say them.]", False),
        ("limitations", "report", "= Limitations <limitations>\nFew data.", True),
        ("limitations", "report", "= Limitations\n= Other <other>\nFew data.", False),  # which part is it?
        ("limitations", "report", "== 限制 <limits>\n資料很少。", True),
        ("limitations", "report", "// = Limitations <limitations>\nFew data.", False),
        ("typed_numbers", "report", "The test share is 0.2 of all.", True),
        ("typed_numbers", "report", "A learning rate of 0.07.", False),
        ("typed_numbers", "report", "Our rent error is 412.", False),
    ],
)  # fmt: skip
def test_it_is_found_where_it_is(project: dict[str, Any], check: str, document: str, text: str, found: bool) -> None:
    write(f"{document}.typ", text)
    piece = from_check(check)
    assert piece.found is found, piece
    assert bool(piece.todo) is not found


def test_each_citation_is_resolved_and_each_entry_is_cited(project: dict[str, Any]) -> None:
    own = "@book{own2020, title={Own}}\n@book{other2021, title={Other}}\n"
    write("references.bib", Path("documents/references.bib").read_text(encoding="utf-8") + own)
    write("report.typ", "As @own2020 says, @lost1999; see @table-x. `@key` writes me@example.org. #f() <table-x>")
    piece = from_check("references")
    assert not piece.found
    assert piece.detail == "1 cited; not in references.bib: @lost1999; in references.bib, but not cited: other2021"
    write("report.typ", "As @own2020 says.")
    assert not from_check("references").found
    write("slides.typ", "#cite(<other2021>)")
    assert from_check("references").found
    write("report.typ", "Nothing.")
    write("slides.typ", "Nothing.")
    write("references.bib", "")
    assert not from_check("references").found


def test_a_section_is_written_from_its_least_number_of_words_on(project: dict[str, Any]) -> None:
    write("report.typ", "= Problem <problem>\n" + "word " * 39)
    assert from_section("report#problem", 40).detail == "39 of at least 40 words"
    assert not from_section("report#problem", 40).found
    write("report.typ", "= Problem <problem>\n" + "word " * 40 + "#comparison-table()")
    assert from_section("report#problem", 40).found
    write("report.typ", "= Problem <problem>\n" + "資料" * 29)  # 58 characters say as much as 39 words
    assert not from_section("report#problem", 40).found
    write("report.typ", "= Problem <problem>\n" + "資料" * 30)
    assert from_section("report#problem", 40).found


def test_minutes_of_the_slides_are_added(project: dict[str, Any]) -> None:
    assert from_minutes(15).detail == "no slide says who speaks and for how long"
    write("slides.typ", '= One\n#speaker("A", minutes: 2)\n= Two\n#speaker("B", minutes: 1.5)\n')
    assert from_minutes(15).detail == "3.5 minutes on 2 slides"
    assert from_minutes(3.5).found
    assert not from_minutes(3).found


def test_pages_are_those_of_the_pdf_and_none_of_a_draft(project: dict[str, Any]) -> None:
    assert from_pages("report", 2).detail == "missing"
    project_copy.mini_report(Path(), "We write. #pagebreak() More.")
    deliver.main()
    assert from_pages("report", 3).found
    one = from_pages("report", 1)
    assert not one.found
    assert one.todo == "shorten it to 1 pages"
    project_copy.mini_report(Path(), "#unwritten[Write.]")
    assert not from_pages("report", 3).found
    Path("deliverables/report.pdf").write_bytes(b"no PDF")
    assert from_pages("report", 3).detail == "missing"


def test_an_ablation_is_a_method_of_its_family(project: dict[str, Any]) -> None:
    assert not from_check("ablation").found
    example_results.write(Path(), ablations=("small_ablation",))
    assert from_check("ablation").found


def test_a_plan_is_evidence_while_it_is_kept(project: dict[str, Any]) -> None:
    from lab.comparison import plan

    assert from_check("plan").detail == "none was sealed"
    entry: dict[str, Any] = {
        "plan": plan.done(read_params()),
        "sealed": "2026-11-01T00:00:00",
        "commit": None,
        "looks": 0,
    }
    whole = {"plans": [entry | {"digest": plan._digest(entry)}]}
    plan.write_json(plan.PLAN, whole)
    assert from_check("plan").found
    plan.write_json(plan.PLAN, {"plans": [whole["plans"][0] | {"looks": 3}]})
    assert not from_check("plan").found
    entry["plan"] = entry["plan"] | {"seeds": [7, 8, 9]}
    plan.write_json(plan.PLAN, {"plans": [entry | {"digest": plan._digest(entry)}]})
    assert from_check("plan").detail == "not as planned: seeds"
