"""Nobody loses a training: it makes room for another only when that one starts, and comes back when it is asked for."""

import shutil
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from small_project import SmallProject

from lab.kept_runs import FILES

WIDE: dict[str, Any] = {"baseline": {}}
OTHER: dict[str, Any] = {"baseline": {"dropout": 0.5}}


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    project = SmallProject(tmp_path / "a project 黃", train={"epochs": 2})
    # Nothing follows with MLflow, which takes seconds and is not what is tested here.
    (project.folder / "src/lab/tracking/__main__.py").write_text("", encoding="utf-8")
    return project


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


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
        ({"methods": {"baseline": {"dropuot": 0.5}}}, "dropuot: unknown option: did you mean 'dropout'"),
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
    assert "restored as far as it had come" in done.stdout
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


def test_a_runs_files_are_all_known(project: SmallProject) -> None:
    """A new kind of file must stand in FILES, or it would be taken for somebody's own and left behind."""
    assert project.train().returncode == 0
    assert set(content(project.run())) == set(FILES) - {"checkpoint.pt"}
