"""Runs as their files stand on disk, and what MLflow holds of them: for the tests of tracking."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.entities import Run as MLflowRun
from mlflow.entities import ViewType

import lab
from lab.files import write_json
from lab.results import RunRecord
from lab.runs import Run
from lab.settings import read_project
from lab.tracking.writer import MLflowWriter, Summary

SOURCE = Path(lab.__file__).parents[1]

ABOUT: RunRecord = {
    "parameters": {"epochs": 3, "learning_rate": 0.1, "width": 64},
    "data_digest": "d" * 64,
    "code": "e" * 64,
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
    run.update(status="finished", finished="2027-01-01T00:01:00.000+00:00", seconds=seconds)
    run.update(parameter_count=7, peak_memory_bytes=1_000_000)
    return run


def write_comparison(values: dict[str, float], champion: str = "novel", seeds: tuple[int, ...] = (0,)) -> None:
    """The results of ``compare``, as it writes them; each seed scores a hundredth more than the one before."""
    scores = {m: {str(seed): value + seed / 100 for seed in seeds} for m, value in values.items()}
    difference = {
        "against": "baseline",
        "mean": 1.25,
        "interval": [0.5, 2.0],
        "verdict": "better" if len(seeds) > 1 else None,
    }
    methods = {
        method: {
            "metrics": {
                "accuracy (%)": {
                    "values": found,
                    "mean": fmean(found.values()),
                    "std": stdev(found.values()) if len(seeds) > 1 else None,
                    "difference": None if method == "baseline" else difference,
                }
            }
        }
        for method, found in scores.items()
    }
    metric = {"name": "accuracy (%)", "unit": "%", "digits": 1, "higher_is_better": True}
    about = {"baseline": "baseline", "champion": champion, "seeds": list(seeds), "metrics": [metric]}
    references = {"SVM": {"metrics": {"accuracy (%)": {"value": 0.9}}}}
    more = {"order": list(values), "references": references, "methods": methods}
    write_json(Path("results/comparison.json"), about | more)
    records = {m: [json.loads(Path(f"runs/{m}/{s}/run.json").read_text("utf-8")) for s in seeds] for m in values}
    costs = {method: {"seconds": [record["seconds"] for record in found]} for method, found in records.items()}
    write_json(Path("results/costs.json"), {"methods": costs})


def default() -> str:
    """The default store, named so that MLflow does not take one test's for another's."""
    return f"sqlite:///{Path.cwd().as_posix()}/mlflow.db"


def sync() -> Summary:
    return MLflowWriter(default()).sync(Path("runs"))


def client(uri: str | None = None) -> MlflowClient:
    return MlflowClient(uri or default())


def tracked(uri: str | None = None) -> list[MLflowRun]:
    """The runs of seeds in the project's experiment, deleted ones too."""
    return [run for run in _all(uri) if run.data.tags.get("seed") != "all"]


def parents(uri: str | None = None) -> dict[str, MLflowRun]:
    """The runs of whole methods, by key."""
    return {run.data.tags["lab.key"]: run for run in _all(uri) if run.data.tags.get("seed") == "all"}


def _all(uri: str | None) -> list[MLflowRun]:
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
    """A server of MLflow's in the current folder, with the store that it finds there."""
    # Four workers take four times as long to start.
    environment = os.environ | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    environment.pop("MLFLOW_TRACKING_URI", None)
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
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
