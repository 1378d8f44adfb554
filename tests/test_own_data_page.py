"""The page "your own data" is followed word by word: its files, its lines for params.yaml and its commands."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from conftest import Project, Stamp
from own_data import CLASSES
from own_projects import KINDS, data, own_pictures, put_files, quickly, set_data, stages, written
from page_blocks import blocks, commanded
from PIL import Image

SAID = {"title": "Houses of three districts", "licence": "CC BY 4.0", "kind": "real"}
"""What the page's block for the source of the data says, in part."""


def of_own(project: Project) -> list[str]:
    """The blocks for params.yaml that bring own files; the others need the web."""
    given = [text for kind, text in blocks(project) if kind == "yaml" and text.startswith("data:")]
    return [text for text in given if yaml.safe_load(text)["data"]["source"] in ("folder", "table")]


@pytest.mark.slow
@pytest.mark.parametrize("task", KINDS)
def test_the_page_can_be_followed_word_by_word(stamp: Stamp, tmp_path: Path, task: str) -> None:
    project = stamp(tmp_path / "project", task=task)
    quickly(project)
    project.commit()
    first, *others = of_own(project)
    by_table = (
        "anomaly_detection",
        "audio_classification",
        "clustering",
        "depth_estimation",
        "image_classification",
        "image_segmentation",
        "language_model",
        "text_classification",
        "translation",
    )
    assert len(others) == {"inpainting": 2}.get(task, task in by_table)
    put_files(project, yaml.safe_load(first)["data"])
    settings, done = "", []
    for kind, block in blocks(project):
        if kind == "yaml" and (block == first or not block.startswith("data:")):
            settings += block
            set_data(project, settings)
        elif block.startswith("uv run"):
            said = commanded(project, block)
            done.append(block.strip())
            assert ("nothing was written" in said) == ("lab look" in block)
    assert done[:2] == ["uv run lab look", "uv run dvc repro"]
    assert done[2].startswith("uv run dvc add own_data/")
    provenance = written(project, "data/raw/provenance.json")
    assert {key: provenance[key] for key in SAID} == SAID
    assert (project.path / "deliverables/report.pdf").is_file()
    assert "up to date" in project.succeed("dvc", "repro")
    for other in others:
        put_files(project, yaml.safe_load(other)["data"])
        set_data(project, other)
        project.succeed("dvc", "repro", "split")
        assert written(project, "data/raw/provenance.json")["rows"] == 150


@pytest.mark.parametrize("task", KINDS)
def test_the_pages_blocks_of_elsewhere_are_valid(stamped: dict[str, Project], task: str) -> None:
    from lab.data_settings import DataSettings

    given = [yaml.safe_load(text)["data"] for kind, text in blocks(stamped[task]) if text.startswith("data:")]
    assert {"url", "huggingface"} < {settings["source"] for settings in given}
    for settings in given:
        DataSettings.model_validate(settings)


def test_look_shows_pictures_and_the_worst_of_them(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp(tmp_path / "project", task="image_classification")
    path = own_pictures(project)
    folder = project.path / path
    data(project, source="folder", path=path)
    tiny = folder / "a class of two"
    tiny.mkdir()
    for number in range(2):
        shutil.copy(next(iter(sorted((folder / CLASSES[0]).iterdir()))), tiny / f"{number}.png")
    said = project.succeed("python", "-m", "lab.cli", "look")
    assert "302 examples" in said
    assert "! few examples of 1 classes: a class of two 2" in said
    assert "! 3 examples are the same as another" in said
    assert "! data.licence is not set" in said
    with Image.open(project.path / ".lab/look.png") as sheet:
        assert np.asarray(sheet.convert("RGB")).std() > 20
    (tiny / "0.png").write_bytes(b"no picture")
    done = project.run("python", "-m", "lab.cli", "look")
    assert done.returncode == 1
    assert "a class of two/0.png: no picture" in done.stdout
    assert done.stderr.count("\n") == 1
    assert not (project.path / "data").exists()


def test_a_failed_collect_leaves_the_old_data(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp(tmp_path / "project", task="image_classification")
    stages(project, "collect")
    before = {path.name: path.read_bytes() for path in (project.path / "data/raw").iterdir()}
    data(project, source="folder", path="own_data")
    assert "needs a folder for each class" in project.fail("python", "-m", "lab.stages.collect")
    assert {path.name: path.read_bytes() for path in (project.path / "data/raw").iterdir()} == before
    assert [path.name for path in (project.path / "data").iterdir()] == ["raw"]


@pytest.mark.slow
def test_a_killed_collect_leaves_the_old_data_or_the_new(stamp: Stamp, tmp_path: Path) -> None:
    project = stamp(tmp_path / "project", task="image_classification")
    stages(project, "collect")
    old = pd.read_parquet(project.path / "data/raw/examples.parquet")
    data(project, source="folder", path=own_pictures(project))
    environment = os.environ | {"PYTHONPATH": str(project.path / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    for _ in range(4):
        command = [sys.executable, "-m", "lab.stages.collect"]
        with subprocess.Popen(command, cwd=project.path, env=environment, stdout=subprocess.DEVNULL) as process:
            while not list((project.path / "data").glob(".raw.*.new/pictures.npy")) and process.poll() is None:
                time.sleep(0.002)
            time.sleep(0.02)
            process.send_signal(signal.SIGKILL)
        found = pd.read_parquet(project.path / "data/raw/examples.parquet")
        number = written(project, "data/raw/provenance.json")["rows"]
        assert len(found) == number == len(np.load(project.path / "data/raw/pictures.npy"))
        assert number in (len(old), 300)
    stages(project, "collect")
    assert [path.name for path in (project.path / "data").iterdir()] == ["raw"]
