"""The rubric: what a team wrote is counted, evidence is found or named as missing, and no points are ever given."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import example_results
import project_copy
import pytest

from lab.errors import UserError
from lab.reporting import rubric, rubric_formats
from lab.reporting.evidence import from_check, from_section
from lab.reporting.prose import read_section
from lab.words import speaker

SOURCE = """\
#import "theme.typ": *
#show: paper.with(kind: "Report") // set in type
#set page(
  margin: 2.5cm,
)
#let drawing(width) = [
  A drawing of 0.5
]
= Problem <problem>
#unwritten[Which question? See [1] and `code`.]

Our idea costs #value("novel", "accuracy") and 0.93 points @holm1979, see https://example.org.
== Detail
/* Not a
word. */ 我們的問題 is hard: 12.5% of it. #v(1.5em) #text(red)[Really hard.]
#heading(numbering: none)[Appendix] <appendix>
#result-figure("a.svg", caption: [Not counted.]) <figure-a>
= Empty <empty>
#comparison-table() <table>
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    return project_copy.make(tmp_path, methods=example_results.METHODS, metrics=example_results.METRICS)


def test_words_prompts_and_typed_numbers_of_a_section_are_counted() -> None:
    section = read_section(SOURCE, "problem")
    assert section is not None
    assert section.line == 9
    assert section.prompts == 1
    # Our idea costs and points see | five characters, which are four words, is hard of it Really hard
    assert section.words == 6 + 4 + 6
    assert section.numbers == [(12, "0.93"), (15, "12.5%")]
    for empty in ("appendix", "empty"):
        section = read_section(SOURCE, empty)
        assert section is not None
        assert (section.prompts, section.words, section.numbers) == (0, 0, [])
    assert read_section(SOURCE, "nowhere") is None
    whole = read_section(SOURCE)
    assert whole is not None
    assert (whole.line, whole.prompts, whole.words) == (1, 1, 16)


def test_a_section_is_written_when_no_prompt_is_left_and_some_text_stands_there(project: dict[str, Any]) -> None:
    path = Path("documents/report.typ")
    for text, found in (
        ("#unwritten[Say it.]", False),
        ("#unwritten[Say it.]\n\nWe said it.", False),
        ("", False),
        ("#comparison-table()", False),
        ("We said it.", True),
        ("我們寫了。", True),
    ):
        path.write_text(f"= Problem <problem>\n{text}\n= Next <next>\nMuch text.", encoding="utf-8")
        assert from_section("report#problem").found is found, text
    assert not from_section("report#nowhere").found
    path.unlink()
    assert not from_section("report").found


def test_citations_and_typed_numbers_are_read_from_the_documents(project: dict[str, Any]) -> None:
    for name in ("proposal", "report", "slides"):
        Path(f"documents/{name}.typ").write_text("= Problem <problem>\nNothing is cited.", encoding="utf-8")
    assert not from_check("citations").found
    assert from_check("typed_numbers").found
    Path("documents/report.typ").write_text("As @holm1979 says,\nit is 0.93.", encoding="utf-8")
    assert from_check("citations").detail == "1 cited: holm1979"
    assert from_check("typed_numbers").detail == "typed: 0.93 in report.typ, line 2"


def test_the_rubric_tells_evidence_and_never_points(
    project: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    rubric_formats.main()
    printed = capsys.readouterr().out
    report = rubric.look_up(rubric.read_rubric())
    assert report["points"] == sum(criterion["points"] for criterion in report["criteria"])
    keys = {key for criterion in report["criteria"] for key in criterion}
    assert keys == {"id", "title", "points", "pages", "evidence"}
    for criterion in report["criteria"]:
        assert f"{criterion['title']} ({criterion['points']:g} points)" in printed
        for piece in criterion["evidence"]:
            assert set(piece) == {"what", "found", "detail", "where", "todo", "pages"}
            assert f"{'[x]' if piece['found'] else '[ ]'} {piece['what']}: {piece['detail']}" in printed


@pytest.mark.parametrize("name", ["poster", "video"])
def test_every_course_finds_its_criteria(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path, rubric=name)
    report = rubric.look_up(rubric.read_rubric())
    assert report["points"] == {"poster": 35, "video": 100}[name]
    pieces = [piece for criterion in report["criteria"] for piece in criterion["evidence"]]
    assert not [piece for piece in pieces if "no heading has" in piece["detail"]]
    assert all(piece["todo"] for piece in pieces if not piece["found"])


def test_without_results_there_is_no_evidence_of_them(project: dict[str, Any]) -> None:
    for path in [*Path("results").rglob("*.*"), Path("data/raw/provenance.json")]:
        path.unlink()
    for check in ("provenance", "validation", "splits", "methods", "seeds", "verdicts", "costs", "figures"):
        piece = from_check(check)
        assert not piece.found
        assert "is missing: run `uv run dvc repro`" in piece.detail


OTHER = """
criteria:
  - id: code
    title: Code & tests | style
    points: 42.5
    evidence: [{file: documents/report.typ}, {check: methods}]
  - {id: talk, title: {de: Vortrag}, points: 10, evidence: [{section: slides}]}
"""


def test_another_course_brings_its_own_criteria(project: dict[str, Any]) -> None:
    Path("rubric.yml").write_text(OTHER, encoding="utf-8")
    report = rubric.look_up(rubric.read_rubric())
    assert report["points"] == 52.5
    assert [criterion["title"] for criterion in report["criteria"]] == ["Code & tests | style", "Vortrag"]
    assert [piece["found"] for piece in report["criteria"][0]["evidence"]] == [True, True]
    assert r"## Code & tests \| style (42.5 points): 2 of 2 found" in rubric_formats.as_text(
        report, speaker("en"), markdown=True
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("points: 10", "points: ten", "rubric.yml: criteria.1.points: Input should be a valid number"),
        ("points: 10", "points: 0", "criteria.1.points: Input should be greater than 0"),
        ("points: 10", "point: 10", "criteria.1.point"),
        ("check: methods", "check: method", "there is no check 'method': did you mean 'methods'?"),
        ("section: slides", "section: slide#a", "'slide#a' is in no document: did you mean 'slides'?"),
        (
            "check: methods",
            "check: methods, file: a",
            "one of section, file, check, pages and minutes is needed, and only one",
        ),
        ("id: talk", "id: code", "id 'code' appears twice"),
        ("criteria:", "criteria: [", "rubric.yml, line 3: while parsing"),
        (OTHER, "", "rubric.yml: is empty"),
        ("documents/report.typ", "/etc/passwd", "must be a path inside the project"),
    ],
)
def test_a_mistake_in_the_rubric_is_told_in_one_line(project: dict[str, Any], old: str, new: str, message: str) -> None:
    assert old in OTHER
    Path("rubric.yml").write_text(OTHER.replace(old, new), encoding="utf-8")
    with pytest.raises(UserError) as error:
        rubric.read_rubric()
    assert message in str(error.value)
    assert str(error.value).startswith("rubric.yml")
    assert "\n" not in str(error.value)
