"""Projects stamped from this working tree, and commands run in them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import copier
import pytest

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as lab/__init__.py does; here PyTorch may be imported before it
ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "template"
TASKS = sorted(path.parent.name for path in TEMPLATE.glob("src/lab/tasks/*/task.yml"))


@pytest.fixture(autouse=True)
def no_project_of_another_test() -> None:
    """Its language would be spoken."""
    if settings := sys.modules.get("lab.settings"):
        settings.read_project.cache_clear()


@dataclass(frozen=True)
class Project:
    """A stamped project. Its commands run with the workshop's interpreter and packages, so none needs ``uv sync``."""

    path: Path

    def run(self, *command: str, timeout: float = 900, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the project; ``python`` and the programs beside it are the workshop's."""
        programs = Path(sys.executable).parent
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "GIT_"))}
        environment = inherited | {
            "PATH": os.pathsep.join([str(programs), os.environ["PATH"]]),
            "PYTHONPATH": str(self.path / "src"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        return subprocess.run(
            [shutil.which(command[0], path=environment["PATH"]) or command[0], *command[1:]],
            cwd=self.path,
            env=environment | variables,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=timeout,
        )

    def succeed(self, *command: str, **options: str) -> str:
        """Run a command that must end well; return what it prints."""
        done = self.run(*command, **options)  # type: ignore[arg-type]
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def fail(self, *command: str) -> str:
        """Run a command that must fail as a user's mistake does; return its one line on stderr.

        Above it may stand lines of the team's own code, indented, and nothing else.
        """
        done = self.run(*command)
        assert done.returncode != 0, f"{' '.join(command)} ended well\n{done.stdout}"
        lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("  ")]
        assert len(lines) == 1, done.stderr
        return lines[0]

    def write(self, path: str, old: str, new: str) -> None:
        """Replace the one occurrence of ``old`` in a file."""
        text = (self.path / path).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path}"
        (self.path / path).write_text(text.replace(old, new), encoding="utf-8", newline="\n")

    def commit(self, message: str = "Start") -> None:
        """Commit everything, as a repository of its own."""
        if not (self.path / ".git").exists():
            self.succeed("git", "init", "--quiet", "--initial-branch=main")
            self.succeed("git", "config", "user.name", "黃意婷")
            self.succeed("git", "config", "user.email", "yiting.huang@example.edu")
        self.succeed("git", "add", "--all")
        self.succeed("git", "commit", "--quiet", "--no-gpg-sign", "--no-verify", "--message", message)


Stamp = Callable[..., Project]


def committed_copy(folder: Path) -> Path:
    """Copy this working tree, without what Git ignores, into a Git repository with one release."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():  # a file that was deleted but not committed is still listed
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    repository = Project(folder)
    repository.commit()
    repository.succeed("git", "tag", "v0.1.0")
    return folder


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The template as teams find it: a Git repository with a tag."""
    return committed_copy(tmp_path_factory.mktemp("release"))


@pytest.fixture(scope="session")
def stamp(release: Path, tmp_path_factory: pytest.TempPathFactory) -> Stamp:
    """``stamp(title=…, task=…)``: a new project with these answers and defaults for the rest, without any trust."""

    def new_project(folder: Path | None = None, **answers: str) -> Project:
        path = folder or tmp_path_factory.mktemp("project") / "project"
        copier.run_copy(str(release), path, data=answers, defaults=True, quiet=True)
        return Project(path)

    return new_project


@pytest.fixture(scope="session")
def stamped(stamp: Stamp) -> dict[str, Project]:
    """A project of each task with default answers: for tests that only read."""
    return {task: stamp(task=task) for task in TASKS}


@pytest.fixture(scope="session")
def reproduced(stamp: Stamp, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default example after `dvc repro`. Tests that change something work on a copy."""
    from pipeline import quick_example

    project = quick_example(stamp, tmp_path_factory.mktemp("end to end") / "project")
    project.succeed("dvc", "repro")
    return project


@pytest.fixture
def copied(reproduced: Project, tmp_path: Path) -> Project:
    """A copy of ``reproduced``, to change."""
    return Project(Path(shutil.copytree(reproduced.path, tmp_path / "copy", symlinks=True)))
