"""Several processes train as one does, stop together, go on where they stopped, and fail with one clear line."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import torch
from accelerate import Accelerator
from small_project import SmallProject
from torch import nn

import lab
from lab.contract import Method
from lab.errors import UserError
from lab.scaling.processes import Processes, together
from lab.train_settings import LaunchSettings
from lab.training.batches import shuffled

TWO = {"processes": 2}
APART = {"LAB_LAUNCHED": "1"}
"""Without MLflow, which is not what is tested here."""
SLOW = {"dropout": 0.5, "pause": 0.05}

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGTERM that a process can hear")


@pytest.fixture
def project(tmp_path: Path) -> SmallProject:
    return SmallProject(tmp_path / "a project 黃")


def wait_for(reached: Callable[[], object], seconds: float = 120) -> None:
    until = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_each_example_of_a_batch_goes_to_one_process() -> None:
    plan = shuffled(70, 16, seed=0, epoch=0)
    hardware = [cast(Accelerator, SimpleNamespace(process_index=rank, num_processes=4)) for rank in range(4)]
    every = [Processes(one, "ddp") for one in hardware]
    for rows, *shares in zip(plan, *[each.cut(plan) for each in every], strict=True):
        assert [len(share) for share in shares] == [4, 4, 4, 4]
        assert torch.equal(torch.cat(shares), rows)
    turns = [each.turns(10) for each in every]
    assert {len(own) for own in turns} == {3}
    assert sorted(number for own in turns for number in own)[:10] == list(range(10))


def test_training_starts_without_pytorchs_compiler(project: SmallProject) -> None:
    """Its import would take as long as PyTorch's own, in each of a pipeline's processes."""
    done = project.train(**APART, PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "torch.optim" in imported
    assert not imported & {"torch._dynamo", "torch._inductor", "mlflow"}


@pytest.mark.slow
@pytest.mark.parametrize(("method", "strategy"), [("baseline", "ddp"), ("own_step", "ddp"), ("baseline", "fsdp")])
def test_two_processes_make_the_steps_of_one(project: SmallProject, method: str, strategy: str) -> None:
    project.train(method, **APART)
    alone = project.numbers(method)
    project.run(method).rename(project.folder / "alone")
    project.set(launch=TWO | {"strategy": strategy}, train={"accumulate": 1 if method == "own_step" else 2})
    done = project.train(method, **APART)
    assert done.returncode == 0, done.stderr
    assert project.record(method)["status"] == "finished"
    assert project.numbers(method) == pytest.approx(alone, abs=1e-5)
    assert not list(project.run(method).glob("checkpoint.pt"))


@pytest.mark.slow
@on_posix
@pytest.mark.parametrize(("kind", "strategy"), [("SIGTERM", "ddp"), ("SIGKILL", "ddp"), ("SIGTERM", "fsdp")])
def test_a_stopped_run_of_two_processes_continues(project: SmallProject, kind: str, strategy: str) -> None:
    params = {"methods": {"baseline": SLOW}, "launch": TWO | {"strategy": strategy}, "train": {"epochs": 8}}
    project.set(**params)
    assert project.train(**APART).returncode == 0
    whole = project.numbers()
    project.run().rename(project.folder / "whole")
    with project.start(**APART) as launcher:
        wait_for(lambda: (project.run() / "history.csv").is_file())
        launcher.send_signal(getattr(signal, kind))
        if kind == "SIGTERM":
            _, complaint = launcher.communicate(timeout=60)
            assert launcher.returncode == 1
            assert complaint == "error: baseline: stopped; `uv run dvc repro` continues from there\n"
    wait_for(lambda: project.record()["status"] == "interrupted")  # its processes outlive a killed launcher, to save
    assert (project.run() / "checkpoint.pt").is_file()
    rows = len((project.run() / "history.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert rows < 8
    wait_for(lambda: not (project.folder / ".lab/baseline.0.holder").is_file())
    done = project.train(**APART)
    assert done.returncode == 0, done.stderr
    assert "not loaded" not in done.stdout
    assert project.numbers() == whole


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fail", "line"),
    [
        ("no good", "error: baseline, seed 0: src/lab/tasks/small/baseline.py, line 25, in loss: RuntimeError: no"),
        ("not enough memory", "error: baseline, seed 0: out of memory: set train.accumulate in params.yaml to 2"),
    ],
)
def test_what_fails_in_the_second_process_is_told_once(project: SmallProject, fail: str, line: str) -> None:
    project.set(methods={"baseline": {"fail": fail}}, launch=TWO)
    done = project.train(**APART)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith(line)
    assert done.stderr.count("error: ") == 1
    assert "Traceback" not in done.stderr
    assert project.record()["status"] == "failed"
    assert fail in project.record()["error"] or "out of memory" in project.record()["error"]


class Normed(Method):
    """With a batch norm inside."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))


def test_batch_norms_see_the_whole_batch_or_are_refused() -> None:
    modules = together(Normed(), torch.device("cuda")).modules()
    assert any(isinstance(module, nn.SyncBatchNorm) for module in modules)
    with pytest.raises(UserError, match=r"launch\.processes: Normed has batch norms.*set it to 1"):
        together(Normed(), torch.device("cpu"))


@pytest.mark.slow
def test_a_second_trainer_is_refused(project: SmallProject) -> None:
    project.set(methods={"baseline": SLOW}, launch=TWO, train={"epochs": 1000})
    with project.start() as first:
        wait_for(lambda: (project.run() / "history.csv").is_file())
        try:
            second = project.train()
            part = project.train(**APART)  # one that watches nothing, as in a Slurm job
        finally:
            first.terminate()
            first.communicate(timeout=120)
    assert (second.returncode, part.returncode) == (1, 1)
    assert second.stderr.startswith(f"error: runs/baseline is being trained by process {first.pid} on ")
    assert part.stderr.startswith("error: runs/baseline/0 is being trained by process ")
    assert part.stderr.count("\n") == second.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_batch_that_cannot_be_cut_is_named(project: SmallProject) -> None:
    project.set(launch=TWO, train={"batch_size": 15})
    done = project.train(**APART)
    assert done.stderr.startswith("error: baseline, seed 0: params.yaml: train.batch_size: 15 ")
    assert done.stderr.count("\n") == 1


def test_slurm_is_named_where_it_is_missing(project: SmallProject) -> None:
    project.set(launch={"slurm": {"partition": "gpu"}})
    done = project.train(PATH=str(project.folder))
    assert done.returncode == 1
    assert done.stderr.startswith("error: params.yaml: launch.slurm: there is no sbatch here")


def test_several_machines_need_slurm() -> None:
    with pytest.raises(ValueError, match="machines above 1 needs slurm"):
        LaunchSettings(machines=2)


@pytest.mark.parametrize("own", ["", "ACTIVE"])
def test_waiting_threads_sleep_unless_somebody_wants_them_to_spin(own: str) -> None:
    line = "import lab, os; print(os.environ['OMP_WAIT_POLICY'])"
    inherited = {name: value for name, value in os.environ.items() if name != "OMP_WAIT_POLICY"}
    chosen = {"OMP_WAIT_POLICY": own} if own else {}
    environment = inherited | chosen | {"PYTHONPATH": str(Path(lab.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", line], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == (own or "PASSIVE")
