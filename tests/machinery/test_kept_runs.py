"""Nobody loses a training: it makes room for another only when that one starts, and comes back when it is asked for."""

import os
import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Literal

import pytest
import torch
from small_project import SmallProject

from lab.kept_runs import FILES, MOST
from lab.runs import Run

OTHER = {"baseline": {"dropout": 0.5}}


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    project = SmallProject(tmp_path / "a project 黃", train={"epochs": 2})
    # Nothing follows with MLflow, which takes seconds and is not what is tested here.
    (project.folder / "src/lab/tracking/__main__.py").write_text("", encoding="utf-8")
    return project


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def write_run(
    fingerprint: str, status: Literal["finished", "interrupted", "failed"] = "finished", seed: int = 0
) -> Path:
    """A run of ``baseline`` in ``runs/``, as if it had been trained."""
    run = Run("baseline", seed)
    run.start(fingerprint, {})
    (run.folder / "model.safetensors").write_text(fingerprint, encoding="utf-8")
    if status != "finished":
        (run.folder / "checkpoint.pt").write_text(fingerprint, encoding="utf-8")
    run.update(status=status)
    return run.folder


def test_going_back_restores_byte_for_byte_and_trains_nothing(project: SmallProject) -> None:
    assert project.train().returncode == 0
    before = content(project.run())
    project.set(methods=OTHER, train={"epochs": 2})
    done = project.train()
    assert done.returncode == 0, done.stderr
    assert "restored" not in done.stdout
    assert project.record()["parameters"]["dropout"] == 0.5
    other = content(project.run())
    project.set(train={"epochs": 2})
    done = project.train()
    assert "baseline, seed 0: restored: these settings" in done.stdout
    assert "epoch" not in done.stdout  # what a training prints
    assert content(project.run()) == before
    project.set(methods=OTHER, train={"epochs": 2})
    assert "epoch" not in project.train().stdout
    assert content(project.run()) == other


@pytest.mark.parametrize(
    ("mistake", "told"),
    [
        ({"methods": {"baseline": {"dropuot": 0.5}}}, "dropuot: unknown option"),
        ({"methods": {"baseline": {"dropout": 7.0}}}, "dropout probability has to be between 0 and 1"),
        ({"train": {"device": "cuda"}}, "no CUDA device is found here"),
    ],
)
def test_a_mistake_leaves_finished_runs_alone(project: SmallProject, mistake: dict, told: str) -> None:
    if "device" in str(mistake) and torch.cuda.is_available():
        pytest.skip("there is such a device")
    project.set(seeds=[0, 1], train={"epochs": 2})
    assert project.train().returncode == 0
    before = [content(project.run(seed=seed)) for seed in (0, 1)]
    project.set(**({"seeds": [0, 1], "train": {"epochs": 2}} | mistake))
    done = project.train()
    assert done.returncode == 1, done.stdout
    assert told in done.stderr
    assert [content(project.run(seed=seed)) for seed in (0, 1)] == before
    assert not (project.folder / ".lab/runs").exists()


def test_a_seed_that_is_left_out_comes_back(project: SmallProject) -> None:
    project.set(seeds=[0, 1], train={"epochs": 2})
    assert project.train().returncode == 0
    before = content(project.run(seed=1))
    project.set(seeds=[0], train={"epochs": 2})
    assert project.train().returncode == 0
    assert not project.run(seed=1).exists()
    project.set(seeds=[0, 1], train={"epochs": 2})
    done = project.train()
    assert "baseline, seed 1: restored" in done.stdout
    assert "epoch" not in done.stdout
    assert content(project.run(seed=1)) == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can hear")
