"""What `dvc repro` runs after each of the edits that a team makes, and what it leaves alone."""

import json
import re
import shutil

import pytest
from conftest import Project
from pipeline import ROOM, result, stages_run
from pypdf import PdfReader


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
    copied.write("params.yaml", "\n  novel:", "\n  wider_baseline: { width: 640, augment: 0.05 }\n  novel:")
    assert stages_run(copied.succeed("dvc", "repro")) == {"fingerprint", "train@wider_baseline", "compare", "deliver"}
    compared = json.loads(result(copied, "comparison.json"))["methods"]
    assert compared["wider_baseline"]["parameters"] > compared["baseline"]["parameters"]
    assert compared["wider_baseline"]["metrics"]["accuracy"]["difference"]["verdict"]
    for document in ("report", "slides"):
        pages = PdfReader(copied.path / f"deliverables/{document}.pdf").pages
        assert "wider baseline" in " ".join(page.extract_text() for page in pages)


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
        ("\n  source: demo", "\n  size: 16\n  source: demo", {"collect", "validate", "compare"}),
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


def test_dvc_names_the_params_that_differ(copied: Project) -> None:
    copied.commit("Results")
    copied.write("params.yaml", "\n  epochs: 3 ", "\n  epochs: 4 ")
    assert re.search(r"params\.yaml\s+train\.epochs\s+3\s+4", copied.succeed("dvc", "params", "diff"))


def test_one_seed_goes_the_whole_way_without_a_verdict(copied: Project) -> None:
    copied.write("params.yaml", "seeds: [0, 1, 2]", "seeds: [0]")
    said = copied.succeed("dvc", "repro")
    assert "one seed gives no verdict" in said
    assert "±" not in said
    assert stages_run(said) >= {"compare", "deliver"}
    compared = json.loads(result(copied, "comparison.json"))["methods"]["novel"]["metrics"]["accuracy"]
    assert (compared["std"], compared["difference"]["verdict"]) == (None, None)
    assert "no verdict: one seed" in (copied.path / "results/rubric.md").read_text(encoding="utf-8")
