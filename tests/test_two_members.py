"""Two members of a real project, with its hooks: each trains a method in a clone of her own, then one merges."""

import json
import sys
from pathlib import Path

import pytest
from conftest import Project, Stamp
from pipeline import ROOM, quick_example, result, stages_run

HOOKS = ("uv", "tool", "run", "--from", "pre-commit>=4.4,<5", "pre-commit", "install")


def do(member: Project, *command: str) -> str:
    """What a command says in all; Git's hooks find the workshop's packages."""
    done = member.run(*command, UV_PROJECT_ENVIRONMENT=sys.prefix)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def set_up(member: Project, name: str) -> None:
    """What `lab setup` does, with the workshop's packages."""
    member.succeed("git", "config", "user.name", name)
    member.succeed("git", "config", "user.email", f"{name}@example.edu")
    member.succeed("python", "-c", "from lab.collaboration.merge import install; install()")
    do(member, *HOOKS)


def add(member: Project, name: str, width: int) -> None:
    baseline = (member.path / ROOM / "baseline.py").read_text(encoding="utf-8")
    (member.path / ROOM / f"{name}.py").write_text(baseline, encoding="utf-8")
    member.write("params.yaml", "\ntune:", f"  {name}: {{ width: {width}, augment: 0.05 }} # of {name}\n\ntune:")
    said = do(member, "dvc", "repro")
    assert stages_run(said) == {"fingerprint", f"train@{name}", "compare", "deliver"}
    member.succeed("git", "add", "--all")
    do(member, "git", "commit", "--quiet", "--no-gpg-sign", "--message", f"Add {name}")


@pytest.mark.slow
def test_two_members_train_a_method_each_and_merge(stamp: Stamp, tmp_path: Path) -> None:
    a = quick_example(stamp, tmp_path / "a")
    a.succeed("dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    do(a, "dvc", "repro")
    a.commit("First results")
    a.succeed("git", "init", "--quiet", "--bare", "--initial-branch=main", str(tmp_path / "origin"))
    a.succeed("git", "remote", "add", "origin", str(tmp_path / "origin"))
    set_up(a, "a")
    do(a, "git", "push", "--quiet", "--set-upstream", "origin", "main")
    b = Project(tmp_path / "b")
    a.succeed("git", "clone", "--quiet", str(tmp_path / "origin"), str(b.path))
    set_up(b, "b")
    do(b, "dvc", "pull")
    assert stages_run(do(b, "dvc", "repro")) == set()

    add(a, "wide", 256)
    do(a, "git", "push", "--quiet")
    add(b, "deep", 32)
    do(b, "git", "pull", "--no-rebase", "--no-edit")
    for name in ("wide", "deep"):
        assert json.loads((b.path / f"runs/{name}/2/run.json").read_text(encoding="utf-8"))["status"] == "finished"
    assert stages_run(do(b, "dvc", "repro")) == {"fingerprint", "compare", "deliver"}
    assert set(json.loads(result(b, "comparison.json"))["methods"]) == {"baseline", "novel", "wide", "deep"}
    assert stages_run(do(b, "dvc", "repro")) == set()
    b.succeed("git", "add", "--all")
    do(b, "git", "commit", "--quiet", "--no-gpg-sign", "--message", "Compare all")
    do(b, "git", "push", "--quiet")

    do(a, "git", "pull", "--no-rebase")  # a's hook brings all that b made
    assert result(a, "comparison.json") == result(b, "comparison.json")
    assert stages_run(do(a, "dvc", "repro")) == set()
