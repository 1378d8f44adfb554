"""What the README promises, with nothing but uv: minutes each, and packages are installed anew."""

import os
import subprocess
from pathlib import Path

import pytest
from conftest import ROOT, Project

pytestmark = pytest.mark.slow


def alone(*command: str, cwd: Path) -> str:
    """Run a command as a user does, with nothing of the workshop's environment."""
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def test_a_stamp_by_copier_alone_works_and_leaves_git_clean(release: Path, tmp_path: Path) -> None:
    alone("uv", "tool", "run", "copier", "copy", "--defaults", str(release), str(tmp_path / "project"), cwd=tmp_path)
    project = Project(tmp_path / "project")
    project.commit()
    alone("uv", "run", "dvc", "repro", cwd=project.path)
    project.commit("dvc.lock")
    alone("uv", "run", "pytest", cwd=project.path)
    alone("uv", "run", "pre-commit", "run", "--all-files", cwd=project.path)
    alone("uv", "run", "lab", "rubric", cwd=project.path)
    assert project.succeed("git", "status", "--porcelain") == ""


def test_the_example_script_ends_with_documents(tmp_path: Path) -> None:
    said = alone("uv", "run", "examples/run.py", "--destination", str(tmp_path / "example"), cwd=ROOT)
    told = dict(line.split(maxsplit=1) for line in said.splitlines()[-5:])
    assert list(told) == ["report", "slides", "proposal", "comparison", "figures"]
    assert [path for path in told.values() if not Path(path).is_absolute() or not Path(path).exists()] == []
