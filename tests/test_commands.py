"""What a team runs besides the pipeline: setup, doctor, hooks, its own tests."""

import re
import sys
import time
from pathlib import Path

import pytest
from conftest import TASKS, Project, Stamp

LAB = ("python", "-m", "lab.cli")
HOOKS = ("python", "-m", "lab.collaboration.git_hooks")


@pytest.fixture
def project(stamp: Stamp, tmp_path: Path) -> Project:
    return stamp(tmp_path / "a team's project", member_1_name="黃意婷", member_1_email="yiting.huang@example.edu")


def test_help_names_every_command_and_starts_fast(stamped: dict[str, Project]) -> None:
    project = next(iter(stamped.values()))
    started = time.perf_counter()
    said = project.succeed(*LAB, "--help")
    assert time.perf_counter() - started < 2  # torch alone takes two seconds
    for command in ("setup", "doctor", "merge", "rubric", "sync", "ui"):
        assert command in said


def test_doctor_says_what_is_missing_and_then_that_all_is_well(project: Project) -> None:
    done = project.run(*LAB, "doctor")
    assert done.returncode == 1
    assert "not a Git repository" in done.stdout
    assert "uv run lab setup" in done.stdout
    assert done.stderr.count("\n") == 1
    project.commit()
    said = project.succeed(*LAB, "doctor")
    assert "Git repository at commit" in said
    assert "commits by 黃意婷 <yiting.huang@example.edu>" in said
    assert "missing" not in said


def test_doctor_names_a_broken_setting(project: Project) -> None:
    project.commit()
    project.write("params.yaml", "batch_size:", "batchsize:")
    done = project.run(*LAB, "doctor")
    assert done.returncode == 1
    assert "batchsize" in done.stdout


def test_doctor_tells_an_email_that_no_member_has(project: Project) -> None:
    project.commit()
    project.succeed("git", "config", "user.email", "somebody@example.edu")
    said = project.succeed(*LAB, "doctor")
    assert "no member in project.toml has the email of your commits, somebody@example.edu" in said


def test_doctor_names_what_a_remote_needs(project: Project) -> None:
    project.commit()
    project.succeed("dvc", "remote", "add", "--default", "storage", "ssh://host/project")
    assert 'uv add "dvc[ssh]"' in project.succeed(*LAB, "doctor")
    project.succeed("dvc", "remote", "modify", "storage", "url", "gdrive://folder")
    assert "Google refuses" in project.succeed(*LAB, "doctor")


def test_doctor_tells_why_every_start_is_slow(project: Project, tmp_path: Path) -> None:
    project.commit()
    nothing_compiled = {"PYTHONPYCACHEPREFIX": str(tmp_path / "compiled")}
    assert "uv sync --compile-bytecode" in project.succeed(*LAB, "doctor", **nothing_compiled)
    assert "compile" not in project.succeed(*LAB, "doctor", **nothing_compiled, PYTHONDONTWRITEBYTECODE="")


def test_unknown_command_is_refused(stamped: dict[str, Project]) -> None:
    done = next(iter(stamped.values())).run(*LAB, "dance")
    assert done.returncode == 2
    assert "dance" in done.stderr


def test_commands_outside_a_project_say_so(project: Project, tmp_path: Path) -> None:
    (project.path / "project.toml").unlink()
    done = project.run(*LAB, "doctor")
    assert done.returncode == 1
    assert "there is no project.toml" in done.stdout


def test_repro_without_git_is_one_line_and_runs_nothing(project: Project) -> None:
    line = project.fail("dvc", "repro")
    assert "not a git repository" in line
    assert not (project.path / "data").exists()


def test_hooks_let_a_project_without_remote_or_results_work(project: Project) -> None:
    project.commit()
    assert "uv run dvc repro" in project.succeed(*HOOKS, "pre-commit")
    assert "dvc remote add" in project.succeed(*HOOKS, "pre-push")
    assert project.succeed(*HOOKS, "post-checkout", PRE_COMMIT_CHECKOUT_TYPE="1") == ""


