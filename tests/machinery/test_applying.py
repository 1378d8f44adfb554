"""The best settings reach params.yaml with all its comments: only the lines that must change do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from lab.tuning.applying import apply

SETTINGS = """\
# Every number that you may turn.

data:
  source: demo                # or folder
  url: []

seeds: [0, 1, 2]              # each method is trained once for each

train: # for every method
  learning_rate: 0.001        # at its highest
  time: "4:00:00"
  slurm: null                 # or options
  spaced:   [1,   2]          # somebody's own layout

methods: # one file each
  baseline: {} # a perceptron
  novel: # a residual network
    width: 16               # channels of the first block
    augment: 0.1            # how far; 0 = not at all
    train: # where it differs
      learning_rate: 0.03 # words start at 0

compare: # on the test split
  resamples: 300              # of the examples
"""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "params.yaml"
    path.write_text(SETTINGS, encoding="utf-8")
    return path


def test_a_value_that_stands_there_is_replaced_and_its_comment_stays(settings: Path) -> None:
    changed = apply("novel", {"width": 32, "train.learning_rate": 0.00229})
    assert [line.split("#")[0].strip() for line in changed] == ["width: 32", "learning_rate: 0.00229"]
    assert ["channels" in line or "words start" in line for line in changed] == [True, True]
    text = settings.read_text(encoding="utf-8")
    kept = [line for line in SETTINGS.splitlines() if line not in text.splitlines()]
    assert [line.split(":")[0].strip() for line in kept] == ["width", "learning_rate"]


def test_what_is_new_is_added_and_nothing_else_changes(settings: Path) -> None:
    apply("baseline", {"dropout": 0.25, "train.learning_rate": 1e-05, "train.batch_size": 32})
    text = settings.read_text(encoding="utf-8")
    own = yaml.safe_load(text)["methods"]["baseline"]
    assert float(own["train"]["learning_rate"]) == 1e-05
    assert (own["dropout"], own["train"]["batch_size"]) == (0.25, 32)
    lost = [line for line in SETTINGS.splitlines() if line not in text.splitlines()]
    assert [line.strip() for line in lost] == ["baseline: {} # a perceptron"]
    assert "# a perceptron" in text


def test_applied_twice_nothing_is_new(settings: Path) -> None:
    apply("novel", {"width": 32})
    before = settings.read_text(encoding="utf-8")
    assert apply("novel", {"width": 32}) == []
    assert settings.read_text(encoding="utf-8") == before
