"""What a run says of itself: whose it is, and which code made it."""

import json
import subprocess
from pathlib import Path

import pytest

from lab.runs import git_state, who
from lab.settings import read_project


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_run_before_the_first_commit_says_so(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert git_state() == {"git_commit": None, "git_dirty": True}
    git = ["git", "-c", "user.name=A", "-c", "user.email=a@b.c"]
    subprocess.run([*git, "init", "--quiet"], check=True)
    assert git_state() == {"git_commit": None, "git_dirty": True}
    Path("dvc.lock").write_text("1", encoding="utf-8")
    subprocess.run([*git, "add", "--all"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--no-gpg-sign", "--message", "Start"], check=True)
    assert len(git_state()["git_commit"] or "") == 40
    Path("dvc.lock").write_text("2", encoding="utf-8")  # DVC writes it while the pipeline runs
    assert not git_state()["git_dirty"]
    Path("src").mkdir()
    Path("src/new.py").write_text("", encoding="utf-8")
    assert git_state()["git_dirty"]


@pytest.mark.parametrize(
    ("email", "name", "expected"),
    [
        ("B@Example.edu", "whoever", "Second"),
        ("c@example.edu", "Third", "Third"),
        ("c@example.edu", "", "c@example.edu"),
        ("", "", "unknown"),
    ],
)
def test_a_run_is_of_who_ran_it(
    here: Path, monkeypatch: pytest.MonkeyPatch, email: str, name: str, expected: str
) -> None:
    members = [{"name": "First", "email": "a@example.edu"}, {"name": "Second", "email": "b@example.edu"}, {"name": "N"}]
    lines = [line for m in members for line in ("[[members]]", *(f"{key} = {json.dumps(m[key])}" for key in m))]
    head = 'title = "T"\nslug = "t"\ntask = "small"\nlanguage = "en"\n'
    Path("project.toml").write_text(head + "\n".join(lines), encoding="utf-8")
    read_project.cache_clear()
    config = here / "gitconfig"
    lines = [f"{key} = {value}" for key, value in (("name", name), ("email", email)) if value]
    config.write_text("\n".join(["[user]", *lines]), encoding="utf-8")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert who() == expected
    read_project.cache_clear()
