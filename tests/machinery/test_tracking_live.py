"""MLflow follows live: real processes, real servers, and what happens when one of them dies."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tracked import (
    ABOUT,
    SOURCE,
    begin,
    curve,
    finish,
    free_port,
    rows,
    tracked,
    wait_for,
)

from lab.runs import Run, only_trainer
from lab.tracking import follower as follower_module
from lab.tracking.follower import Follower
from lab.tracking.server import tracking_uri
from lab.tracking.writer import MLflowWriter

pytest_plugins = ["tracked"]  # its fixtures


@pytest.mark.slow
def test_syncs_at_the_same_time_create_no_run_twice(project: Path) -> None:
    for seed in range(3):
        finish(begin(seed=seed), seconds=1.0 + seed)
    code = "from lab.tracking.sync import main; main()"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120)[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(run.data.tags["seed"] for run in tracked()) == ["0", "1", "2"]
    assert sum(int(re.findall(r"(\d+) runs created", line)[0]) for line in said) == 3


def test_sync_with_no_server_says_so_in_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(begin(), seconds=1.0)
    who = "user:hidden"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://{who}@127.0.0.1:{free_port()}")
    code = "from lab import errors; from lab.tracking import sync; errors.run(sync.main)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("error: MLflow at http://127.0.0.1:")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_the_follower_writes_while_training_runs_and_is_done_when_closed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with only_trainer(Path("runs/novel/0")), Follower(Path("runs/novel")):
        run = begin()
        run.write_history(rows(1))
        wait_for(lambda: tracked() and "train/loss" in tracked()[0].data.metrics)
        assert tracked()[0].info.status == "RUNNING"
        run.write_history(rows(2))
        wait_for(lambda: len(curve(tracked()[0], "train/loss")) == 2)
        finish(run, seconds=4.0, epochs=5)
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert len(curve(found, "train/loss")) == 5
    assert capfd.readouterr().err == ""


def test_what_the_machine_does_is_written_while_it_trains_and_left_alone_later(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_SYSTEM_METRICS_SAMPLING_INTERVAL", "1")
    folders = Path("runs/novel/0"), Path("runs/novel/1")
    with only_trainer(folders[0]), only_trainer(folders[1]), Follower(Path("runs/novel")):
        both = [begin(seed=seed) for seed in (0, 1)]
        both[0].write_history(rows(2))
        wait_for(
            lambda: [len(curve(one, "system/cpu_utilization_percentage")) >= 2 for one in tracked()] == [True, True]
        )
        for run in both:
            finish(run, seconds=4.0, epochs=5)
    found = next(run for run in tracked() if run.data.tags["seed"] == "0")
    measured = {name: value for name, value in found.data.metrics.items() if name.startswith("system/")}
    assert 0 <= measured["system/cpu_utilization_percentage"] <= 100
    assert 0 < measured["system/system_memory_usage_percentage"] < 100
    done = MLflowWriter(tracking_uri()).sync(Path("runs"))
    assert (done.created, done.updated, done.problems) == (0, 0, [])
    again = next(run for run in tracked() if run.info.run_id == found.info.run_id)
    assert measured.items() <= again.data.metrics.items()


def test_the_trainer_does_not_import_mlflow() -> None:
    code = "import sys, lab.tracking.follower; sys.exit('mlflow' in sys.modules or 'pydantic' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


def test_mlflow_reports_to_nobody(tmp_path: Path) -> None:
    # An MLflow that reports gives itself a number when imported. It reports no tests and no CI: it must see neither.
    plain = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    for imports, folders in (("mlflow.cli", 1), ("lab.tracking.ui, mlflow.cli", 0)):
        home = tmp_path / imports
        home.mkdir()
        environment = plain | {"PYTHONPATH": str(SOURCE), "XDG_CONFIG_HOME": str(home), "APPDATA": str(home)}
        subprocess.run([sys.executable, "-c", f"import {imports}"], env=environment, check=True)
        assert len(list(home.glob("mlflow"))) == folders


TRAINER = """
import signal, sys, time
from pathlib import Path
signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in a shell's background inherits deaf ears
from lab.runs import Run, only_trainer
from lab.tracking.follower import Follower
with only_trainer(Path("runs/novel/0")), Follower(Path("runs/novel")):
    run = Run("novel", 0)
    run.start("f", dict(parameters={}, data_digest="d", member="A", git_commit=None, git_dirty=False, versions={}))
    for epochs in range(1, 1000):
        run.write_history([{"epoch": e, "step": e, "train_loss": 1 / e} for e in range(1, epochs + 1)])
        time.sleep(0.1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
@pytest.mark.parametrize("early", [pytest.param(True, marks=pytest.mark.slow), False])
def test_a_killed_trainer_leaves_no_run_running_and_no_follower(project: Path, early: bool) -> None:
    trainer = subprocess.Popen([sys.executable, "-c", TRAINER])
    wait_for(Path("runs/novel/0/history.csv").exists)
    if not early:  # else the follower is still busy importing MLflow
        wait_for(lambda: tracked() and tracked()[0].info.status == "RUNNING")
    trainer.kill()
    trainer.wait()
    wait_for(lambda: tracked() and tracked()[0].info.status == "KILLED")
    with only_trainer(Path("runs/novel/0")), Follower(Path("runs/novel")):
        run = Run("novel", 0)
        run.start("f", ABOUT)
        finish(run, seconds=1.0)
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    wait_for(lambda: not followers(project))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not fork")
def test_workers_that_outlive_a_killed_trainer_delay_but_do_not_hide_its_end(project: Path) -> None:
    # As a data loader's workers do, a forked process inherits the lock and the pipe to the follower.
    fork = "    if epochs == 3 and not __import__('os').fork(): time.sleep(4); __import__('os')._exit(0)\n"
    trainer = subprocess.Popen(
        [sys.executable, "-c", TRAINER.replace("        time.sleep(0.1)", f"    {fork}        time.sleep(0.1)")]
    )
    wait_for(lambda: tracked() and tracked()[0].data.metrics.get("train/loss", 1) < 0.3)
    trainer.kill()
    trainer.wait()
    wait_for(lambda: tracked()[0].info.status == "KILLED")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to a group")
def test_ctrl_c_stops_the_trainer_and_the_follower_tells_mlflow(project: Path) -> None:
    trainer = subprocess.Popen([sys.executable, "-c", TRAINER], start_new_session=True, stderr=subprocess.DEVNULL)
    wait_for(lambda: tracked() and tracked()[0].info.status == "RUNNING")
    os.killpg(trainer.pid, signal.SIGINT)  # what a terminal does: the whole group receives it
    trainer.wait(60)
    wait_for(lambda: tracked()[0].info.status == "KILLED")


def followers(folder: Path) -> list[Any]:
    import psutil

    alive = psutil.process_iter(["cmdline", "cwd", "status"])
    return [one for one in alive if "lab.tracking" in (one.info["cmdline"] or []) and one.info["cwd"] == str(folder)]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGKILL")
def test_a_follower_that_dies_costs_one_line(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with Follower() as follower:
        assert follower.child
        follower.child.kill()
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert "uv run lab sync" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGSTOP")
def test_a_follower_that_gets_no_turn_is_replaced_at_the_end(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(follower_module, "BACKGROUND_SECONDS", 1.0)
    with only_trainer(Path("runs/novel/0")), Follower(Path("runs/novel")) as follower:
        assert follower.child
        os.kill(follower.child.pid, signal.SIGSTOP)
        finish(begin(), seconds=1.0)
    assert [run.info.status for run in tracked()] == ["FINISHED"]
    assert capfd.readouterr().err == ""
