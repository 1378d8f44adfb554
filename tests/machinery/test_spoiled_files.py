"""Files between the stages that are damaged, missing, of other data or edited: one line says which, and the remedy."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_project import SmallProject

from lab.errors import UserError
from lab.files import read_json, read_table, read_text
from lab.runs import read_finished

ALONE = {"LAB_LAUNCHED": "1"}


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> SmallProject:
    project = SmallProject(tmp_path_factory.mktemp("trained") / "project", train={"epochs": 2})
    done = project.train(**ALONE)
    assert done.returncode == 0, done.stderr
    return project


@pytest.fixture
def project(trained: SmallProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which is the current folder."""
    shutil.copytree(trained.folder, tmp_path / "project")
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path / "project"


RUN = Path("runs/baseline/0")
Edit = Callable[[Path], Any]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def forge(path: Path) -> None:
    frame = pd.read_parquet(path)
    frame.assign(answer=frame["y"]).to_parquet(path, index=False)


def rewrite(**changes: Any) -> Edit:
    def edit(path: Path) -> None:
        record = json.loads(path.read_text(encoding="utf-8")) | changes
        path.write_text(json.dumps(record), encoding="utf-8")

    return edit


EDITS: list[tuple[str, Edit, str]] = [
    ("predictions.parquet", forge, "is not what training wrote"),
    ("predictions.parquet", cut, "is not what training wrote"),
    ("predictions.parquet", Path.unlink, "is missing"),
    ("history.csv", lambda path: path.write_text("epoch\n1\n", encoding="utf-8"), "is not what training wrote"),
    ("history.csv", Path.unlink, "is missing"),
    ("model.safetensors", flip, "is not what training wrote"),
    ("model.safetensors", Path.unlink, "is missing"),
    ("run.json", rewrite(seconds=0.1), "is not what training wrote"),
    ("run.json", rewrite(parameter_count=3), "is not what training wrote"),
    ("run.json", rewrite(files={}), "is not what training wrote"),
    ("run.json", rewrite(digest=None), "is not what training wrote"),
    ("run.json", rewrite(files=None, digest=None), "is not what training wrote"),
]


@pytest.mark.parametrize(("name", "spoil", "says"), EDITS)
def test_what_training_did_not_write_is_refused(project: Path, name: str, spoil: Edit, says: str) -> None:
    assert read_finished(RUN)["seed"] == 0
    spoil(RUN / name)
    with pytest.raises(UserError) as error:
        read_finished(RUN)
    assert str(error.value).startswith(f"runs/baseline/0/{name} {says}: `uv run dvc checkout runs/baseline`")


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("run.json", lambda path: path.write_text("{", encoding="utf-8")),
        ("run.json", lambda path: path.write_text("[1]", encoding="utf-8")),
        ("run.json", lambda path: path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16"))),
        ("run.json", Path.unlink),
        ("run.json", rewrite(status="failed")),
    ],
)
def test_a_record_that_is_none_is_told(project: Path, name: str, spoil: Edit) -> None:
    spoil(RUN / name)
    with pytest.raises(UserError, match=r"runs/baseline/0"):
        read_finished(RUN)


def train(project: Path, trained: SmallProject) -> str:
    """What the train stage says where it must fail."""
    there = SmallProject.__new__(SmallProject)
    there.folder = project
    done = there.train(**ALONE)
    assert done.returncode == 1, done.stdout + done.stderr
    lines = [line for line in done.stderr.splitlines() if line.strip() and not line.startswith("  ")]
    assert len(lines) == 1, done.stderr  # what is indented shows the team's own code
    return lines[0]


def other_ids(path: Path) -> None:
    frame = pd.read_parquet(path)
    frame.assign(id="x" + frame["id"]).to_parquet(path)