def test_an_interrupted_run_goes_on_after_another_took_its_place(project: SmallProject) -> None:
    slow = {"baseline": {"dropout": 0.5, "pause": 0.03}}
    settings = {"methods": slow, "train": {"epochs": 8}}
    project.set(**settings)
    assert project.train().returncode == 0
    whole = project.numbers()
    shutil.rmtree(project.run())
    with project.start() as trainer:
        until = time.monotonic() + 60
        while not (project.run() / "history.csv").is_file():
            assert time.monotonic() < until
            time.sleep(0.05)
        trainer.send_signal(signal.SIGTERM)
        trainer.communicate(timeout=60)
    assert project.record()["status"] == "interrupted"
    key = project.record()["key"]
    project.set(train={"epochs": 2})
    assert project.train().returncode == 0
    project.set(**settings)
    done = project.train()
    assert done.returncode == 0, done.stderr
    assert "restored with its checkpoint" in done.stdout
    assert project.record()["key"] == key  # it is still the same run in MLflow
    assert project.numbers() == whole


def test_what_the_stage_did_not_write_is_left_alone(project: SmallProject) -> None:
    assert project.train().returncode == 0
    runs = project.folder / "runs/baseline"
    shutil.copytree(project.run(), runs / "0 (my backup)")
    shutil.copytree(project.run(), runs / "7")  # a copy of seed 0, under a number that is no seed
    (runs / "notes").mkdir()
    own = {runs / ".DS_Store", runs / "notes/a.txt", project.run() / "b.txt", runs / "8"}
    for path in own:
        path.write_text("mine", encoding="utf-8")
    (project.run() / "plots").mkdir()
    for settings in ({"methods": OTHER}, {}, {"seeds": [1]}):
        project.set(**settings, train={"epochs": 2})  # type: ignore[arg-type]
        done = project.train()
        assert done.returncode == 0, done.stderr
        assert {path.read_text(encoding="utf-8") for path in own} == {"mine"}
        assert (project.run() / "plots").is_dir()
        assert len(content(runs / "0 (my backup)")) == len(content(runs / "7")) == 4


def test_a_damaged_record_stops_nothing(project: SmallProject) -> None:
    assert project.train().returncode == 0
    (project.run() / "run.json").write_text("{", encoding="utf-8")
    done = project.train()
    assert done.returncode == 0, done.stderr
    assert project.record()["status"] == "finished"


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_kill_between_two_steps_loses_nothing(here: Path, monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """Going back from B to A moves two folders, and a file of the team's own from one to the other."""
    before = content(write_run("a" * 64))
    after = content(write_run("b" * 64))
    own = Path("runs/baseline/0/mine.txt")
    own.write_text("x", encoding="utf-8")
    rename = Path.rename
    moved: list[Path] = []

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
    known = [Run("baseline", 0).is_known(f"{number:064}"[::-1]) for number in range(MOST + 3)]
    assert known == [False] * 2 + [True] * (MOST + 1)
    write_run("f" * 64, status="interrupted", seed=1)
    write_run("g" * 64, seed=1)
    shutil.rmtree("runs/baseline/1")
    write_run("f" * 64, seed=1)
    write_run("h" * 64, seed=1)
    assert Run("baseline", 1).restore("f" * 64)  # of the two that are kept
    assert Run("baseline", 1).is_finished("f" * 64)


def test_a_failed_run_is_not_worth_keeping_but_what_is_the_teams_is(here: Path) -> None:
    folder = write_run("a" * 64, status="failed")
    (folder / "checkpoint.pt").unlink()
    (folder / ".model.safetensors.1.tmp").write_text("half", encoding="utf-8")
    (folder / "mine.txt").write_text("x", encoding="utf-8")
    Run("baseline", 0).start("b" * 64, {})
    assert set(content(folder)) == {"run.json", "mine.txt"}
    assert not list(here.glob(".lab/runs/*/*/*"))


def test_a_runs_files_are_all_known(project: SmallProject) -> None:
    """A new kind of file must stand in FILES, or it would be taken for somebody's own and left behind."""
    assert project.train().returncode == 0
    assert set(content(project.run())) == set(FILES) - {"checkpoint.pt"}
