"""What lies between the stages of a real project is damaged, missing, of other data or edited: a stage says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Project, Stamp

pytestmark = pytest.mark.slow  # each case runs real stages


def stage(name: str) -> tuple[str, ...]:
    return ("python", "-m", *f"lab.stages.{name}".split())


@pytest.fixture(scope="module")
def compared(stamp: Stamp, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project as it is after `compare`, with an epoch and a seed."""
    project = stamp(tmp_path_factory.mktemp("compared") / "project", task="image_classification")
    project.write("params.yaml", "\n  epochs: 30", "\n  epochs: 1")
    project.write("params.yaml", "seeds: [0, 1, 2]", "seeds: [0]")
    for name in ("fingerprint", "collect", "validate", "split", "train baseline", "train novel", "compare"):
        project.succeed(*stage(name))
    return project


@pytest.fixture
def project(compared: Project, tmp_path: Path) -> Project:
    return Project(Path(shutil.copytree(compared.path, tmp_path / "copy")))


def damage(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without_id(path: Path) -> None:
    pd.read_parquet(path).drop(columns="id").to_parquet(path)


def redraw(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace("<svg ", "<svg class='x' ", 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "edit", "command", "says"),
    [
        ("data/raw/examples.parquet", damage, "validate", "data/raw/examples.parquet is damaged"),
        ("data/raw/examples.parquet", without_id, "validate", "data/raw/examples.parquet has no id"),
        ("data/raw/examples.parquet", Path.unlink, "split", "data/raw/examples.parquet is missing"),
        ("data/splits.parquet", damage, "compare", "data/splits.parquet is damaged"),
        ("runs/novel/0/predictions.parquet", damage, "compare", "predictions.parquet is not what training wrote"),
        ("runs/novel/0/run.json", Path.unlink, "compare", "runs/novel/0/run.json is missing"),
        ("runs/novel/0/model.safetensors", damage, "deliver", "model.safetensors is not what training wrote"),
        ("results/figures/confusion.svg", redraw, "deliver", "results/figures/confusion.svg is not what compare drew"),
        ("results/figures/comparison.svg", Path.unlink, "deliver", "results/figures/comparison.svg is missing"),
    ],
)
def test_it_is_told_in_one_line(
    project: Project, name: str, edit: Callable[[Path], None], command: str, says: str
) -> None:
    for path in project.path.glob(name.replace("novel", "*") if command == "deliver" and "model" in name else name):
        edit(path)  # of all methods, where the champion's counts
    assert says in project.fail(*stage(command))
    assert not (project.path / "deliverables").exists()


def test_predictions_of_another_split_are_refused(project: Project) -> None:
    project.write("params.yaml", "\n  seed: 0                     # decides which examples go where", "\n  seed: 1")
    project.succeed(*stage("split"))
    assert "answers other examples than the test split of data/splits.parquet" in project.fail(*stage("compare"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "width: 16 ",
            "widht: 16 ",
            "methods.novel: widht: unknown option: did you mean 'width'? (see __init__ in src",
        ),
        ("width: 16 ", "width: wide ", "params.yaml: methods.novel: width: must be int, not 'wide'"),
    ],
)
def test_a_wrong_option_is_told_and_the_finished_run_stays(project: Project, old: str, new: str, says: str) -> None:
    project.write("params.yaml", old, new)
    assert says in project.fail(*stage("train novel"))
    assert (project.path / "runs/novel/0/model.safetensors").is_file()