@pytest.mark.parametrize(
    ("name", "spoil", "says"),
    [
        ("runs/baseline/0/predictions.parquet", forge, "predictions.parquet is not what training wrote"),
        ("data/splits.parquet", Path.unlink, "data/splits.parquet is missing: run `uv run dvc repro`, which writes it"),
        ("data/splits.parquet", cut, "data/splits.parquet is damaged: `uv run dvc repro` writes it again"),
        ("data/splits.parquet", lambda path: path.write_bytes(b""), "data/splits.parquet is damaged"),
        ("data/splits.parquet", other_ids, "data/splits.parquet is of other examples than data/raw/examples.parquet"),
        ("data/raw/provenance.json", Path.unlink, "data/raw/provenance.json is missing"),
        ("data/raw/provenance.json", lambda path: path.write_text("{}", encoding="utf-8"), "data/raw/provenance.json"),
        (
            "params.yaml",
            lambda path: path.write_bytes(path.read_text("utf-8").encode("utf-16")),
            "params.yaml is UTF-16",
        ),
        (
            "src/lab/tasks/small/baseline.py",
            lambda path: path.write_bytes(("# 基準方法，請勿更動\n" + path.read_text("utf-8")).encode("big5")),
            "src/lab/tasks/small/baseline.py is probably Big5, not UTF-8: save it as UTF-8",
        ),
        (
            "src/lab/tasks/small/baseline.py",
            lambda path: path.write_text(f"<<<<<<< HEAD\n{path.read_text('utf-8')}", encoding="utf-8"),
            "src/lab/tasks/small/baseline.py, line 1: a merge is not finished",
        ),
        (
            "src/lab/tasks/small/problem.py",
            lambda path: path.write_text(f"exit(0)\n{path.read_text('utf-8')}", encoding="utf-8"),
            "src/lab/tasks/small/problem.py, line 1: exit() ends the whole program",
        ),
    ],
)
def test_the_train_stage_tells_it_in_one_line(
    project: Path, trained: SmallProject, name: str, spoil: Edit, says: str
) -> None:
    spoil(project / name)
    assert says in train(project, trained)


def test_files_of_the_system_among_the_runs_disturb_nothing(project: Path) -> None:
    for name in ("runs", "runs/baseline", "runs/baseline/0"):
        (project / name / ".DS_Store").write_bytes(b"\0")
        (project / name / "Thumbs.db").write_bytes(b"\0")
    there = SmallProject.__new__(SmallProject)
    there.folder = project
    done = there.train()
    assert done.returncode == 0, done.stderr
    assert "of which 1 are finished already" in done.stdout
    assert (project / "runs/baseline/Thumbs.db").is_file()


def test_a_text_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(bytes(range(256)))
    with pytest.raises(UserError, match=r"a\.txt is no text, not UTF-8"):
        read_text(path)
    path.write_bytes("naïve façade".encode("cp1252"))
    with pytest.raises(UserError, match=r"a\.txt is probably .*, not UTF-8"):
        read_text(path)
    path.write_bytes("\ufeffa\r\nb\rc\u2028d".encode())
    assert read_text(path) == "a\nb\nc\u2028d"


def test_damage_anywhere_in_a_table_is_one_line(tmp_path: Path) -> None:
    path, random = tmp_path / "table.parquet", np.random.default_rng(0)
    pd.DataFrame({"id": [str(row) for row in range(500)], "x": random.random(500)}).to_parquet(path)
    whole = path.read_bytes()
    for trial in range(600):  # half of them in the description of the columns, which is at the end
        content = bytearray(whole)
        for place in random.integers(trial % 2 * (len(whole) - 2500), len(whole), 4):
            content[place] = random.integers(256)
        path.write_bytes(content if trial % 3 else content[: int(random.integers(1, len(whole)))])
        with contextlib.suppress(UserError):  # any other is a traceback
            read_table(path, "id")
    path.write_bytes(whole)
    with pytest.raises(UserError, match="has no split, so no stage wrote it"):
        read_table(path, "id", "split")


@pytest.mark.parametrize("text", ["", '"', "a,b\n1\n2,3,4\n", "\0\0"])
def test_damage_in_a_csv_is_one_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "history.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"history\.csv (is damaged|has no epoch)"):
        read_table(path, "epoch")


def test_damage_in_json_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('{\n"a": ,}', encoding="utf-8")
    with pytest.raises(UserError, match=r"a\.json, line 2: no JSON: .*: `uv run dvc repro` writes it again"):
        read_json(path)
