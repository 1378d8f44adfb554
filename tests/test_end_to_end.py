"""One project from the stamp to its documents through `dvc repro`, then the ways in which a team changes it."""

import json
import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT, TASKS, Project, Stamp
from pypdf import PdfReader

TASK = "image_classification"
ROOM = f"src/lab/tasks/{TASK}"
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
    "deliverables/proposal.pdf",
    "deliverables/report.pdf",
    "deliverables/slides.pdf",
    "deliverables/data_card.md",
    "deliverables/model_card.md",
    "mlflow.db",
]


def example(stamp: Stamp, folder: Path, task: str = TASK) -> Project:
    answers = yaml.safe_load((ROOT / f"examples/{task}/answers.yml").read_text(encoding="utf-8"))
    return stamp(folder, **answers)


def quick_example(stamp: Stamp, folder: Path) -> Project:
    """The default example with few epochs: these tests ask what runs and what is written, not how well it learns."""
    project = example(stamp, folder)
    project.write("params.yaml", "  epochs: 30 ", "  epochs: 3 ")
    project.commit()
    return project


def stages_run(output: str) -> set[str]:
    return set(re.findall(r"Running stage '([^']+)'", output))


def result(project: Project, name: str) -> bytes:
    return (project.path / "results" / name).read_bytes()


