"""examples/run.py: bad input is one line; the answers are those of a real stamp."""

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, TASKS, Stamp

SCRIPT = ROOT / "examples/run.py"
COMMITTED = ["report.pdf", "slides.pdf", "proposal.pdf", "comparison.json", "figures"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_every_task_has_an_example(stamp: Stamp) -> None:
    for task in TASKS:
        answers = yaml.safe_load((ROOT / f"examples/{task}/answers.yml").read_text(encoding="utf-8"))
        assert answers["task"] == task
        assert "—" in answers["title"]
        assert "'" in answers["title"]
        stamped = yaml.safe_load((stamp(**answers).path / ".copier-answers.yml").read_text(encoding="utf-8"))
        assert stamped.items() >= answers.items()


def test_unknown_task_is_one_line() -> None:
    done = run("no_such_task")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no_such_task" in done.stderr
    assert "image_classification" in done.stderr


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_destination_that_is_not_empty_is_left_alone(tmp_path: Path, kind: str) -> None:
    content = tmp_path / "notes.txt"
    content.write_text("mine", encoding="utf-8")
    done = run("--destination", str(tmp_path if kind == "folder" else content))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert content.read_text(encoding="utf-8") == "mine"


def test_results_of_the_default_example_are_committed_and_small() -> None:
    folder = ROOT / "examples/image_classification"
    assert [name for name in COMMITTED if not (folder / name).exists()] == []
    assert list((folder / "figures").glob("*.svg"))
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 2_000_000
