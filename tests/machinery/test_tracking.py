"""A real MLflow in SQLite is brought up to date with real files."""

import sys
from pathlib import Path

import pytest
from tracked import begin, client, counts, curve, default, finish, rows, sync, tracked, write_comparison

from lab.errors import UserError
from lab.runs import only_trainer
from lab.tracking.sync import main as main_sync
from lab.tracking.writer import MLflowWriter

pytest_plugins = ["tracked"]  # its fixtures


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
    assert curve(found, "train/loss") == [(1, 1.0), (2, 0.5), (3, 1 / 3)]
    assert found.data.metrics["cost/seconds"] == 12.5
    assert found.inputs
    assert found.inputs.dataset_inputs[0].dataset.digest == "d" * 36


def test_a_second_sync_changes_nothing(project: Path) -> None:
    for method in ("baseline", "novel"):
        finish(begin(method), seconds=1.5)
    write_comparison({"baseline": 0.5, "novel": 0.75})
    assert counts(sync()) == (2, 0, 0)
    before = [(run.to_dictionary(), curve(run, "train/loss")) for run in tracked()]
    assert counts(sync()) == (0, 0, 2)
    assert [(run.to_dictionary(), curve(run, "train/loss")) for run in tracked()] == before


def test_a_running_run_grows_by_what_is_new(project: Path) -> None:
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        run.write_history(rows(2))
        assert counts(sync()) == (1, 0, 0)
        assert tracked()[0].info.status == "RUNNING"
        run.write_history(rows(4))
        assert counts(sync()) == (0, 1, 0)
        assert curve(tracked()[0], "train/loss") == [(1, 1.0), (2, 0.5), (3, 1 / 3), (4, 0.25)]
        finish(run, seconds=3.0, epochs=4)
        sync()
    (found,) = tracked()
    assert found.info.status == "FINISHED"
    assert len(curve(found, "train/loss")) == 4


def test_times_rise_from_start_to_end(project: Path) -> None:
    run = begin()
    run.update(started="2027-01-01T00:00:00.000+00:00")
    finish(run, seconds=60.0)
    sync()
    history = client().get_metric_history(tracked()[0].info.run_id, "train/loss")
    times = [one.timestamp - 1798761600000 for one in history]
    assert times == [15000, 30000, 45000]  # the fourth quarter belongs to what is known at the end


def test_more_points_than_one_call_takes(project: Path) -> None:
    finish(begin(), seconds=1.0, epochs=1200)
    sync()
    assert curve(tracked()[0], "train/loss") == [(e, 1 / e) for e in range(1, 1201)]


def test_values_that_are_no_numbers_and_names_that_mlflow_refuses(project: Path) -> None:
    run = begin()
    run.write_history([{"epoch": 1, "step": 1, "train_α/β (x)": float("nan"), "validation_loss": float("inf")}])
    run.update(status="failed", error="loss is not finite", finished="2027-01-01T00:01:00.000+00:00")
    assert counts(sync()) == (1, 0, 0)
    (found,) = tracked()
    assert str(found.data.metrics["train/α_β _x_"]) == "nan"
    assert found.data.metrics["validation/loss"] == sys.float_info.max
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
    assert len(curve(found, "train/loss")) == 3


def test_what_a_continued_run_computed_otherwise_replaces_what_was_there(project: Path) -> None:
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        run.write_history(rows(3))
        sync()
        run.write_history([*rows(1), *rows(4, bias=0.5)[1:]])
        sync()
    found = dict(curve(tracked()[0], "train/loss"))
    assert found == {1: 1.0, 2: 1.0, 3: 1 / 3 + 0.5, 4: 0.75}
    assert tracked()[0].data.metrics["train/loss"] == 0.75


def test_two_writers_that_take_turns_write_each_point_once(project: Path) -> None:
    follower, other = (MLflowWriter(default()) for _ in range(2))
    with only_trainer(Path("runs/novel/0")):
        run = begin()
        for epochs, writer in enumerate((follower, other, follower, follower, other), 1):
            run.write_history(rows(epochs))
            writer.sync(Path("runs"))
    assert [step for step, _ in curve(tracked()[0], "train/loss")] == [1, 2, 3, 4, 5]
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
    assert tracked()[0].data.metrics["test/accuracy ___"] == 0.5
    write_comparison({"novel": 0.25})
    assert counts(sync()) == (0, 1, 0)
    assert tracked()[0].data.metrics["test/accuracy ___"] == 0.25
    # A new run of this method and seed: the comparison does not speak of it.
    second = finish(begin(fingerprint="new"), seconds=1.5)
    sync()
    metrics = {run.data.tags["lab.key"]: run.data.metrics for run in tracked()}
    assert metrics[first.record["key"]]["test/accuracy ___"] == 0.25
    assert "test/accuracy ___" not in metrics[second.record["key"]]


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


def test_weights_that_training_did_not_write_are_no_champion(project: Path) -> None:
    run = finish(begin("novel"), seconds=2.0)
    write_comparison({"novel": 0.75})
    (run.folder / "model.safetensors").write_bytes(b"others")
    (problem,) = sync().problems
    assert problem.startswith("runs/novel/0/model.safetensors is not what training wrote")
    assert not client().search_registered_models()


def test_a_damaged_run_is_named_and_keeps_no_other_waiting(project: Path) -> None:
    for method in ("a", "b", "c"):
        finish(begin(method), seconds=1.0)
    write_comparison({"a": 0.5, "c": 0.25}, champion="a")
    Path("runs/a/0/run.json").write_text("{", encoding="utf-8")
    Path("runs/b/0/history.csv").write_text("epoch,step,train_loss\n1,1,many\n", encoding="utf-8")
    summary = sync()
    assert [problem[:8] for problem in summary.problems] == ["runs/a/0", "runs/b/0"]
    assert [run.data.tags["method"] for run in tracked()] == ["c"]
    with pytest.raises(UserError, match=r"runs/a/0.*runs/b/0"):
        main_sync()


def test_a_run_that_a_person_deleted_stays_deleted(project: Path) -> None:
    finish(begin(), seconds=1.0)
    sync()
    client().delete_run(tracked()[0].info.run_id)
    assert counts(sync()) == (0, 0, 1)
    assert [run.info.lifecycle_stage for run in tracked()] == ["deleted"]
