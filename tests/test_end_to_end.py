"""One project from the stamp to its documents through `dvc repro`: what is there afterwards, and what is refused."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import TASKS, Project, Stamp
from pipeline import example, quick_example, result, stages_run

MADE = [
    "data/raw/provenance.json",
    "results/validation.json",
    "results/data_docs/index.html",
    "results/splits.json",
    "results/comparison.json",
    "results/metrics.json",
    "results/costs.json",
    "results/rubric.json",
    "results/rubric.md",
    "results/rubric.html",
    "deliverables/proposal.pdf",
    "deliverables/report.pdf",
    "deliverables/report.html",
    "deliverables/slides.pdf",
    "deliverables/slides.pptx",
    "deliverables/data_card.md",
    "deliverables/model_card.md",
    "mlflow.db",
]


def test_everything_is_there(reproduced: Project) -> None:
    assert [name for name in MADE if not (reproduced.path / name).is_file()] == []
    assert list((reproduced.path / "results/figures").glob("*.svg"))
    for name in ("proposal", "report", "slides"):
        assert (reproduced.path / f"deliverables/{name}.pdf").read_bytes().startswith(b"%PDF")
    comparison = json.loads((reproduced.path / "results/comparison.json").read_text(encoding="utf-8"))
    params = yaml.safe_load((reproduced.path / "params.yaml").read_text(encoding="utf-8"))
    assert set(comparison["methods"]) == set(params["methods"])
    for method in comparison["methods"].values():
        for metric in method["metrics"].values():
            for scores in (metric, metric["validation"]):
                assert set(scores["values"]) == {str(seed) for seed in params["seeds"]}
    for method in params["methods"]:
        for seed in params["seeds"]:
            run = reproduced.path / f"runs/{method}/{seed}"
            assert json.loads((run / "run.json").read_text(encoding="utf-8"))["status"] == "finished"


def test_git_sees_nothing_but_the_lock_file_and_the_look_which_are_committed(copied: Project) -> None:
    seen = copied.succeed("git", "status", "--porcelain")
    assert re.fullmatch(r"(A |\?\?) dvc\.lock\n\?\? records/looks\.jsonl\n", seen)
    assert len((copied.path / "records/looks.jsonl").read_text(encoding="utf-8").splitlines()) == 1
    copied.commit("Results")
    assert copied.succeed("git", "status", "--porcelain") == ""


def test_a_document_that_cannot_be_typeset_costs_no_earlier_one(copied: Project) -> None:
    own = copied.path / "deliverables/poster.pdf"
    own.write_bytes(b"ours")
    before = {path.name: path.read_bytes() for path in (copied.path / "deliverables").iterdir()}
    rubric = result(copied, "rubric.md")
    report = copied.path / "documents/report.typ"
    text = report.read_text(encoding="utf-8")
    report.write_text(text + "\n#nothing-of-this-name\n", encoding="utf-8")
    assert "error: documents/report.typ, line" in copied.run("dvc", "repro").stderr
    assert {path.name: path.read_bytes() for path in (copied.path / "deliverables").iterdir()} == before
    assert result(copied, "rubric.md") == rubric
    report.write_text(text + "\nOne more sentence.\n", encoding="utf-8")
    assert stages_run(copied.succeed("dvc", "repro")) == {"deliver"}
    assert own.read_bytes() == b"ours"
    assert (copied.path / "deliverables/report.pdf").read_bytes() != before["report.pdf"]
    assert stages_run(copied.succeed("dvc", "repro")) == set()


def test_dvc_shows_metrics_and_figures(reproduced: Project, tmp_path: Path) -> None:
    shown = reproduced.succeed("dvc", "metrics", "show")
    assert "baseline.accuracy" in shown
    assert "novel.macro_f1" in shown
    reproduced.succeed("dvc", "plots", "show", "--out", str(tmp_path / "plots"))
    assert "comparison.svg" in (tmp_path / "plots/index.html").read_text(encoding="utf-8")


def test_two_clean_runs_give_the_same_bytes(reproduced: Project, stamp: Stamp, tmp_path: Path) -> None:
    other = quick_example(stamp, tmp_path / "again")
    other.succeed("dvc", "repro")
    for name in ("comparison.json", "validation.json", "splits.json", "rubric.json", "rubric.md", "rubric.html"):
        assert result(other, name) == result(reproduced, name)


def test_a_mistake_stops_the_pipeline_with_one_clear_line_and_changes_nothing(copied: Project) -> None:
    before = result(copied, "comparison.json")
    copied.write("params.yaml", "  batch_size: 64", "  batchsize: 64")
    done = copied.run("dvc", "repro")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert len([line for line in said.splitlines() if line.startswith("error: params.yaml: train.batchsize")]) == 1
    assert "Traceback" not in said
    assert stages_run(said) == {"fingerprint"}
    assert result(copied, "comparison.json") == before


def test_forged_predictions_are_refused_and_no_number_changes(copied: Project) -> None:
    before = result(copied, "comparison.json")
    path = copied.path / "runs/novel/0/predictions.parquet"
    frame = pd.read_parquet(path)
    sure = [[0.0 if digit == label else -50.0 for digit in range(10)] for label in frame["label"]]
    frame.assign(log_probability=sure).to_parquet(path, index=False)
    line = "error: runs/novel/0/predictions.parquet is not what training wrote"
    for command in (("dvc", "repro"), ("python", "-m", "lab.stages.compare")):
        done = copied.run(*command)
        assert done.returncode != 0
        assert (done.stdout + done.stderr).count(line) == 1
        assert "Traceback" not in done.stdout + done.stderr
    assert result(copied, "comparison.json") == before


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_examples_go_the_whole_way(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = example(stamp, tmp_path / "project", task)
    project.commit()
    project.succeed("dvc", "repro")
    assert [name for name in MADE if not (project.path / name).is_file()] == []
    assert stages_run(project.succeed("dvc", "repro")) == set()