@pytest.fixture(scope="module")
def reproduced(stamp: Stamp, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The default example after `dvc repro`. Tests that change something work on a copy."""
    project = quick_example(stamp, tmp_path_factory.mktemp("end to end") / "project")
    project.succeed("dvc", "repro")
    return project


@pytest.fixture
def copied(reproduced: Project, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(reproduced.path, tmp_path / "copy", symlinks=True)))


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


def test_git_sees_nothing_but_the_lock_file_which_is_committed(copied: Project) -> None:
    assert re.fullmatch(r"(A |\?\?) dvc\.lock\n", copied.succeed("git", "status", "--porcelain"))
    copied.commit("Results")
    assert copied.succeed("git", "status", "--porcelain") == ""


def test_a_second_run_runs_no_stage(reproduced: Project) -> None:
    said = reproduced.succeed("dvc", "repro")
    assert stages_run(said) == set()
    assert "up to date" in said


def test_an_edit_of_the_novel_method_trains_only_it(copied: Project) -> None:
    with (copied.path / ROOM / "novel.py").open("a", encoding="utf-8") as stream:
        stream.write("\nIDEA = 2\n")
    ran = stages_run(copied.succeed("dvc", "repro"))
    assert "train@novel" in ran
    assert ran <= {"fingerprint", "train@novel", "compare", "deliver"}


def test_a_further_method_is_one_file_and_its_name_in_params(copied: Project) -> None:
    shutil.copy(copied.path / ROOM / "baseline.py", copied.path / ROOM / "wider_baseline.py")
    copied.write("params.yaml", "\n  novel:", "\n  wider_baseline: { width: 256 }\n  novel:")
    assert stages_run(copied.succeed("dvc", "repro")) == {"fingerprint", "train@wider_baseline", "compare", "deliver"}
    compared = json.loads(result(copied, "comparison.json"))["methods"]
    assert compared["wider_baseline"]["parameters"] > compared["baseline"]["parameters"]
    assert compared["wider_baseline"]["metrics"]["accuracy"]["difference"]["verdict"]
    for document in ("report", "slides"):
        pages = PdfReader(copied.path / f"deliverables/{document}.pdf").pages
        assert "wider baseline" in " ".join(page.extract_text() for page in pages)


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


def test_an_edit_of_a_metric_trains_nothing(copied: Project) -> None:
    problem = copied.path / ROOM / "problem.py"
    text = problem.read_text(encoding="utf-8")
    edited, count = re.subn(r"(\ndef score\([^\n]*:\n(?: {4}\"\"\"[^\n]*\n)?)", r"\1    _ = len(predictions)\n", text)
    assert count == 1
    problem.write_text(edited, encoding="utf-8")
    ran = stages_run(copied.succeed("dvc", "repro"))
    assert "compare" in ran
    assert ran <= {"fingerprint", "compare", "deliver"}


def test_a_comment_runs_nothing_that_takes_time(copied: Project) -> None:
    with (copied.path / ROOM / "novel.py").open("a", encoding="utf-8") as stream:
        stream.write("# an idea for later\n")
    assert stages_run(copied.succeed("dvc", "repro")) == {"fingerprint"}


@pytest.mark.parametrize(
    ("old", "new", "concerned"),
    [
        ("\n  epochs: 3 ", "\n  epochs: 4 ", {"methods.baseline", "methods.novel"}),
        ("\n  novel:", "\n  novel:\n    train: {epochs: 4}", {"methods.novel"}),
        ("\n  workers: 0", "\n  workers: 1", set()),
        ("\n  processes: 1", "\n  processes: 2", set()),
        ("seeds: [0, 1, 2]", "seeds: [0, 1, 2, 3]", {"seeds"}),
        ("\n  test: 0.25", "\n  test: 0.3", {"split"}),
        ("resamples: 300", "resamples: 400", {"compare"}),
        ("\ndata: {}", "\ndata: {more: 1}", {"collect"}),
    ],
)
def test_a_param_concerns_the_stages_that_read_it(copied: Project, old: str, new: str, concerned: set[str]) -> None:
    def fingerprints() -> dict[str, object]:
        content = json.loads((copied.path / "data/fingerprints.json").read_text(encoding="utf-8"))
        return {f"methods.{name}": digest for name, digest in content.pop("methods").items()} | content

    before = fingerprints()
    copied.write("params.yaml", old, new)
    copied.succeed("dvc", "repro", "fingerprint")
    after = fingerprints()
    assert {name for name in before if before[name] != after[name]} == concerned


def test_dvc_shows_metrics_and_figures(reproduced: Project, tmp_path: Path) -> None:
    shown = reproduced.succeed("dvc", "metrics", "show")
    assert "baseline.accuracy" in shown
    assert "novel.macro_f1" in shown
    reproduced.succeed("dvc", "plots", "show", "--out", str(tmp_path / "plots"))
    assert "comparison.svg" in (tmp_path / "plots/index.html").read_text(encoding="utf-8")


def test_dvc_names_the_params_that_differ(copied: Project) -> None:
    copied.commit("Results")
    copied.write("params.yaml", "\n  epochs: 3 ", "\n  epochs: 4 ")
    assert re.search(r"params\.yaml\s+train\.epochs\s+3\s+4", copied.succeed("dvc", "params", "diff"))


def test_two_clean_runs_give_the_same_bytes(reproduced: Project, stamp: Stamp, tmp_path: Path) -> None:
    other = quick_example(stamp, tmp_path / "again")
    other.succeed("dvc", "repro")
    for name in ("comparison.json", "validation.json", "splits.json", "rubric.json", "rubric.md"):
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


def test_one_seed_goes_the_whole_way_without_a_verdict(copied: Project) -> None:
    copied.write("params.yaml", "seeds: [0, 1, 2]", "seeds: [0]")
    said = copied.succeed("dvc", "repro")
    assert "one seed gives no verdict" in said
    assert "±" not in said
    assert stages_run(said) >= {"compare", "deliver"}
    compared = json.loads(result(copied, "comparison.json"))["methods"]["novel"]["metrics"]["accuracy"]
    assert (compared["std"], compared["difference"]["verdict"]) == (None, None)
    assert "no verdict: one seed" in (copied.path / "results/rubric.md").read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("task", TASKS)
def test_examples_go_the_whole_way(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = example(stamp, tmp_path / "project", task)
    project.commit()
    project.succeed("dvc", "repro")
    assert [name for name in MADE if not (project.path / name).is_file()] == []
    assert stages_run(project.succeed("dvc", "repro")) == set()
