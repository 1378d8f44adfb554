"""`lab ui`: a real process that serves MLflow's pages, and ends."""

import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tracked import begin, finish, free_port, parents, server, stop, sync, tracked, wait_for, write_comparison

pytest_plugins = ["tracked"]  # its fixtures

# What runs in a shell's background inherits deaf ears.
COMMAND = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from lab.cli import main; main()"


def ui(*options: str) -> list[str]:
    return [sys.executable, "-c", COMMAND, "ui", "--no-browser", *options]


@contextmanager
def pages(*options: str) -> Iterator[tuple[subprocess.Popen, str]]:
    """`lab ui` as a process, and all it said when it was ready."""
    with Path("ui.log").open("wb") as log:
        process = subprocess.Popen(ui(*options), stdout=log, stderr=log, start_new_session=True)
    try:
        wait_for(lambda: "Ctrl+C ends it" in said() or process.poll() is not None)
        yield process, said()
    finally:
        if process.poll() is None:
            stop(process)


def said() -> str:
    return Path("ui.log").read_text(encoding="utf-8")


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=60) as answer:
        return answer.read().decode()


def refused(*options: str) -> str:
    done = subprocess.run(ui(*options), capture_output=True, text=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    return line


def test_before_anything_was_trained_there_is_nothing_to_show(project: Path) -> None:
    Path("mlflow.db").unlink()
    assert refused() == "error: there is nothing to show yet: `uv run dvc repro` trains and compares all methods"
    assert not Path("mlflow.db").exists()


def test_a_port_that_is_taken_is_named_and_without_one_another_is_found(project: Path) -> None:
    finish(begin(), seconds=1.0)
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert refused("--port", str(port)).startswith(f"error: port {port} cannot be used")
    assert refused("--port", "70000").startswith("error: port 70000 cannot be used")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
def test_one_process_serves_the_pages_of_runs_that_nobody_had_synced_and_ctrl_c_ends_it(project: Path) -> None:
    import psutil

    for method in ("baseline", "novel"):
        finish(begin(method), seconds=1.0)
    write_comparison({"baseline": 0.5, "novel": 0.75})
    with pages("--port", str(port := free_port())) as (process, output):
        at = f"http://127.0.0.1:{port}"
        addresses = re.findall(r"http\S+", output)
        assert [line.split("  ")[0] for line in output.splitlines()[1:4]] == [
            "methods",
            "seeds and curves",
            "side by side",
        ]
        assert all(address.startswith(f"{at}/#/") for address in addresses)
        assert all(run.info.run_id in addresses[2] for run in parents().values())
        assert get(f"{at}/health") == "OK"
        assert addresses[0] in get(f"{at}/begin")
        assert "telemetry.enabled" in get(f"{at}/begin")
        run = next(run for run in tracked() if run.data.tags["method"] == "novel")
        artifact = f"{at}/get-artifact?run_uuid={run.info.run_id}&path=model/model.safetensors"
        assert get(artifact) == "novel 1.0"
        assert psutil.Process(process.pid).children() == []
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 0
    assert "Traceback" not in said()


def test_with_a_team_server_its_pages_are_named_and_no_other_server_starts(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(begin(), seconds=1.0)
    with server(free_port()) as uri:
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        done = subprocess.run(ui(), capture_output=True, text=True, encoding="utf-8", timeout=120)
        assert done.returncode == 0, done.stderr
        assert re.findall(r"http\S+", done.stdout.splitlines()[1])[0].startswith(f"{uri}/#/experiments/")
        assert [run.info.run_name for run in tracked(uri)] == ["novel, seed 0"]
        assert "has its own" in refused("--port", "5000")
    assert refused().startswith(f"error: MLflow at {uri} cannot be shown")


def test_while_nothing_is_compared_the_curves_are_opened(project: Path) -> None:
    finish(begin(), seconds=1.0)
    sync()
    with pages("--port", str(free_port())) as (_, output):
        assert len(re.findall(r"http\S+", output)) == 1
        assert "viewStateShareKey=seeds" in output
