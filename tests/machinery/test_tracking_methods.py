"""What MLflow says of methods: parents of their seeds, notes, datasets, attachments; and of earlier trainings."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from mlflow.entities import Metric
from tracked import begin, client, counts, curve, default, finish, parents, sync, tracked, write_comparison

from lab.files import write_json
from lab.runs import sealed
from lab.style import method_colours
from lab.tracking import tags
from lab.tracking.writer import MLflowWriter

pytest_plugins = ["tracked"]  # its fixtures

SEEDS = (0, 1)


def train(method: str, **about: str) -> None:
    for seed in SEEDS:
        run = begin(method, seed)
        run.record |= about
        finish(run, seconds=2.0 + seed)


def both_trained() -> None:
    train("baseline")
    train("novel")
    write_comparison({"baseline": 0.5, "novel": 0.75}, seeds=SEEDS)


def test_a_method_is_the_parent_of_its_seeds_with_mean_spread_and_verdict(project: Path) -> None:
    both_trained()
    assert counts(sync()) == (4, 0, 0)
    found = {run.info.run_name: run for run in parents().values()}
    assert set(found) == {"baseline", "novel"}
    novel = found["novel"]
    assert novel.data.metrics["test/accuracy ___"] == 0.76  # two digits: MLflow would print them all
    assert novel.data.metrics["test/accuracy ___ std"] == 0.01
    assert novel.data.metrics["cost/seconds"] == 2.5
    assert novel.data.tags["verdict"] == "champion; better than baseline: +1.3% [+0.5, +2.0]"
    assert found["baseline"].data.tags["verdict"] == "baseline"
    assert novel.data.params == {"epochs": "3", "learning_rate": "0.1", "width": "64"}
    assert novel.info.status == "FINISHED"
    children = [run for run in tracked() if run.data.tags["mlflow.parentRunId"] == novel.info.run_id]
    assert sorted(run.info.run_name for run in children) == ["novel, seed 0", "novel, seed 1"]
    before = {key: run.to_dictionary() for key, run in parents().items()}
    assert counts(sync()) == (0, 0, 4)
    assert {key: run.to_dictionary() for key, run in parents().items()} == before


def test_a_method_that_was_trained_anew_has_a_new_parent_and_the_old_one_says_so(project: Path) -> None:
    both_trained()
    sync()
    (old,) = (key for key, run in parents().items() if run.info.run_name == "novel")
    for seed in SEEDS:
        run = begin("novel", seed, fingerprint="new")
        run.record |= {"code": "other"}
        finish(run, seconds=5.0 + seed)
        sync()
        current = [run for key, run in parents().items() if run.info.run_name == "novel" and key != old]
        assert len(current) == 1
        # While the old second seed stands beside the new first one, each has its own parent.
        assert parents()[old].data.tags["verdict"] == ("earlier training" if seed else "not compared yet")
    assert current[0].data.tags["verdict"] == "not compared yet"
    assert "test/accuracy ___" not in current[0].data.metrics, "the comparison is of the earlier runs"
    assert parents()[old].data.metrics["test/accuracy ___"] == 0.76


def test_runs_under_the_names_of_an_earlier_release_are_not_doubled(project: Path) -> None:
    run = finish(begin(), seconds=1.0)
    experiment = client().create_experiment("deep-chess")
    earlier = client().create_run(experiment, 0, {"lab.key": run.record["key"]}, "novel, seed 0").info.run_id
    client().log_batch(earlier, [Metric("train_loss", 1 / epoch, epoch, epoch) for epoch in (1, 2, 3)])
    client().set_terminated(earlier)
    assert counts(sync()) == (0, 1, 0)
    (found,) = tracked()
    assert found.info.run_id == earlier
    assert [step for step, _ in curve(found, "train/loss")] == [1, 2, 3]
    assert found.data.tags["mlflow.parentRunId"] in {run.info.run_id for run in parents().values()}


def test_a_second_clone_shows_the_same(project: Path, empty_store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both_trained()
    Path("results/figures").mkdir()
    Path("results/figures/comparison.svg").write_text("<svg/>", encoding="utf-8")
    sync()
    first = shown()
    clone = project.parent / "clone"
    clone.mkdir()
    for name in ("runs", "results", "project.toml"):
        (shutil.copytree if Path(name).is_dir() else shutil.copy)(name, clone / name)
    shutil.copy(empty_store, clone)
    monkeypatch.chdir(clone)
    sync()
    assert shown() == first
    assert ("novel", ["results", "figures"]) in [(name, about["files"]) for name, about in first]


def shown() -> list[tuple[str, dict[str, Any]]]:
    """All that MLflow shows of the runs, but ids and the name of the folder."""
    names = {run.info.run_id: run.info.run_name for run in [*tracked(), *parents().values()]}
    found = []
    for run in [*tracked(), *parents().values()]:
        own = {name: value for name, value in run.data.tags.items() if name not in ("lab.place", "mlflow.parentRunId")}
        parent = names.get(run.data.tags.get("mlflow.parentRunId", ""))
        curves = {name: curve(run, name) for name in run.data.metrics}
        files = [one.path for one in client().list_artifacts(run.info.run_id) if one.path != "model"]
        about = {
            "tags": own,
            "parent": parent,
            "params": run.data.params,
            "curves": curves,
            "files": sorted(files)[::-1],
        }
        found.append((run.info.run_name, about))
    return sorted(found, key=lambda pair: pair[0])


def test_the_experiment_tells_who_leads_until_a_person_writes_something_else(project: Path) -> None:
    both_trained()
    sync()
    experiment = client().get_experiment_by_name("deep-chess")
    note = experiment.tags["mlflow.note.content"]
    assert note.startswith(
        "Champion (chosen on validation data): **novel**; by test accuracy (%): better than baseline: +1.3%"
    )
    assert "| SVM | 0.9% | classical reference |" in note
    assert "| novel | 0.8 ± 0.0% |" in note
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"
    assert max(map(len, experiment.tags.values())) < 5000
    client().set_experiment_tag(experiment.experiment_id, "mlflow.note.content", "ours")
    client().set_tag(tracked()[0].info.run_id, "mlflow.note.content", "ours too")
    write_comparison({"baseline": 0.5, "novel": 0.6}, seeds=SEEDS)
    sync()
    assert client().get_experiment_by_name("deep-chess").tags["mlflow.note.content"] == "ours"
    assert [run.data.tags["mlflow.note.content"] for run in tracked()].count("ours too") == 1


def test_the_splits_are_inputs_if_they_are_those_of_the_run(project: Path) -> None:
    import pandas as pd

    splits = pd.DataFrame({"id": list("abcd"), "split": ["train", "train", "validation", "test"]})
    Path("data/raw").mkdir(parents=True)
    splits.to_parquet("data/splits.parquet")
    write_json(Path("data/raw/provenance.json"), {"digest": "d" * 64, "title": "Letters", "source": "here"})
    for seed, answered in enumerate((["c", "d"], ["c", "x"])):
        run = finish(begin("novel", seed), seconds=1.0)
        table = pd.DataFrame({"id": answered, "split": ["validation", "test"]})
        table.to_parquet(run.folder / "predictions.parquet")
        write_json(run.folder / "run.json", sealed(run.record, run.folder))
    sync()
    inputs = {run.data.tags["seed"]: run.inputs.dataset_inputs for run in tracked() if run.inputs}
    profiles = [(one.dataset.name, one.tags[0].value, one.dataset.profile) for one in inputs["0"]]
    assert sorted(profiles) == [
        ("Letters: test", "testing", '{"num_rows": 1}'),
        ("Letters: train", "training", '{"num_rows": 2}'),
        ("Letters: validation", "validation", '{"num_rows": 1}'),
    ]
    assert len({one.dataset.digest for one in inputs["0"]}) == 3
    assert [one.dataset.name for one in inputs["1"]] == ["Letters"], "its split was another"


def test_the_model_card_describes_the_champion_once_it_is_of_this_comparison(project: Path) -> None:
    both_trained()
    sync()
    assert "safetensors" in client().get_registered_model("deep-chess").description
    Path("deliverables").mkdir()
    Path("deliverables/model_card.md").write_text("# Model card", encoding="utf-8")
    MLflowWriter(default()).sync(Path("runs"))
    assert client().get_registered_model("deep-chess").description == "# Model card"
    assert client().get_model_version_by_alias("deep-chess", "champion").description == "# Model card"
    (novel,) = (run for run in parents().values() if run.info.run_name == "novel")
    assert [one.path for one in client().list_artifacts(novel.info.run_id, "deliverables")] == [
        "deliverables/model_card.md"
    ]


def test_the_colours_are_those_of_the_figures(project: Path) -> None:
    both_trained()
    sync()
    colours = method_colours(["baseline", "novel"], "baseline", "novel")
    for run in [*tracked(), *parents().values()]:
        assert run.data.tags["mlflow.runColor"] == colours[run.data.tags["method"]]


@pytest.mark.parametrize(
    "origin",
    [
        "git@host.example:team/digits.git",
        "https://user:word@host.example/team/digits",
        "ssh://git@host.example:22/team/digits.git",
    ],
)
def test_a_commit_has_the_address_of_its_page(monkeypatch: pytest.MonkeyPatch, origin: str) -> None:
    monkeypatch.setattr(tags, "git", lambda *_: origin)
    link = tags.commit_link({"git_commit": "c" * 40, "git_dirty": False})
    assert link == f" from commit [ccccccc](https://host.example/team/digits/commit/{'c' * 40})"