def test_hook_pushes_to_a_remote_and_tells_when_it_cannot(project: Project, tmp_path: Path) -> None:
    (project.path / "dvc.yaml").write_text(MAKE, encoding="utf-8")
    (project.path / ".gitignore").write_text("/made.txt\n", encoding="utf-8")
    project.commit()
    project.succeed("dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    project.succeed("dvc", "repro")
    project.succeed(*HOOKS, "pre-push")
    assert [path for path in (tmp_path / "storage").rglob("*") if path.is_file()]
    assert project.succeed(*HOOKS, "pre-commit") == ""
    (project.path / "made.txt").unlink()
    project.succeed(*HOOKS, "post-checkout", PRE_COMMIT_CHECKOUT_TYPE="1")
    assert (project.path / "made.txt").read_text(encoding="utf-8") == "x"
    project.succeed("dvc", "remote", "modify", "storage", "url", "ssh://nobody@localhost:1/none")
    assert project.run(*HOOKS, "pre-push").returncode != 0


def test_hooks_pass_on_a_fresh_stamp_and_change_nothing(project: Project) -> None:
    """Their tools come from PyPI; DVC's own hook needs the project's environment and is tried above."""
    project.commit()
    command = ("uv", "tool", "run", "--from", "pre-commit>=4.4,<5", "pre-commit", "run", "--all-files")
    said = project.succeed(*command, SKIP="dvc-pre-commit")
    for hook in ("ruff check", "ruff format", "no file over 1 MB", "unsolved merge", "no secrets"):
        line = next(line for line in said.splitlines() if line.startswith(hook) or hook in line)
        assert line.endswith("Passed"), line
    assert project.succeed("git", "status", "--porcelain") == ""


def test_hooks_catch_what_they_are_for(project: Project) -> None:
    project.commit()
    (project.path / "keys.py").write_text('AWS = "AKIAIOSFODNN7EXAMPLF"\n', encoding="utf-8")
    (project.path / "big.bin").write_bytes(b"0" * 1_100_000)
    (project.path / "merge.md").write_text("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> x\n", encoding="utf-8")
    (project.path / "notebook.ipynb").write_text(NOTEBOOK, encoding="utf-8")
    project.succeed("git", "add", "--all")
    (project.path / ".git/MERGE_MSG").write_text("Merge branch 'x'\n", encoding="utf-8")
    head = project.succeed("git", "rev-parse", "HEAD")
    (project.path / ".git/MERGE_HEAD").write_text(head, encoding="utf-8")
    command = ("uv", "tool", "run", "--from", "pre-commit>=4.4,<5", "pre-commit", "run")
    done = project.run(*command, SKIP="dvc-pre-commit")
    failed = {re.split(r" \(|\.\.", line)[0] for line in done.stdout.splitlines() if line.endswith("Failed")}
    assert failed == {"nbstripout", "no file over 1 MB", "no marker of an unsolved merge", "no secrets"}, done.stdout
    assert '"outputs": []' in (project.path / "notebook.ipynb").read_text(encoding="utf-8")


def test_hooks_say_what_to_do_with_what_they_mended(project: Project) -> None:
    """A first commit with two usual faults: after one rejection and one `git add`, it passes."""
    project.succeed("git", "init", "--quiet", "--initial-branch=main")
    novel = project.path / "src/lab/tasks/image_classification/novel.py"
    text = novel.read_text(encoding="utf-8")
    novel.write_text(f"import os\n{text}\n\nx=  1\n", encoding="utf-8")
    project.succeed("git", "add", "--all")
    command = ("uv", "tool", "run", "--from", "pre-commit>=4.4,<5", "pre-commit", "run")
    done = project.run(*command, UV_PROJECT_ENVIRONMENT=sys.prefix)
    assert done.returncode == 1
    name = novel.relative_to(project.path).as_posix()
    assert f"the checks above changed {name}: `git add --all`, then `git commit` again" in done.stdout
    project.succeed("git", "add", "--all")
    assert "the checks above" not in project.succeed(*command, UV_PROJECT_ENVIRONMENT=sys.prefix)
    assert "import os" not in novel.read_text(encoding="utf-8")


def test_setup_tells_git_how_to_merge(project: Project) -> None:
    project.run(*LAB, "setup")  # what follows needs the web
    assert "python -m lab.collaboration.merge %O %A %B %P" in project.succeed("git", "config", "merge.lab.driver")
    for name in ("dvc.lock", "params.yaml"):
        assert "merge: lab" in project.succeed("git", "check-attr", "merge", name)


MAKE = """\
stages:
  make:
    cmd: python -c "from pathlib import Path; Path('made.txt').write_text('x')"
    outs: [made.txt]
"""
NOTEBOOK = """{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": 1,
   "id": "a1",
   "metadata": {},
   "outputs": [{"name": "stdout", "output_type": "stream", "text": ["1\\n"]}],
   "source": ["print(1)"]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 5
}
"""


@pytest.mark.parametrize(
    "task", [pytest.param(task, marks=[] if task == "image_classification" else pytest.mark.slow) for task in TASKS]
)
def test_a_stamped_projects_own_tests_pass(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = stamp(tmp_path / task, task=task)
    # What does not speak of the task is tested once, with the default one.
    own = () if task == "image_classification" else ("tests/test_contract.py", "tests/test_methods.py", "src/lab/tasks")
    said = project.succeed("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *own)
    assert " passed" in said
    assert (project.path / "records/tests.jsonl").is_file() == (not own)  # some of the tests are no evidence
    if own:
        return
    ask = ("python", "-c", "from lab.reporting.evidence import from_check; print(from_check('tests'))")
    assert " passed for this code" in project.succeed(*ask)
    project.write("params.yaml", "  batch_size: 64", "  batch_size: 65")
    assert "none of this code" in project.succeed(*ask)


@pytest.mark.gpu
@pytest.mark.parametrize("task", TASKS)
def test_a_stamped_project_trains_on_a_gpu(stamp: Stamp, tmp_path: Path, task: str) -> None:
    import torch  # two seconds, for whoever has this test run

    if not torch.cuda.is_available():
        pytest.skip("no CUDA device")
    project = stamp(tmp_path / task, task=task)
    said = project.succeed("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "gpu")
    assert " passed" in said
    assert "skipped" not in said
