"""Who did what: commits, lines and runs go to the member who made them, and a later commit changes no result."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import example_results
import project_copy
import pytest

from lab.reporting.evidence import from_check
from lab.reporting.team import Share, shares
from lab.runs import sealed
from lab.stages import deliver

HUANG, JORG = "Huang Yi-Ting", "Müller, Jörg"


def commit(name: str, email: str, **files: str) -> None:
    for path, text in files.items():
        Path(path.replace("__", "/")).write_text(text, encoding="utf-8")
    person = {"GIT_AUTHOR_NAME": name, "GIT_AUTHOR_EMAIL": email, "GIT_COMMITTER_NAME": "x", "GIT_COMMITTER_EMAIL": "x"}
    for words in (["add", "--all"], ["commit", "--quiet", "--no-verify", "-m", "x"]):
        subprocess.run(["git", *words], check=True, env=os.environ | person)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path, methods=example_results.METHODS, metrics=example_results.METRICS)
    subprocess.run(["git", "init", "--quiet"], check=True)
    commit(HUANG, "yt@example.org", params_notes="the template's")
    return tmp_path


def trained(method: str, seed: int, member: str) -> None:
    path = Path(f"runs/{method}/{seed}/run.json")
    record = json.loads(path.read_text(encoding="utf-8")) | {"member": member}
    record.pop("digest", None)
    path.write_text(json.dumps(sealed(record, path.parent)), encoding="utf-8")


def by_name(live: bool = True) -> dict[str, Share]:
    return {one.name: one for one in shares(live)}


def test_commits_and_lines_are_counted_by_email_and_without_the_template(project: Path) -> None:
    assert by_name()[HUANG] == Share(HUANG, True, runs=3, commits=1)  # params.yaml names one seed of three methods
    report = Path("documents/report.typ").read_text(encoding="utf-8")
    Path("documents/report.typ").write_text(report + "one\ntwo\n", encoding="utf-8")
    commit("yt on her laptop", "YT@example.org", documents__notes="three\n")
    commit(HUANG, "yt@example.org", uv_lock="many\n" * 500, documents__machinery__own="template\n")
    found = by_name()[HUANG]
    assert (found.commits, found.added, found.removed) == (3, 3, 0)


def test_mailmap_joins_addresses(project: Path) -> None:
    commit("jorg", "jorg@laptop", documents__notes="one\n")
    assert "jorg" in by_name()
    assert not by_name()["jorg"].member
    assert "not in project.toml: jorg" in from_check("members").detail
    Path(".mailmap").write_text(f"{JORG} <j@example.org> jorg <jorg@laptop>\n", encoding="utf-8")
    commit(JORG, "j@example.org")
    assert by_name()[JORG].commits == 2
    assert "jorg" not in by_name()
    trained("novel", 0, "jorg")  # a run that names who trained it as Git did
    assert (by_name()[HUANG].runs, by_name()[JORG].runs) == (2, 1)


def test_each_member_is_asked_for_and_a_later_commit_changes_no_result(project: Path) -> None:
    before = from_check("members", live=False)
    assert not before.found
    assert before.detail == f"{HUANG}: trained runs 3; {JORG}: trained runs 0"
    commit(JORG, "j@example.org", documents__notes="one\n")
    assert from_check("members", live=False) == before
    deliver.main()
    written = Path("results/rubric.json").read_bytes(), Path("deliverables/report.pdf").read_bytes()
    commit(JORG, "j@example.org", documents__more="two\n")
    deliver.main()
    assert (Path("results/rubric.json").read_bytes(), Path("deliverables/report.pdf").read_bytes()) == written
    Path("documents/more").unlink()
    Path("documents/notes").unlink()
    commit(JORG, "j@example.org")
    assert from_check("members").found
    assert f"{JORG}: trained runs 0, commits 3, lines +2 −2" in from_check("members").detail


def test_a_first_commit_without_files_is_a_commit(project: Path) -> None:
    shutil.rmtree(".git")
    subprocess.run(["git", "init", "--quiet"], check=True)
    person = {f"GIT_{who}_{what}": "yt@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    command = ["git", "commit", "--quiet", "--no-verify", "--allow-empty", "-m", "x"]
    subprocess.run(command, check=True, env=os.environ | person)
    assert by_name()[HUANG].commits == 1


def test_without_git_runs_alone_are_counted(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert by_name()[HUANG] == Share(HUANG, True, runs=3)
