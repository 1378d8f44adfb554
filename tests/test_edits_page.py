"""The page of the task that is there to be edited, followed word by word: it ends in another problem that works."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml
from conftest import TEMPLATE, Project, Stamp
from own_projects import STAGES, quickly, set_data, stages, written
from page_blocks import blocks, commanded

TASK = "custom"
ROOM = f"src/lab/tasks/{TASK}"
FIRST = "# The template's example. "


def edited(stamp: Stamp, folder: Path) -> Project:
    """A project after all that stands under "Put them here", up to the command that runs the tests."""
    project = stamp(folder, task=TASK)
    project.commit()
    page = (project.path / "own_data/README.md").read_text(encoding="utf-8")
    assert "no code changes" not in page
    command, settings, *edits = blocks(project)[:11]
    commanded(project, command[1])
    set_data(project, settings[1])
    for place, (kind, block) in enumerate(edits[:8], start=1):
        assert kind == "python"
        mark = f"# EDIT {place}: "
        assert block.startswith(mark)
        (path,) = [each for each in (project.path / ROOM).glob("*.py") if mark in each.read_text(encoding="utf-8")]
        assert f"`{path.name}`" in page
        text = path.read_text(encoding="utf-8")
        old = re.search(rf"(?ms)^{mark}.*?(?=^# EDIT |\Z)", text)
        assert old
        replaced = text.replace(old[0], block + ("" if text.endswith(old[0]) else "\n\n"))
        path.write_text(replaced, encoding="utf-8", newline="\n")
    assert "delete the first line of `problem.py` and of `novel.py`" in " ".join(page.split())
    for name in ("problem", "novel"):
        path = project.path / ROOM / f"{name}.py"
        first, rest = path.read_text(encoding="utf-8").split("\n", 1)
        assert first.startswith(FIRST)
        path.write_text(rest, encoding="utf-8", newline="\n")
    return project


def test_the_page_ends_in_another_problem(stamp: Stamp, tmp_path: Path) -> None:
    project = edited(stamp, tmp_path / "project")
    quickly(project, epochs=4, seeds="[0]")
    assert project.run("ruff", "check", "--no-cache", ROOM).stdout.startswith("All checks passed")
    assert "178 wines of 3 growers" in stages(project, *STAGES, "train novel")
    provenance = written(project, "data/raw/provenance.json")
    assert provenance["kind"] == "real"
    assert provenance["rows"] == 178
    (warning,) = written(project, "results/validation.json")["warnings"]  # the page's next part mends it
    assert warning["en"].startswith("licence and citation")
    assert written(project, "runs/novel/0/run.json")["status"] == "finished"


@pytest.mark.slow
def test_the_problem_of_the_page_goes_the_whole_way(stamp: Stamp, tmp_path: Path) -> None:
    project = edited(stamp, tmp_path / "project")
    assert " passed" in project.succeed("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", ROOM)
    project.succeed("ruff", "format", "--check", "--no-cache", ROOM)
    project.succeed("mypy", MYPY_CACHE_DIR=str(tmp_path / "mypy"))
    project.commit("Wines")
    for kind, block in blocks(project):
        if block.startswith(("uv run lab look", "uv run dvc repro")) and kind == "":
            commanded(project, block)
    found = written(project, "results/comparison.json")
    assert found["metrics"][0]["name"] == "accuracy"
    assert min(entry["metrics"]["accuracy"]["mean"] for entry in found["methods"].values()) > 90
    assert (project.path / "results/figures/confusion.svg").is_file()
    assert (project.path / "deliverables/report.pdf").is_file()


def test_the_problem_to_be_edited_is_small_and_every_place_is_marked() -> None:
    files = [TEMPLATE / ROOM / f"{name}.py" for name in ("problem", "baseline", "novel")]
    assert sum(map(lines_of_code, files)) < 80
    marks = re.findall(r"(?m)^# EDIT (\d): ", "".join(path.read_text(encoding="utf-8") for path in files))
    assert marks == list("1234567")
    meta = yaml.safe_load((TEMPLATE / ROOM / "task.yml").read_text(encoding="utf-8"))
    assert "synthetic" in meta["description"]


def lines_of_code(path: Path) -> int:
    """Without empty lines, comments and docstrings."""
    text, told = path.read_text(encoding="utf-8"), set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            told |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    lines = enumerate(text.splitlines(), start=1)
    return sum(bool(line.strip()) and not line.startswith("#") and number not in told for number, line in lines)
