"""Two machines that write to one server at the same moment, or one that asks again: nothing is there twice."""

from pathlib import Path
from typing import Any

import pytest
from mlflow import MlflowClient
from mlflow.exceptions import MlflowException, RestException
from tracked import begin, client, counts, curve, default, finish, parents, sync, tracked, write_comparison

from lab.tracking.sync import main as main_sync
from lab.tracking.tracked_run import TrackedRun

pytest_plugins = ["tracked"]  # its fixtures


def twice(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the server died before it answered, and the client asked again; or as if another machine asked as well."""
    once = getattr(MlflowClient, name)

    def both(self: MlflowClient, *arguments: Any, **named: Any) -> Any:
        once(self, *arguments, **named)
        return once(self, *arguments, **named)

    monkeypatch.setattr(MlflowClient, name, both)


def test_a_run_that_was_created_twice_is_there_once(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    twice("create_run", monkeypatch)
    for seed in (0, 1):
        finish(begin(seed=seed), seconds=1.0)
    assert counts(sync()) == (2, 0, 0)
    active = [run for run in tracked() if run.info.lifecycle_stage == "active"]
    assert sorted(run.data.tags["seed"] for run in active) == ["0", "1"]
    for run in active:
        assert run.info.status == "FINISHED"
        assert [step for step, _ in curve(run, "train/loss")] == [1, 2, 3]
    assert counts(sync()) == (0, 0, 2)


def test_doubles_that_another_left_are_deleted_and_their_children_kept(project: Path) -> None:
    finish(begin(), seconds=1.0)
    sync()
    ((key, parent),) = parents().items()
    tags = {"lab.key": key, "seed": "all", "method": "novel"}
    other = client().create_run(parent.info.experiment_id, 0, tags, "novel").info.run_id
    kept = min(other, parent.info.run_id)
    elsewhere = client().create_run(
        parent.info.experiment_id, 0, {"mlflow.parentRunId": max(other, parent.info.run_id)}
    )
    sync()
    experiment = parent.info.experiment_id
    (one,) = client().search_runs([experiment], "tags.seed = 'all'")
    assert one.info.run_id == kept
    assert one.data.tags["verdict"]
    for run in client().search_runs([experiment], "tags.seed = '0'"):
        assert run.data.tags["mlflow.parentRunId"] == kept
    # A run of somebody whose files are not here.
    assert client().get_run(elsewhere.info.run_id).data.tags["mlflow.parentRunId"] == kept


def test_a_double_that_another_machine_deletes_meanwhile_is_written_to_the_one_that_counts(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(begin(), seconds=1.0)
    update = TrackedRun.update

    def beaten(self: TrackedRun, content: Any) -> bool:
        monkeypatch.setattr(TrackedRun, "update", update)
        run = self.client.get_run(self.id)
        self.client.create_run(run.info.experiment_id, 0, run.data.tags, run.info.run_name)
        self.client.delete_run(self.id)
        return update(self, content)

    monkeypatch.setattr(TrackedRun, "update", beaten)
    assert sync().problems == []
    sync()
    (run,) = (run for run in tracked() if run.info.lifecycle_stage == "active")
    assert run.info.status == "FINISHED"
    (parent,) = client().search_runs([run.info.experiment_id], "tags.seed = 'all'")
    assert parent.info.status == "FINISHED"
    assert run.data.tags["mlflow.parentRunId"] == parent.info.run_id


def test_who_may_not_delete_writes_all_the_same(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise MlflowException("Permission denied")

    twice("create_run", monkeypatch)
    monkeypatch.setattr(MlflowClient, "delete_run", refuse)
    finish(begin(), seconds=1.0)
    assert sync().problems == []
    assert [run.info.status for run in tracked()].count("FINISHED") == 1


def test_the_experiment_and_the_model_that_another_was_faster_to_make(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish(begin(), seconds=1.0)
    write_comparison({"novel": 0.5})
    for name, seek, nothing in (
        ("create_experiment", "get_experiment_by_name", None),
        ("create_registered_model", "search_registered_models", []),
    ):
        make, look = getattr(MlflowClient, name), getattr(MlflowClient, seek)
        seen: list[str] = []

        def not_yet(
            self: MlflowClient, *arguments: Any, look: Any = look, seen: Any = seen, nothing: Any = nothing
        ) -> Any:
            seen.append("")
            return nothing if len(seen) == 1 else look(self, *arguments)

        def faster(self: MlflowClient, *arguments: Any, make: Any = make) -> Any:
            make(self, *arguments)
            return make(self, *arguments)

        monkeypatch.setattr(MlflowClient, seek, not_yet)
        monkeypatch.setattr(MlflowClient, name, faster)
    twice("create_model_version", monkeypatch)
    assert sync().problems == []
    monkeypatch.undo()
    monkeypatch.chdir(project)
    (version,) = client().search_model_versions("name = 'deep-chess'")
    assert int(version.version) == 1
    assert client().get_model_version_by_alias("deep-chess", "champion").version == version.version


def test_sync_brings_trials_that_no_server_saw(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", default())
    for number in range(2):
        run = begin()
        run.record["trial"] = {"number": number, "study": "s", "scores": {"0": 0.5}, "score": 0.5 + number}
        finish(run, seconds=1.0)
        target = Path(f".lab/tune/novel/s/{number:04d}")
        target.parent.mkdir(parents=True, exist_ok=True)
        run.folder.rename(target)
    finish(begin("baseline"), seconds=2.0)
    main_sync()
    assert "3 runs created" in capsys.readouterr().out
    found = {run.info.run_name: run for run in tracked()}
    assert set(found) == {"novel, trials", "novel, trial 0", "novel, trial 1", "baseline, seed 0"}
    assert found["novel, trial 1"].data.metrics["validation/score"] == 1.5
    assert found["novel, trial 1"].data.tags["mlflow.parentRunId"] == found["novel, trials"].info.run_id
    main_sync()
    assert "0 runs created, 0 updated, 3 already up to date" in capsys.readouterr().out


def test_sync_tries_again_what_the_server_refused_because_another_did_it(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", default())
    finish(begin(), seconds=1.0)
    log_batch = MlflowClient.log_batch
    refused: list[str] = []

    def refuse_once(self: MlflowClient, *arguments: Any) -> None:
        if not refused:
            refused.append("")
            raise RestException({"error_code": "INTERNAL_ERROR", "message": "duplicate key value"})
        log_batch(self, *arguments)

    monkeypatch.setattr(MlflowClient, "log_batch", refuse_once)
    main_sync()
    assert "up to date" in capsys.readouterr().out
    (run,) = tracked()
    assert run.info.status == "FINISHED"
