"""How a run is set aside and found again, step by step: a kill between two steps loses nothing."""

import os
import shutil
from pathlib import Path

import pytest

from lab.kept_runs import MOST
from lab.runs import Run


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_run(fingerprint: str, status: str = "finished", seed: int = 0) -> Path:
    """A run of ``baseline`` in ``runs/``, as if it had been trained."""
    run = Run("baseline", seed)
    run.start(fingerprint, {})
    (run.folder / "model.safetensors").write_text(fingerprint, encoding="utf-8")
    if status != "finished":
        (run.folder / "checkpoint.pt").write_text(fingerprint, encoding="utf-8")
    run.update(status=status)
    return run.folder


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_kill_between_two_steps_loses_nothing(here: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Going back from B to A moves two folders, and a file of the team's own from one to the other."""
    before = content(write_run("a" * 64))
    after = content(write_run("b" * 64))
    own = Path("runs/baseline/0/mine.txt")
    own.write_text("x", encoding="utf-8")
    moved: list[Path] = []
    rename = Path.rename

    def until_killed(path: Path, target: Path) -> Path:
        if len(moved) == steps:
            raise KeyboardInterrupt
        moved.append(path)
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", until_killed)
    with pytest.raises(KeyboardInterrupt):
        Run("baseline", 0).restore("a" * 64)
    monkeypatch.undo()
    monkeypatch.chdir(here)
    for fingerprint, files in (("a" * 64, before), ("b" * 64, after), ("a" * 64, before)):
        run = Run("baseline", 0)
        assert run.is_known(fingerprint)
        run.restore(fingerprint)
        now = content(run.folder)
        assert {name: now[name] for name in ("model.safetensors", "run.json")} == files
    assert [path.read_text(encoding="utf-8") for path in here.rglob("mine.txt")] == ["x"]


def test_a_finished_run_is_preferred_and_the_oldest_go(here: Path) -> None:
    for number in range(MOST + 3):
        write_run(f"{number:064}"[::-1])
        for path in Path(".lab/runs/baseline/0").glob("*/run.json"):  # one second between any two
            os.utime(path, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns - 10**9))
    assert [Run("baseline", 0).is_known(f"{number:064}"[::-1]) for number in range(MOST + 3)] == [False] * 2 + [
        True
    ] * (MOST + 1)
    write_run("f" * 64, status="interrupted", seed=1)
    write_run("g" * 64, seed=1)
    shutil.move("runs/baseline/1", "finished")
    assert Run("baseline", 1).restore("f" * 64)
    shutil.move("finished", ".lab/runs/baseline/1/" + "f" * 16)
    record = Path(".lab/runs/baseline/1", "f" * 16, "run.json")
    record.write_text(record.read_text(encoding="utf-8").replace("g" * 64, "f" * 64), encoding="utf-8")
    assert Run("baseline", 1).restore("f" * 64)  # the finished one takes the place of the same, unfinished
    assert Run("baseline", 1).is_finished("f" * 64)
    Run("baseline", 1).start("h" * 64, {})
    assert Run("baseline", 1).restore("f" * 64)  # of the two that are kept now
    assert Run("baseline", 1).is_finished("f" * 64)


def test_a_failed_run_is_not_worth_keeping_but_what_is_the_teams_is(here: Path) -> None:
    folder = write_run("a" * 64, status="failed")
    (folder / "checkpoint.pt").unlink()
    (folder / ".model.safetensors.1.tmp").write_text("half", encoding="utf-8")
    (folder / "mine.txt").write_text("x", encoding="utf-8")
    Run("baseline", 0).start("b" * 64, {})
    assert set(content(folder)) == {"run.json", "mine.txt"}
    assert not list(here.glob(".lab/runs/*/*/*"))
