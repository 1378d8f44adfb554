"""Seeds that train at the same time end as those that train in turn, stop together, and fail with one line."""

import signal
import subprocess
from pathlib import Path

import psutil
import pytest
from small_project import PARAMS, SmallProject
from test_launch import SLOW, on_posix, wait_for

from lab.scaling import side_by_side
from lab.scaling.side_by_side import at_once
from lab.train_settings import LaunchSettings, TrainSettings

CALL = "from lab.errors import run; from lab.scaling.side_by_side import train_side_by_side as train"
CALL = f"{CALL}; run(lambda: train('baseline', [0, 1, 2], 3))"
"""The train stage without MLflow, which is not what is tested here."""


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return SmallProject(tmp_path / "a project 黃", seeds=[0, 1, 2])


def trained(project: SmallProject) -> subprocess.CompletedProcess[str]:
    """Train the three seeds to their end."""
    with project.begin(["-c", CALL]) as parent:
        said, complained = parent.communicate(timeout=200)
    return subprocess.CompletedProcess(CALL, parent.returncode, said, complained)


def holders(project: SmallProject) -> list[Path]:
    """What each trainer holds its run by."""
    return [project.folder / f".lab/baseline.{seed}.holder" for seed in (0, 1, 2)]


def test_they_end_as_those_that_train_one_after_the_other(project: SmallProject) -> None:
    project.set(seeds=[0, 1, 2], launch={"seeds_at_once": 1})
    assert project.train().returncode == 0
    alone = [project.numbers(seed=seed) for seed in (0, 1, 2)]
    (project.folder / "runs").rename(project.folder / "alone")
    project.set(seeds=[0, 1, 2], launch={"seeds_at_once": 2})  # one process has two of them
    done = project.train()
    assert (done.returncode, done.stderr) == (0, "")
    assert [project.numbers(seed=seed) for seed in (0, 1, 2)] == alone
    assert done.stdout.count(" for 3 seeds\n") == done.stdout.count("an epoch") == 1
    assert "3 are finished already" in project.train().stdout


@pytest.mark.slow
@on_posix
@pytest.mark.parametrize("kind", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_they_stop_together_and_continue(project: SmallProject, kind: str) -> None:
    project.set(seeds=[0, 1, 2], methods={"baseline": SLOW}, train={"epochs": 8})
    assert trained(project).returncode == 0
    whole = [project.numbers(seed=seed) for seed in (0, 1, 2)]
    (project.folder / "runs").rename(project.folder / "whole")
    with project.begin(["-c", CALL]) as parent:
        wait_for(lambda: all((project.run(seed=seed) / "history.csv").is_file() for seed in (0, 1, 2)))
        parent.send_signal(getattr(signal, kind))
        _, complaint = parent.communicate(timeout=200)
    if kind != "SIGKILL":
        assert complaint == "error: baseline: stopped; `uv run dvc repro` continues from there\n"
    wait_for(lambda: not any(path.is_file() for path in holders(project)), seconds=20)  # also with nobody to stop them
    for seed in (0, 1, 2):
        assert project.record(seed=seed)["status"] == "interrupted"
        assert (project.run(seed=seed) / "checkpoint.pt").is_file()
    assert trained(project).returncode == 0
    assert [project.numbers(seed=seed) for seed in (0, 1, 2)] == whole


def test_a_mistake_that_all_make_is_told_once(project: SmallProject) -> None:
    baseline = project.folder / "src/lab/tasks/small/baseline.py"
    everywhere = baseline.read_text(encoding="utf-8").replace('os.environ.get("RANK", "0") == "1"', "True")
    baseline.write_text(everywhere, encoding="utf-8")
    project.set(seeds=[0, 1, 2], methods={"baseline": {"fail": "no good"}})
    done = trained(project)
    assert done.returncode == 1
    assert done.stderr.count("error: ") == 1
    assert "RuntimeError: no good" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert not [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == str(project.folder)]


@pytest.mark.slow
@on_posix
def test_a_process_that_the_system_ends_is_named_and_the_others_keep_what_they_have(project: SmallProject) -> None:
    project.set(seeds=[0, 1, 2], methods={"baseline": SLOW}, train={"epochs": 1000})
    with project.begin(["-c", CALL]) as parent:
        wait_for(lambda: all((project.run(seed=seed) / "history.csv").is_file() for seed in (0, 1, 2)))
        victim = next(one for one in psutil.Process(parent.pid).children() if one.cmdline()[-1] == "1")
        victim.kill()
        _, complaint = parent.communicate(timeout=200)
    text = "baseline, seed 1: its process ended with exit code -9: if memory was short, set launch.seeds_at_once"
    assert complaint.startswith(f"error: {text}")
    assert complaint.count("\n") == 1
    assert [project.record(seed=seed)["status"] for seed in (0, 1, 2)] == ["interrupted", "failed", "interrupted"]
    assert text in project.record(seed=1)["error"]


@pytest.mark.parametrize(
    ("seeds", "processors", "threads", "device", "gpu", "gigabytes", "number"),
    [
        (3, 2, 1, "auto", False, 8, 3),  # the third fills what is left of two processors
        (10, 2, 1, "cpu", True, 8, 3),
        (3, 1, 1, "cpu", False, 8, 1),
        (1, 8, 1, "cpu", False, 8, 1),
        (3, 8, 4, "cpu", False, 8, 3),
        (3, 8, 8, "cpu", False, 8, 1),
        (3, 8, 1, "auto", True, 8, 1),
        (3, 8, 1, "cuda", False, 8, 1),
        (3, 8, 1, "cpu", False, 4.2, 2),  # 2 gigabytes each
        (3, 8, 1, "cpu", False, 1, 1),
    ],
)
def test_auto_is_what_processors_and_memory_have_room_for(
    project: SmallProject,
    monkeypatch: pytest.MonkeyPatch,
    seeds: int,
    processors: int,
    threads: int,
    device: str,
    gpu: bool,
    gigabytes: float,
    number: int,
) -> None:
    monkeypatch.chdir(project.folder)
    project.write("data/raw/provenance.json", {"bytes": 100_000_000})
    monkeypatch.setattr(side_by_side, "processors", lambda: processors)
    monkeypatch.setattr(side_by_side, "may_have_gpu", lambda: gpu)
    memory = type("Memory", (), {"available": int(gigabytes * 1e9)})
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    settings = TrainSettings.model_validate(PARAMS["train"] | {"threads": threads, "device": device})
    assert at_once(seeds, settings, LaunchSettings()) == number
    assert at_once(5, settings, LaunchSettings(seeds_at_once=4)) == 4
