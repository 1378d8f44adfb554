"""Evidence is found where it is, and named as missing where it is not; the template's own example is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import example_results
import project_copy
import pytest
from project_copy import edit

from lab.examples_left import MARK
from lab.reporting import project_tests
from lab.reporting.evidence import from_check, from_file
from lab.reporting.project_tests import keep_tests
from lab.settings import read_params


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.chdir(tmp_path)
    return project_copy.make(tmp_path, methods=example_results.METHODS, metrics=example_results.METRICS)


def test_evidence_is_found_where_it_is_and_missing_where_it_is_not(project: dict[str, Any]) -> None:
    present = {
        check: from_check(check) for check in ("provenance", "validation", "splits", "methods", "seeds", "costs")
    }
    present |= {check: from_check(check) for check in ("verdicts", "figures")}
    assert all(piece.found for piece in present.values()), present
    assert "synthetic data" in present["provenance"].detail
    assert "novel better (accuracy, p < 0.001); small_ablation not significant" in present["verdicts"].detail
    edit("results/validation.json", '"success": true', '"success": false')
    edit("data/raw/provenance.json", '"licence": "CC BY 4.0"', '"licence": " "')
    Path("results/figures/learning_curves.svg").unlink()
    Path("results/costs.json").unlink()
    missing = {check: from_check(check) for check in ("provenance", "validation", "figures", "costs")}
    assert not any(piece.found for piece in missing.values()), missing
    assert "uv run dvc repro" in missing["costs"].detail
    assert "licence" in missing["provenance"].detail
    assert from_file("documents/*.typ").found
    assert not from_file("documents/*.docx").found


def test_what_is_still_the_templates_example_is_no_evidence(project: dict[str, Any]) -> None:
    room = Path("src/lab/tasks/image_classification")
    for name in ("problem", "novel", "small_ablation"):
        (room / f"{name}.py").write_text(f"{MARK}Delete this line.\n", encoding="utf-8")
    for name in ("validation", "methods", "seeds", "verdicts"):
        assert "still the template's" in from_check(name).detail
        assert not from_check(name).found
    assert not from_file("src/lab/tasks/*/novel.py").found
    (room / "novel.py").write_text("our = 1\n", encoding="utf-8")  # one method of the team's own is enough
    assert from_file("src/lab/tasks/*/novel.py").found
    assert from_check("verdicts").found
    assert not from_check("validation").found
    edit("params.yaml", '"data": {}', '"data": {"source": "folder"}')
    read_params.cache_clear()
    assert from_check("validation").found


def test_tests_that_fail_and_tests_of_other_code_are_no_evidence(
    project: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "a"
    monkeypatch.setattr(project_tests, "of_project", lambda params: code)
    assert not from_check("tests").found
    keep_tests(60, 2)
    assert (from_check("tests").found, "2 of 60 failed" in from_check("tests").detail) == (False, True)
    keep_tests(61, 0)
    assert (from_check("tests").found, "all of 61 passed" in from_check("tests").detail) == (True, True)
    code = "b"
    assert (from_check("tests").found, "none of this code" in from_check("tests").detail) == (False, True)


def test_a_document_with_prompts_is_a_draft(project: dict[str, Any]) -> None:
    Path("deliverables").mkdir()
    Path("deliverables/report.pdf").write_bytes(b"%PDF-")
    assert "a draft" in from_file("deliverables/report.pdf").detail
    assert not from_file("deliverables/report.pdf").found
    Path("documents/report.typ").write_text("We wrote it.", encoding="utf-8")
    assert from_file("deliverables/report.pdf").found


def test_one_seed_or_one_method_is_no_evidence(project: dict[str, Any]) -> None:
    only = {"baseline": project["methods"]["baseline"]}
    Path("results/comparison.json").write_text(json.dumps(project | {"seeds": [0], "methods": only}), encoding="utf-8")
    assert not any(from_check(check).found for check in ("seeds", "methods", "verdicts"))


def test_several_methods_with_one_seed_are_no_evidence_of_a_difference(project: dict[str, Any]) -> None:
    example_results.write(Path(), seeds=(0,))
    assert from_check("verdicts").detail == "no verdict: one seed does not show what another would give"
    assert not from_check("verdicts").found
    assert "one allows no verdict" in from_check("seeds").detail


def test_differences_that_are_not_significant_count_once_they_are_discussed(project: dict[str, Any]) -> None:
    edit("results/comparison.json", '"better"', '"not significant"')
    report = Path("documents/report.typ")
    report.write_text("= Comparisons <comparisons>\n#unwritten[Discuss it.]", encoding="utf-8")
    assert not from_check("verdicts").found
    report.write_text("= Comparisons <comparisons>\nNo method differs from the baseline.", encoding="utf-8")
    assert from_check("verdicts").found
