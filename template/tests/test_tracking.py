"""Tracking: a real MLflow, in SQLite and behind a real server, follows real files."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run as MLflowRun
from mlflow.entities import ViewType

import lab
from lab import tracking
from lab.errors import UserError
from lab.files import write_json
from lab.runs import Run, only_trainer
from lab.settings import read_project
from lab.tracking.writer import MLflowWriter, Summary

SOURCE = Path(lab.__file__).parents[1]

ABOUT = {
    "parameters": {"epochs": 3, "learning_rate": 0.1, "width": 64},
    "data_digest": "d" * 64,
    "member": "黃意婷 O'Brien",
    "git_commit": "c" * 40,
    "git_dirty": True,
    "versions": {"python": "3.11", "torch": "2.15"},
}


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """MLflow takes seconds to set up its tables: once is enough."""
    path = tmp_path_factory.mktemp("store") / "mlflow.db"
    MlflowClient(f"sqlite:///{path.as_posix()}").search_experiments()
    return path


@pytest.fixture
def project(tmp_path: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project folder with a difficult name, MLflow's default store, and no runs."""
    folder = tmp_path / "O'Brien 專題 #1 100%"
    folder.mkdir()
    shutil.copy(empty_store, folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))  # for the processes that are started
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    member = '[[members]]\nname = "A"\n'
    text = f'title = "T"\nslug = "deep-chess"\ntask = "custom"\nlanguage = "en"\n{member}'
    (folder / "project.toml").write_text(text, encoding="utf-8")
    read_project.cache_clear()
    yield folder
    read_project.cache_clear()


def rows(epochs: int, bias: float = 0.0) -> list[dict[str, float]]:
    return [
        {"epoch": e, "step": 10 * e, "train_loss": 1 / e + bias, "learning_rate": 0.1} for e in range(1, epochs + 1)
    ]


def begin(method: str = "novel", seed: int = 0, fingerprint: str = "f") -> Run:
    run = Run(method, seed)
    run.start(fingerprint, ABOUT)
    return run


def finish(run: Run, seconds: float, epochs: int = 3) -> Run:
    run.write_history(rows(epochs))
    (run.folder / "model.safetensors").write_bytes(f"{run.record['method']} {seconds}".encode())
    run.update(status="finished", finished="2027-01-01T00:01:00.000+00:00", seconds=seconds, parameter_count=7)
    return run


def write_comparison(values: dict[str, float], champion: str = "novel") -> None:
    """The results of ``compare`` for seed 0 of each method, as it writes them."""
    methods = {m: {"metrics": {"accuracy (%)": {"values": {"0": value}}}} for m, value in values.items()}
    write_json(Path("results/comparison.json"), {"champion": champion, "seeds": [0], "methods": methods})
    seconds = {m: {"seconds": [json.loads(Path(f"runs/{m}/0/run.json").read_text("utf-8"))["seconds"]]} for m in values}
    write_json(Path("results/costs.json"), {"methods": seconds})


def default() -> str:
    """The default store, named so that MLflow does not take one test's for another's."""
    return f"sqlite:///{Path.cwd().as_posix()}/mlflow.db"


def sync() -> Summary:
    return MLflowWriter(default()).sync(Path("runs"))


def client(uri: str | None = None) -> MlflowClient:
    return MlflowClient(uri or default())


def tracked(uri: str | None = None) -> list[MLflowRun]:
    """All runs of the project's experiment, deleted ones too."""
    experiment = client(uri).get_experiment_by_name("deep-chess")
    return list(client(uri).search_runs([experiment.experiment_id], "", ViewType.ALL)) if experiment else []


def curve(run: MLflowRun, name: str, uri: str | None = None) -> list[tuple[int, float]]:
    return [(one.step, one.value) for one in client(uri).get_metric_history(run.info.run_id, name)]


def counts(summary: Summary) -> tuple[int, int, int]:
    assert summary.problems == []
    return summary.created, summary.updated, summary.unchanged


