"""The evidence for a terminal and for graders: tables in columns, JSON that they read, and never a point."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import example_results
import project_copy
import pytest

from lab.errors import UserError
from lab.reporting import rubric_formats
from lab.reporting.rubric import look_up, read_rubric
from lab.reporting.rubric_formats import as_text, gradescope
from lab.stages import deliver
from lab.words import speaker


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    return project_copy.make(tmp_path, methods=example_results.METHODS, metrics=example_results.METRICS)


def printed(form: str, capsys: pytest.CaptureFixture[str]) -> str:
    rubric_formats.main(form)
    return capsys.readouterr().out


def test_a_fresh_project_is_told_what_to_do_for_every_criterion(project: dict[str, Any]) -> None:
    for name in ("problem", "novel", "small_ablation"):
        path = Path(f"src/lab/tasks/image_classification/{name}.py")
        path.write_text("# The template's example. Delete this line.\n", encoding="utf-8")
    deliver.main()
    for criterion in look_up(read_rubric())["criteria"]:
        for piece in criterion["evidence"]:
            assert not piece["found"], piece
            assert piece["todo"], piece


def test_the_table_stands_in_columns(project: dict[str, Any]) -> None:
    deliver.main()
    for language in ("en", "zh-TW"):
        report = look_up(read_rubric())
        report["criteria"][0]["title"] = "問題 novel"
        table = as_text(report, speaker(language)).split("\n\n")[1].splitlines()
        assert len(table) == 1 + len(report["criteria"])
        starts = {sum(2 if ord(char) > 0x2E80 else 1 for char in line[: line.index("5  ")]) for line in table[1:]}
        assert len(starts) == 1


def test_gradescope_reads_evidence_without_points(project: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    results = json.loads(printed("gradescope", capsys))
    assert results["score"] == 0  # Gradescope wants one; the text says that it is none
    assert "gives no points" in results["output"]
    pieces = [piece for criterion in look_up(read_rubric())["criteria"] for piece in criterion["evidence"]]
    assert [case["status"] == "passed" for case in results["tests"]] == [piece["found"] for piece in pieces]
    for case in results["tests"]:
        assert set(case) == {"number", "name", "status", "output", "output_format", "extra_data"}
        assert "score" not in case


def test_classroom50_reads_evidence_without_points(
    project: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in rubric_formats.CLASSROOM:
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UserError, match=r"^CLASSROOM, ASSIGNMENT, SUBMISSION_TAG, COMMIT_URL, RELEASE_URL: not set"):
        printed("classroom50", capsys)
    for name in rubric_formats.CLASSROOM:
        monkeypatch.setenv(name, f"the {name}")
    result = json.loads(printed("classroom50", capsys))
    text = ("classroom", "assignment", "submission", "commit", "release", "review", "datetime")
    assert result.keys() == {"schema", *text, "score", "max-score", "tests"}
    assert result["schema"] == "classroom50/result/v1"
    assert all(isinstance(result[name], str) and result[name] for name in text)
    assert (result["score"], result["max-score"]) == (0, 0)
    for case in result["tests"]:
        assert set(case) == {"test-name", "passed", "score", "max-score"}
        assert (case["score"], case["max-score"]) == (0, 0)
        assert isinstance(case["passed"], bool)


def test_other_formats_are_those_that_deliver_writes(
    project: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    report = json.loads(printed("json", capsys))
    assert report == look_up(read_rubric())
    assert printed("markdown", capsys) == as_text(report, speaker("en"), markdown=True)
    assert 'href="deliverables/' not in printed("html", capsys)
    gradescope(report, speaker("zh-TW"))
    deliver.main()
    capsys.readouterr()
    assert 'href="deliverables/report.pdf"' in printed("html", capsys)


@pytest.mark.parametrize("stale", [True, False])
def test_stale_results_and_swapped_figures_fail_the_command(
    project: dict[str, Any], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, stale: bool
) -> None:
    Path("dvc.lock").write_text('{"stages": {}}', encoding="utf-8")
    monkeypatch.setattr(rubric_formats, "is_stale", lambda: stale)
    if not stale:
        rubric_formats.main()
        path = Path("results/comparison.json")
        compared = json.loads(path.read_text(encoding="utf-8"))
        compared["figure_digests"] = {"comparison.svg": "0" * 64}
        path.write_text(json.dumps(compared), encoding="utf-8")
    message = "results are not those of these files" if stale else "comparison.svg is not what compare drew"
    with pytest.raises(UserError, match=message):
        rubric_formats.main()
    assert "Criterion" in capsys.readouterr().out  # the evidence is told all the same
