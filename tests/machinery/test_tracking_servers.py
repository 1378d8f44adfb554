"""Servers that are away, die or come back."""

import time
from pathlib import Path

import pytest
from tracked import (
    begin,
    client,
    curve,
    finish,
    free_port,
    rows,
    server,
    tracked,
    wait_for,
    write_comparison,
)

from lab.runs import only_trainer
from lab.tracking.follower import BACKGROUND_SECONDS, PATIENCE_SECONDS, Follower
from lab.tracking.sync import main as main_sync

pytest_plugins = ["tracked"]  # its fixtures


def test_without_a_server_training_ends_in_time_with_one_line(
    project: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{free_port()}")
    with only_trainer(Path("runs/novel/0")), Follower(Path("runs/novel")):
        finish(begin(), seconds=1.0)
        began = time.monotonic()
    assert time.monotonic() - began < BACKGROUND_SECONDS + PATIENCE_SECONDS
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
            follower = Follower(Path("runs/novel"))
            follower.__enter__()
            run = begin()
            run.write_history(rows(2))
            wait_for(lambda: (found := tracked(uri)) and found[0].data.metrics.get("train/loss") == 0.5)
        finish(run, seconds=9.0, epochs=4)
        write_comparison({"novel": 0.5})
        follower.close()
    assert "uv run lab sync" in capfd.readouterr().err
    with server(port):
        main_sync()
        assert "0 runs created, 1 updated" in capfd.readouterr().out
        (found,) = tracked(uri)
        assert found.info.status == "FINISHED"
        assert [step for step, _ in curve(found, "train/loss", uri)] == [1, 2, 3, 4]
        champion = client(uri).get_model_version_by_alias("deep-chess", "champion")
        assert champion.run_id == found.info.run_id
        main_sync()
        assert "1 already up to date" in capfd.readouterr().out