def wait_for(condition: Callable[[], Any], seconds: float = 300) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.2)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def server(port: int) -> Iterator[str]:
    """`mlflow ui` in the current folder, with the store that it finds there."""
    # No flag; a port of its own lets tests run side by side, and four workers take four times as long to start.
    environment = os.environ | {"MLFLOW_PORT": str(port), "MLFLOW_WORKERS": "1"}
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-m", "mlflow", "ui"]
    with Path("server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)

    def answers() -> bool:
        assert process.poll() is None, Path("server.log").read_text(encoding="utf-8")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_for(answers)
        yield f"http://127.0.0.1:{port}"
    finally:
        stop(process)


def stop(process: subprocess.Popen) -> None:
    """End a process and its own children."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True)
    process.wait()


def test_sync_writes_all_of_a_run(project: Path) -> None:
    run = finish(begin(), seconds=12.5)
    assert counts(sync()) == (1, 0, 0)
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert found.info.end_time == 1798761660000
    assert found.data.params == {"epochs": "3", "learning_rate": "0.1", "width": "64"}
    tags = {
        "lab.key": run.record["key"],
        "method": "novel",
        "seed": "0",
        "member": "黃意婷 O'Brien",
        "git_dirty": "true",
    }
    tags |= {"git_commit": "c" * 40, "mlflow.source.git.commit": "c" * 40, "fingerprint": "f", "data_digest": "d" * 64}
    tags |= {"mlflow.user": "黃意婷 O'Brien", "mlflow.runName": "novel, seed 0"}
    assert tags.items() <= found.data.tags.items()
    assert curve(found, "train_loss") == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert found.data.metrics["seconds"] == 12.5
    assert found.inputs
    assert found.inputs.dataset_inputs[0].dataset.digest == "d" * 36


def test_a_second_sync_changes_nothing(project: Path) -> None:
    for method in ("baseline", "novel"):
        finish(begin(method), seconds=1.5)
    write_comparison({"baseline": 0.5, "novel": 0.75})
    assert counts(sync()) == (2, 0, 0)
    before = [(run.to_dictionary(), curve(run, "train_loss")) for run in tracked()]
    assert counts(sync()) == (0, 0, 2)
    assert [(run.to_dictionary(), curve(run, "train_loss")) for run in tracked()] == before


def test_a_running_run_grows_by_what_is_new(project: Path) -> None:
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        run.write_history(rows(2))
        assert counts(sync()) == (1, 0, 0)
        assert tracked()[0].info.status == "RUNNING"
        run.write_history(rows(4))
        assert counts(sync()) == (0, 1, 0)
        assert curve(tracked()[0], "train_loss") == [(1, 1.0), (2, 0.5), (3, 1 / 3), (4, 0.25)]
        finish(run, seconds=3.0, epochs=4)
        sync()
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert len(curve(found, "train_loss")) == 4


def test_times_rise_from_start_to_end(project: Path) -> None:
    run = begin()
    run.update(started="2027-01-01T00:00:00.000+00:00")
    finish(run, seconds=60.0)
    sync()
    history = client().get_metric_history(tracked()[0].info.run_id, "train_loss")
    times = [one.timestamp - 1798761600000 for one in history]
    assert times == [15000, 30000, 45000]  # the fourth quarter belongs to what is known at the end


def test_more_points_than_one_call_takes(project: Path) -> None:
    finish(begin(), seconds=1.0, epochs=1200)
    sync()
    assert curve(tracked()[0], "train_loss") == [(e, 1 / e) for e in range(1, 1201)]


def test_values_that_are_no_numbers_and_names_that_mlflow_refuses(project: Path) -> None:
    run = begin()
    run.write_history([{"epoch": 1, "step": 1, "train_α/β (x)": float("nan"), "validation_loss": float("inf")}])
    run.update(status="failed", error="loss is not finite", finished="2027-01-01T00:01:00.000+00:00")
    assert counts(sync()) == (1, 0, 0)
    (found,) = tracked()
    assert str(found.data.metrics["train_α_β _x_"]) == "nan"
    assert found.data.metrics["validation_loss"] == sys.float_info.max
    assert (found.info.status, found.data.tags["error"]) == ("FAILED", "loss is not finite")
    assert counts(sync()) == (0, 0, 1)
    with only_trainer(Path("runs/novel/0")):
        begin()  # goes on with the same run
        sync()
        (found,) = tracked()
        assert found.info.status == "RUNNING"
        assert "error" not in found.data.tags


def test_a_run_whose_trainer_is_gone_is_killed_and_goes_on_as_the_same(project: Path) -> None:
    begin().write_history(rows(2))
    sync()
    assert tracked()[0].info.status == "KILLED"
    with only_trainer(Path("runs/novel/0")):
        finish(begin(), seconds=2.0)
    sync()
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert len(curve(found, "train_loss")) == 3


def test_what_a_continued_run_computed_otherwise_replaces_what_was_there(project: Path) -> None:
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        run.write_history(rows(3))
        sync()
        run.write_history([*rows(1), *rows(4, bias=0.5)[1:]])
        sync()
    found = dict(curve(tracked()[0], "train_loss"))
    assert found == {1: 1.0, 2: 1.0, 3: 1 / 3 + 0.5, 4: 0.75}
    assert tracked()[0].data.metrics["train_loss"] == 0.75


def test_two_writers_that_take_turns_write_each_point_once(project: Path) -> None:
    follower, other = (MLflowWriter(default()) for _ in range(2))
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        for epochs, writer in enumerate((follower, other, follower, follower, other), 1):
            run.write_history(rows(epochs))
            writer.sync(Path("runs"))
    assert [step for step, _ in curve(tracked()[0], "train_loss")] == [1, 2, 3, 4, 5]
    follower.sync(Path("runs"))  # sees that the trainer is gone
    with only_trainer(Path("runs/novel/0")):
        begin()
        other.sync(Path("runs"))
        assert tracked()[0].info.status == "RUNNING"


def test_a_run_that_another_replaced_does_not_stay_running(project: Path) -> None:
    with only_trainer(Path("runs/novel/0")):
        begin(fingerprint="old")
        sync()
        begin(fingerprint="new")
        sync()
    assert {run.data.tags["fingerprint"]: run.info.status for run in tracked()} == {
        "old": "KILLED",
        "new": "KILLED",
    } | {"new": "RUNNING"}


def test_test_metrics_are_those_of_the_comparison_and_change_with_it(project: Path) -> None:
    first = finish(begin(), seconds=1.25)
    write_comparison({"novel": 0.5})
    sync()
    assert tracked()[0].data.metrics["test_accuracy ___"] == 0.5
    write_comparison({"novel": 0.25})
    assert counts(sync()) == (0, 1, 0)
    assert tracked()[0].data.metrics["test_accuracy ___"] == 0.25
    # A new run of this method and seed: the comparison does not speak of it.
    second = finish(begin(fingerprint="new"), seconds=1.5)
    sync()
    metrics = {run.data.tags["lab.key"]: run.data.metrics for run in tracked()}
    assert metrics[first.record["key"]]["test_accuracy ___"] == 0.25
    assert "test_accuracy ___" not in metrics[second.record["key"]]


def test_the_champion_is_registered_once_for_the_same_weights(project: Path) -> None:
    finish(begin("baseline"), seconds=1.0)
    finish(begin("novel"), seconds=2.0)
    write_comparison({"baseline": 0.5, "novel": 0.75})
    for _ in range(2):
        sync()
        champion = client().get_model_version_by_alias("deep-chess", "champion")
        assert (int(champion.version), champion.tags["method"]) == (1, "novel")
    assert champion.run_id
    (artifact,) = client().list_artifacts(champion.run_id, "model")
    assert Path(client().download_artifacts(champion.run_id, artifact.path)).read_bytes() == b"novel 2.0"
    write_comparison({"baseline": 0.9, "novel": 0.75}, champion="baseline")
    sync()
    assert client().get_model_version_by_alias("deep-chess", "champion").tags["method"] == "baseline"
    write_comparison({"baseline": 0.5, "novel": 0.75})
    sync()
    assert int(client().get_model_version_by_alias("deep-chess", "champion").version) == 1
    finish(begin("novel", fingerprint="new"), seconds=3.0)
    sync()
    assert len(client().search_model_versions("name = 'deep-chess'")) == 2, "the comparison is of the earlier run"
    write_comparison({"baseline": 0.5, "novel": 0.8})
    sync()
    assert int(client().get_model_version_by_alias("deep-chess", "champion").version) == 3


def test_a_damaged_run_is_named_and_keeps_no_other_waiting(project: Path) -> None:
    for method in ("a", "b", "c"):
        finish(begin(method), seconds=1.0)
    Path("runs/a/0/run.json").write_text("{", encoding="utf-8")
    Path("runs/b/0/history.csv").write_text("epoch,step,train_loss\n1,1,many\n", encoding="utf-8")
    summary = sync()
    assert [problem.partition(":")[0] for problem in summary.problems] == ["runs/a/0", "runs/b/0"]
    assert [run.data.tags["method"] for run in tracked()] == ["c"]
    with pytest.raises(UserError, match=r"runs/a/0.*runs/b/0"):
        tracking.main_sync()


def test_a_run_that_a_person_deleted_stays_deleted(project: Path) -> None:
    finish(begin(), seconds=1.0)
    sync()
    client().delete_run(tracked()[0].info.run_id)
    assert counts(sync()) == (0, 0, 1)
    assert [run.info.lifecycle_stage for run in tracked()] == ["deleted"]


@pytest.mark.slow
def test_syncs_at_the_same_time_create_no_run_twice(project: Path) -> None:
    for seed in range(3):
        finish(begin(seed=seed), seconds=1.0 + seed)
    code = "from lab.tracking import main_sync; main_sync()"
    processes = [subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) for _ in range(2)]
    said = [process.communicate(timeout=120)[0].decode() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(run.data.tags["seed"] for run in tracked()) == ["0", "1", "2"]
    assert sum(int(re.findall(r"(\d+) runs created", line)[0]) for line in said) == 3


def test_sync_with_no_server_says_so_in_one_line(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    finish(begin(), seconds=1.0)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://user:secret@127.0.0.1:{free_port()}")
    code = "from lab import errors, tracking; errors.run(tracking.main_sync)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1
    assert done.stderr.startswith("error: MLflow at http://127.0.0.1:")
    assert len(done.stderr.splitlines()) == 1
    assert "secret" not in done.stderr


def test_the_follower_writes_while_training_runs_and_is_done_when_closed(
    project: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with only_trainer(Path("runs/novel/0")), tracking.Follower(Path("runs/novel")):
        run = begin()
        run.write_history(rows(1))
        wait_for(lambda: tracked() and "train_loss" in tracked()[0].data.metrics)
        assert tracked()[0].info.status == "RUNNING"
        run.write_history(rows(2))
        wait_for(lambda: len(curve(tracked()[0], "train_loss")) == 2)
        finish(run, seconds=4.0, epochs=5)
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert len(curve(found, "train_loss")) == 5
    assert capfd.readouterr().err == ""


def test_the_trainer_does_not_import_mlflow() -> None:
    code = "import sys, lab.tracking; sys.exit('mlflow' in sys.modules or 'pydantic' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(SOURCE)}
    assert subprocess.run([sys.executable, "-c", code], env=environment).returncode == 0


@pytest.mark.skipif(not metadata.packages_distributions().get("lab"), reason="the project is not installed")
def test_a_bare_mlflow_reports_to_nobody(tmp_path: Path) -> None:
    # An MLflow that reports gives itself a number when imported. It reports no tests and no CI: it must see neither.
    plain = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT") if name in os.environ}
    environment = plain | {"XDG_CONFIG_HOME": str(tmp_path), "APPDATA": str(tmp_path)}
    subprocess.run([sys.executable, "-c", "import mlflow.cli"], env=environment, check=True)
    assert not (tmp_path / "mlflow").exists()


TRAINER = """
import sys, time
from pathlib import Path
from lab.runs import Run, only_trainer
from lab.tracking import Follower
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
    with only_trainer(Path("runs/novel/0")), tracking.Follower(Path("runs/novel")):
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
    wait_for(lambda: tracked() and tracked()[0].data.metrics.get("train_loss", 1) < 0.3)
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
    with tracking.Follower() as follower:
        assert follower.child
        follower.child.kill()
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert "uv run lab sync" in said


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no SIGSTOP")
def test_a_follower_that_gets_no_turn_is_replaced_at_the_end(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tracking, "BACKGROUND_SECONDS", 1.0)
    with only_trainer(Path("runs/novel/0")), tracking.Follower(Path("runs/novel")) as follower:
        assert follower.child
        os.kill(follower.child.pid, signal.SIGSTOP)
        finish(begin(), seconds=1.0)
    assert [run.info.status for run in tracked()] == ["FINISHED"]
    assert capfd.readouterr().err == ""


def test_without_a_server_training_ends_in_time_with_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with only_trainer(Path("runs/novel/0")), tracking.Follower(Path("runs/novel")):
        finish(begin(), seconds=1.0)
        began = time.monotonic()
    assert time.monotonic() - began < tracking.BACKGROUND_SECONDS + tracking.PATIENCE_SECONDS
    said = capfd.readouterr().err
    assert len(said.splitlines()) == 1
    assert "uv run lab sync" in said


@pytest.mark.slow
def test_a_server_that_dies_is_caught_up_with_when_it_is_back(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    with only_trainer(Path("runs/novel/0")):
        with server(port) as uri:
            monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
            follower = tracking.Follower(Path("runs/novel"))
            follower.__enter__()
            run = begin()
            run.write_history(rows(2))
            wait_for(lambda: (found := tracked(uri)) and found[0].data.metrics.get("train_loss") == 0.5)
        finish(run, seconds=9.0, epochs=4)
        write_comparison({"novel": 0.5})
        follower.close()
    assert "uv run lab sync" in capfd.readouterr().err
    with server(port):
        tracking.main_sync()
        assert "0 runs created, 1 updated" in capfd.readouterr().out
        (found,) = tracked(uri)
        assert found.info.status == "FINISHED"
        assert [step for step, _ in curve(found, "train_loss", uri)] == [1, 2, 3, 4]
        champion = client(uri).get_model_version_by_alias("deep-chess", "champion")
        assert champion.run_id == found.info.run_id
        tracking.main_sync()
        assert "1 already up to date" in capfd.readouterr().out


@pytest.mark.slow
def test_mlflow_ui_without_flags_shows_the_experiment(project: Path) -> None:
    import urllib.request

    finish(begin(), seconds=1.0)
    write_comparison({"novel": 0.5})
    sync()
    with server(free_port()) as address:
        query = urllib.request.Request(f"{address}/api/2.0/mlflow/experiments/search?max_results=10")
        with urllib.request.urlopen(query) as answer:
            names = [one["name"] for one in json.load(answer)["experiments"]]
        (found,) = tracked(address)
        artifact = f"{address}/get-artifact?run_uuid={found.info.run_id}&path=model/model.safetensors"
        with urllib.request.urlopen(artifact) as answer:
            assert answer.read() == b"novel 1.0"
    assert "deep-chess" in names
