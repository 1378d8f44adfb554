"""Killed trainings continue from their last checkpoint, and end as ones that nobody disturbed."""

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import yaml
from conftest import Project, Stamp

KILLS = 30
TRAIN = ("dvc", "repro", "--single-item", "train@novel")


@pytest.fixture
def project(stamp: Stamp, tmp_path: Path) -> Project:
    """A project whose data are ready and whose novel method takes some ten seconds to train."""
    project = stamp(tmp_path / "project", task="image_classification")
    project.write("params.yaml", "seeds: [0, 1, 2]", "seeds: [0]")
    project.write("params.yaml", "checkpoint_minutes: 5", "checkpoint_minutes: 0.01")
    project.commit()
    project.succeed("dvc", "repro", "split")
    return project


def start(project: Project, command: tuple[str, ...] = TRAIN) -> subprocess.Popen[bytes]:
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = os.environ | {"PATH": programs, "PYTHONPATH": str(project.path / "src")}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, cwd=project.path, env=environment, start_new_session=True, **quiet)  # type: ignore[call-overload]


def trainers(dvc: psutil.Process) -> list[psutil.Process]:
    found = []
    for child in dvc.children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it may end while it is looked at
            if "lab.stages.train" in " ".join(child.cmdline()):
                found.append(child)
    return found


def result(project: Project, method: str = "novel") -> dict[str, str]:
    folder = project.path / f"runs/{method}/0"
    names = ("history.csv", "predictions.parquet", "model.safetensors")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def assert_tracked(project: Project, finished_runs: int) -> None:
    """MLflow has so many runs, all finished; soon, for the process that follows a killed trainer has low priority."""
    seeds = "tags.seed != 'all'"  # a method is a run as well: the parent of its seeds
    runs = f'mlflow.search_runs(search_all_experiments=True, filter_string="{seeds}", output_format="list")'
    script = f"import mlflow; print(*[run.info.status for run in {runs}])"
    until = time.monotonic() + 60
    while (statuses := project.succeed("python", "-c", script).split()) != ["FINISHED"] * finished_runs:
        assert time.monotonic() < until, statuses


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_thirty_kills(project: Project) -> None:
    project.succeed(*TRAIN)
    expected, finished_runs = result(project), 1
    shutil.rmtree(project.path / "runs")
    chance = random.Random(0)
    kills = {"dvc": 0, "trainer": 0}
    while sum(kills.values()) < KILLS:
        dvc = psutil.Process(start(project).pid)
        alive = time.monotonic() + chance.uniform(2, 9)
        while time.monotonic() < alive and dvc.status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.05)
        if dvc.status() == psutil.STATUS_ZOMBIE:  # it was faster than the executioner
            assert dvc.wait() == 0
            assert result(project) == expected
            finished_runs += 1
            assert_tracked(project, finished_runs)
            shutil.rmtree(project.path / "runs")
            continue
        running = trainers(dvc)
        victim = chance.choice(["dvc", "trainer"]) if running else "dvc"
        kills[victim] += 1
        if victim == "dvc":
            dvc.kill()
            dvc.wait(60)  # until then its process number, and with it DVC's lock, is taken
            for orphan in running:
                second = project.run(*TRAIN)
                if orphan.is_running() and second.returncode:
                    assert f"is being trained by process {orphan.pid}" in second.stderr
                orphan.send_signal(signal.SIGKILL)
                orphan.wait(10)
        else:
            running[0].kill()
            dvc.wait(60)
    assert min(kills.values()) > 5, kills
    project.succeed(*TRAIN)
    assert result(project) == expected
    assert_tracked(project, finished_runs + 1)
    print(f"{kills}, {finished_runs + 1} runs finished")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
@pytest.mark.parametrize(
    ("task", "method", "epochs"),
    [
        pytest.param("image_generation", "gan", 2, id="two optimizers"),
        pytest.param("image_generation", "novel", 12, id="diffusion"),
        pytest.param("reinforcement_learning", "novel", 4, id="an agent"),
    ],
)
def test_killed_between_two_checkpoints(stamp: Stamp, tmp_path: Path, task: str, method: str, epochs: int) -> None:
    """Where training has more than one optimizer, or makes its own data by chance."""
    project = stamp(tmp_path / "project", task=task)
    path = project.path / "params.yaml"
    params = yaml.safe_load(path.read_text(encoding="utf-8"))
    params["methods"][method]["train"] = params["methods"][method].get("train", {}) | {"epochs": epochs}
    params["train"]["checkpoint_minutes"] = 0.01
    path.write_text(yaml.safe_dump(params, allow_unicode=True, sort_keys=False), encoding="utf-8")
    for stage in ("fingerprint", "collect", "validate", "split"):
        project.succeed("python", "-m", f"lab.stages.{stage}")
    train = ("python", "-m", "lab.stages.train", method, "--seed", "0")
    project.succeed(*train)
    expected = result(project, method)
    shutil.rmtree(project.path / "runs")
    chance, checkpoint = random.Random(0), project.path / f"runs/{method}/0/checkpoint.pt"
    for kill in range(4):
        before = checkpoint.stat().st_mtime_ns if checkpoint.is_file() else 0
        training = start(project, train)
        while not checkpoint.is_file() or checkpoint.stat().st_mtime_ns == before:
            assert training.poll() is None, f"it was over before kill {kill}"
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.5))
        training.kill()
        training.wait(60)
        record = json.loads((checkpoint.parent / "run.json").read_text(encoding="utf-8"))
        assert record["status"] == "running"
    project.succeed(*train)
    assert result(project, method) == expected
