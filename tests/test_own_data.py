"""A team's own data, by params.yaml alone: from files as people have them to class names and units in the results."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml
from conftest import Stamp
from own_data import CLASSES
from own_projects import KINDS, STAGES, bring, data, own_pictures, quickly, stages, usually, written
from pypdf import PdfReader


@pytest.mark.parametrize("task", usually("image_classification", "tabular_regression", "text_classification"))
def test_own_data_go_through_the_stages_of_data(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = stamp(tmp_path / "a team's project", task=task)
    expected = bring(project, task)
    assert expected in stages(project, *STAGES)
    provenance = written(project, "data/raw/provenance.json")
    assert provenance["licence"] == ""
    assert provenance["kind"] == "real"
    assert all(len(digest) == 64 for digest in provenance["files"].values())
    sizes = written(project, "results/splits.json")["sizes"]
    assert sum(sizes.values()) == provenance["rows"]
    assert min(sizes[name] for name in ("train", "validation", "test")) > 0.1 * provenance["rows"]


def test_collected_again_is_the_same_to_the_byte(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp(tmp_path / "project", task="image_classification")
    data(project, source="folder", path=own_pictures(project))
    raw = project.path / "data/raw"
    stages(project, "collect")
    first = {path.name: path.read_bytes() for path in raw.iterdir()}
    stages(project, "collect")
    assert {path.name: path.read_bytes() for path in raw.iterdir()} == first


@pytest.mark.slow
def test_a_new_picture_is_noticed_and_dvc_keeps_the_folder(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp(tmp_path / "project", task="image_classification")
    project.commit()
    path = own_pictures(project)
    folder = project.path / path
    data(project, source="folder", path=path, size=16)
    project.succeed("dvc", "repro", "split")
    project.succeed("dvc", "add", path)
    assert "up to date" in project.succeed("dvc", "repro", "split")
    shutil.copy(next((folder / CLASSES[1]).glob("*.png")), folder / CLASSES[1] / "new.png")
    assert "301 pictures" in project.succeed("dvc", "repro", "split")
    assert ".png" not in project.succeed("git", "status", "--porcelain", "--untracked-files=all")
    outside = shutil.copytree(folder, tmp_path / "elsewhere 貓")
    data(project, source="folder", path=outside.as_posix(), size=16)
    project.succeed("dvc", "repro", "split")
    (outside / CLASSES[1] / "new.png").unlink()
    assert "300 pictures" in project.succeed("dvc", "repro", "split")


@pytest.mark.slow
@pytest.mark.parametrize("task", KINDS)
def test_only_params_are_edited_and_the_report_is_right(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = stamp(tmp_path / "project", task=task)
    bring(project, task)
    quickly(project)
    project.commit()
    project.succeed("dvc", "repro")
    summary, rows = written(project, "results/comparison.json"), written(project, "data/raw/provenance.json")["rows"]
    left_out = written(project, "results/splits.json")["sizes"].get("left_out", 0)
    assert sum(summary["examples"].values()) == rows - left_out
    report = " ".join(
        " ".join(page.extract_text() for page in PdfReader(project.path / "deliverables/report.pdf").pages).split()
    )
    assert f"{rows:,} examples" in report
    assert "not given: set it in params.yaml" in report
    card = (project.path / "deliverables/data_card.md").read_text(encoding="utf-8")
    assert "not given" in card
    units = {metric["name"]: metric["unit"] for metric in summary["metrics"]}
    if task == "tabular_regression":
        assert units["rmse"] == units["mae"] == "TWD"
        assert {metric["name"]: metric["digits"] for metric in summary["metrics"]}["rmse"] == 0
        assert "TWD" in report
        assert "USD" not in report
    classes = {
        "audio_classification": CLASSES,
        "image_classification": CLASSES,
        "text_classification": ("正面", "負面", "普通"),
    }.get(task, ())
    found = written(project, "results/validation.json")["classes"]
    assert set(found) == set(classes)
    assert all(f"| {name} | {count} |" in card.replace("\\", "") for name, count in found.items())
    methods = yaml.safe_load((project.path / "params.yaml").read_text(encoding="utf-8"))["methods"]
    assert set(summary["methods"]) == set(methods)
    names = {path.stem for path in (project.path / "results/figures").glob("*.svg")}
    assert {"learning_curves", "comparison"} < names
