"""`copier update` brings new machinery and leaves a team's work alone."""

import shutil
from pathlib import Path

import copier
import pytest
import yaml
from conftest import Project, committed_copy

TASK = "image_classification"
TEAM_FILES = [
    f"src/lab/tasks/{TASK}/novel.py",
    f"src/lab/tasks/{TASK}/problem.py",
    "params.yaml",
    "rubric.yml",
    "README.md",
    "documents/report.typ",
    "documents/references.bib",
]
MARK = "# the team was here\n"


@pytest.fixture
def updatable(tmp_path: Path) -> tuple[Path, Project]:
    """A template with a release, and a team's project stamped from it and edited since."""
    release = committed_copy(tmp_path / "release")
    given = {"title": "第一版 “v1” \\ {{ x }}", "member_1_name": "黃意婷", "member_1_email": "yiting.huang@example.edu"}
    copier.run_copy(str(release), tmp_path / "project", data=given, defaults=True, quiet=True)
    project = Project(tmp_path / "project")
    project.commit()
    for name in TEAM_FILES:
        path = project.path / name
        path.write_text(path.read_text(encoding="utf-8") + MARK, encoding="utf-8")
    project.write("project.toml", 'id = ""', 'id = "R14725001"')
    (project.path / f"src/lab/tasks/{TASK}/ablation.py").write_text(MARK, encoding="utf-8")
    project.commit("Our work")
    return release, project


def next_release(release: Path) -> None:
    """Change machinery and, upstream, every file that a team owns; tag it."""
    template = Project(release)
    for name in TEAM_FILES:
        jinja = release / "template" / f"{name}.jinja"
        path = jinja if jinja.exists() else release / "template" / name
        path.write_text("# upstream was here\n" + path.read_text(encoding="utf-8"), encoding="utf-8")
    with (release / "template/src/lab/files.py").open("a", encoding="utf-8") as stream:
        stream.write("\nNEW_MACHINERY = True\n")
    template.write("template/project.toml.jinja", "[deadlines]", "# upstream was here\n[deadlines]")
    template.commit("Better machinery")
    template.succeed("git", "tag", "v0.2.0")


def update(project: Project) -> None:
    copier.run_update(project.path, defaults=True, overwrite=True, quiet=True)


def test_a_teams_edits_stay_and_machinery_moves(updatable: tuple[Path, Project]) -> None:
    release, project = updatable
    before = {name: (project.path / name).read_text(encoding="utf-8") for name in TEAM_FILES}
    next_release(release)
    update(project)
    assert {name: (project.path / name).read_text(encoding="utf-8") for name in TEAM_FILES} == before
    assert (project.path / f"src/lab/tasks/{TASK}/ablation.py").read_text(encoding="utf-8") == MARK
    assert "NEW_MACHINERY" in (project.path / "src/lab/files.py").read_text(encoding="utf-8")
    toml = (project.path / "project.toml").read_text(encoding="utf-8")
    assert 'id = "R14725001"' in toml
    assert "# upstream was here" in toml
    assert "<<<<<<<" not in toml
    assert not list(project.path.rglob("*.rej"))


def test_a_poster_comes_when_it_is_asked_for_and_stays_the_teams(updatable: tuple[Path, Project]) -> None:
    release, project = updatable
    poster = project.path / "documents/poster.typ"
    assert not poster.exists()
    copier.run_update(project.path, data={"poster": True}, defaults=True, overwrite=True, quiet=True)
    assert "#show: poster" in poster.read_text(encoding="utf-8")
    poster.write_text(MARK, encoding="utf-8")
    project.commit("Our poster")
    next_release(release)
    update(project)
    assert poster.read_text(encoding="utf-8") == MARK


def test_answers_that_are_not_asked_survive(updatable: tuple[Path, Project]) -> None:
    release, project = updatable
    next_release(release)
    update(project)
    answers = yaml.safe_load((project.path / ".copier-answers.yml").read_text(encoding="utf-8"))
    assert answers["_commit"] == "v0.2.0"
    assert answers["member_1_email"] == "yiting.huang@example.edu"
    assert answers["title"] == "第一版 “v1” \\ {{ x }}"


def test_an_update_with_nothing_new_changes_nothing(updatable: tuple[Path, Project]) -> None:
    _, project = updatable
    update(project)
    assert project.succeed("git", "status", "--porcelain") == ""


def test_a_deleted_machinery_file_stays_deleted(updatable: tuple[Path, Project]) -> None:
    release, project = updatable
    shutil.rmtree(project.path / "tests")
    project.commit("We have tests elsewhere")
    next_release(release)
    update(project)
    assert not (project.path / "tests").exists()


def test_a_deleted_file_of_the_teams_room_stays_deleted(updatable: tuple[Path, Project]) -> None:
    release, project = updatable
    deleted = project.path / f"src/lab/tasks/{TASK}/digits.py"
    deleted.unlink()
    project.commit("We have data of our own")
    next_release(release)
    update(project)
    assert not deleted.exists()
    assert project.succeed("git", "status", "--porcelain", f"src/lab/tasks/{TASK}") == ""
