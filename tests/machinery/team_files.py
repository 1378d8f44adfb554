"""A project's files as a team writes them, to make mistakes in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.errors import UserError
from lab.rubric import read_rubric
from lab.settings import read_params, read_project

PARAMS = """\
data: {}
split:
  validation: 0.2
  test: 0.2
  seed: 0
seeds: [0, 1]
train:
  epochs: 4
  batch_size: 16
  learning_rate: 1e-2
  weight_decay: 0.01
  schedule: cosine
  warmup: 0.1
  clip: 1.0
  accumulate: 1
  patience: 0
  device: cpu
  precision: fp32
  compile: false
  workers: 0
  checkpoint_minutes: 5
methods:
  baseline: {}
  novel:
    width: 16
compare:
  resamples: 1000
  confidence: 0.95
  seed: 0
"""
PROJECT = """\
title = "Digits"
slug = "digits"
task = "small"
language = "en"
course = "IM5062"
[deadlines]
report = 2027-06-11
[[members]]
name = "黃意婷"
"""
RUBRIC = """\
criteria:
  - id: code
    title: {en: Code, zh-TW: 程式}
    points: 5
    evidence:
      - section: report#problem
      - check: seeds
      - file: src/**/novel.py
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The current folder is a project without a mistake."""
    monkeypatch.chdir(tmp_path)
    texts = {"params.yaml": PARAMS, "project.toml": PROJECT, "rubric.yml": RUBRIC}
    texts |= {f"src/lab/tasks/small/{name}.py": "" for name in ("__init__", "problem", "baseline", "novel")}
    for name, text in texts.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    forget()
    yield
    forget()


def forget() -> None:
    read_project.cache_clear()
    read_params.cache_clear()


def edit(name: str, old: str, new: str) -> None:
    text = Path(name).read_text(encoding="utf-8")
    assert text.count(old) == 1, (old, text.count(old))
    Path(name).write_text(text.replace(old, new), encoding="utf-8")


def read_all() -> None:
    read_project()
    read_params()
    read_rubric()


def told() -> str:
    """The one line that is said of the project's files."""
    with pytest.raises(UserError) as error:
        read_all()
    assert "\n" not in str(error.value)
    return str(error.value)
