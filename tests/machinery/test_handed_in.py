"""``hand_in/`` is what a grader reads: a copy there that is not what stands here is named."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import project_copy
import pytest
from small_project import SmallProject
from test_records import commit, git

from lab.comparison.ledger import note_look
from lab.paths import LOOKS
from lab.reporting.cards import comparison_table
from lab.reporting.hand_in import FILES, FOLDERS
from lab.verification.handed_in import faults_of_hand_in
from lab.verification.throwaway import throwaway
from lab.words import speaker


@pytest.fixture
def handed_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of results that are enough for this, as `lab hand-in` makes it."""
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path, "en")
    for folder in FOLDERS:
        folder.mkdir(parents=True, exist_ok=True)
    Path("deliverables/model_card.md").write_text("RMSE 1.2\n", encoding="utf-8")
    for path in FILES:
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text('{"value": 1}\n', encoding="utf-8")
    assert faults_of_hand_in() == []
    for path in (*FOLDERS, *FILES):
        copy = Path("hand_in") / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if path.is_dir() else shutil.copy2)(path, copy)
    compared = json.loads(Path("results/comparison.json").read_text(encoding="utf-8"))
    page = f"# T\n\n{comparison_table(speaker('en'), compared)}\n"
    Path("hand_in/README.md").write_text(page, encoding="utf-8")
    return tmp_path / "hand_in"


def test_copies_are_held_against_what_they_are_copies_of(handed_in: Path) -> None:
    assert faults_of_hand_in() == []
    card = handed_in / "deliverables/model_card.md"
    card.write_text("RMSE 0.2\n", encoding="utf-8")
    assert faults_of_hand_in() == ["hand_in/deliverables/model_card.md: line 1: 'RMSE 0.2', made again 'RMSE 1.2'"]
    card.unlink()
    assert faults_of_hand_in() == ["hand_in/deliverables/model_card.md is missing"]
    shutil.copy2("deliverables/model_card.md", card)
    (handed_in / "results/rubric.json").write_text('{"value": 2}\n', encoding="utf-8")
    assert faults_of_hand_in() == ["hand_in/results/rubric.json: value: 2, made again 1"]


def test_the_table_of_its_page_is_that_of_the_results(handed_in: Path) -> None:
    page = handed_in / "README.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("|", "| better ", 1), encoding="utf-8")
    assert faults_of_hand_in() == ["hand_in/README.md has another table than results/comparison.json gives"]


def test_in_the_copy_that_verify_makes_the_report_knows_of_lost_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the report made again would say nothing of them, and the honest one would be called another."""
    small = SmallProject(tmp_path)
    monkeypatch.chdir(small.folder)
    git("init", "--quiet")
    Path(".gitignore").write_text("/.lab/\n", encoding="utf-8")
    note_look(["a"], "error")
    commit("Look")
    LOOKS.write_text("", encoding="utf-8")
    probe = "import sys\n\nfrom lab.comparison.ledger import looks\n\nsys.exit(f'{looks().lost} lost')\n"
    Path("src/lab/stages/probe.py").write_text(probe, encoding="utf-8")
    with throwaway() as again:
        assert again.run("probe") == "1 lost"
