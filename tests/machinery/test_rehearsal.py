"""The rehearsal before a training, and ``lab try``: what they tell, and that they change nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from team_project import BASELINE, PROBLEM, enter, told

from lab.settings import read_params
from lab.team_code.problem_checks import drawn
from lab.training import rehearsal, run
from lab.training.run import train_seeds
from lab.training.trying import main

DROPOUT = BASELINE.replace("nn.Linear(5, 1)", "nn.Sequential(nn.Linear(5, 1), nn.Dropout(0.5))")


def train(name: str = "baseline") -> dict[str, torch.Tensor]:
    train_seeds(name, [0], read_params(), {0: "f"})
    return load_file(f"runs/{name}/0/model.safetensors")


def test_a_rehearsal_changes_no_weight(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path / "with", monkeypatch, baseline=DROPOUT)
    rehearsed = train()
    enter(tmp_path / "without", monkeypatch, baseline=DROPOUT)
    monkeypatch.setattr(run, "rehearse", lambda *_: None)
    plain = train()
    assert all(torch.equal(plain[name], rehearsed[name]) for name in plain)
    first, second = (tmp_path / which / "runs/baseline/0/predictions.parquet" for which in ("with", "without"))
    assert first.read_bytes() == second.read_bytes()


def test_figures_are_rehearsed_once_until_their_code_or_the_predictions_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple] = []

    def noted(*given: Any) -> Any:
        calls.append(given)
        return drawn(*given)

    monkeypatch.setattr(rehearsal, "drawn", noted)
    enter(tmp_path, monkeypatch)
    for name in ("baseline", "own_step", "baseline"):
        train(name)
    assert len(calls) == 1
    enter(
        tmp_path / "changed",
        monkeypatch,
        baseline=BASELINE.replace('return {"answer":', 'return {"more": batch["x"], "answer":'),
    )
    (tmp_path / "changed/.lab").mkdir()
    (tmp_path / ".lab/rehearsed.json").rename(tmp_path / "changed/.lab/rehearsed.json")
    train()
    assert len(calls) == 2


def test_a_mistake_of_another_method_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path, monkeypatch, own_step="not yet written")
    assert train()


def test_few_examples_that_cannot_be_judged_are_no_mistake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rehearsal, "JUDGED", 10)
    picky = PROBLEM.replace("def score(table):", "def score(table):\n    assert len(table) == 15, 'a class is missing'")
    enter(tmp_path, monkeypatch, problem=picky)
    assert train()


@pytest.mark.parametrize(
    ("validate", "says"),
    [
        ("return self.loss(batch)", "the weights of its epoch with the lowest validation loss"),
        ("return {}", "validate returns no 'loss', so each run keeps the weights of its last epoch"),
        ("return {'los': self.loss(batch)['loss']}", "no 'loss' ('los' is not 'loss'), so"),
        ("return {'val_loss': self.loss(batch)['loss']}", "no 'loss' ('val_loss' is not 'loss'), so"),
    ],
)
def test_which_epoch_is_kept_is_said_once(
    validate: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, monkeypatch, baseline=BASELINE.replace("return self.loss(batch)", validate))
    train()
    said = capsys.readouterr().out
    assert says in said
    assert said.count("rehearsed") == 1


def test_threads_are_those_of_the_settings_and_recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path, monkeypatch)
    params = json.loads(Path("params.yaml").read_text(encoding="utf-8"))
    params["train"]["threads"] = 3
    Path("params.yaml").write_text(json.dumps(params), encoding="utf-8")
    before = torch.get_num_threads()
    try:
        train()
        assert torch.get_num_threads() == 3
    finally:
        torch.set_num_threads(before)
    found = json.loads(Path("runs/baseline/0/run.json").read_text(encoding="utf-8"))["hardware"]
    assert found["threads"] == 3
    assert all(found[name] for name in ("processor", "kernels", "blas"))


def test_trying_a_right_method_says_how_long_it_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, monkeypatch)
    main("baseline", None)
    said = capsys.readouterr().out
    for line in (
        r"loss before training +\d",
        r"learns by heart +yes: loss [\d.]+ -> [\d.]+",
        r"every parameter learns +yes",
        r"answers are independent +yes",
        r"continues after a stop +yes",
        r"speed +[\d,]+ examples/s",
        r"whole training +about \d+ s on this machine; seeds: 1, epochs: 2 of 3 steps",
    ):
        assert re.search(line, said), line
    assert not Path("runs").exists()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "self.net = nn.Linear(5, 1)",
            "self.net = nn.Linear(5, 1)\n        self.idle = nn.Linear(5, 5)",
            "idle.weight, idle.bias",
        ),
        (
            'return {"answer": self.answer(batch)}',
            'return {"answer": self.answer(batch) - self.answer(batch).mean()}',
            "answer changes by",
        ),
        (
            'self.answer(batch), batch["y"])}',
            'self.answer(batch), batch["y"].flip(0)) + 9}',
            "learns by heart          no: ",
        ),
        (
            'self.answer(batch), batch["y"])}',
            'self.answer(batch) * self.growing(), batch["y"])}\n\n    def growing(self):\n'
            '        self.calls = getattr(self, "calls", 0) + 1\n        return self.calls',
            "continues after a stop   no: ",
        ),
    ],
)
def test_trying_a_wrong_method_names_what_is_wrong(
    old: str,
    new: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert BASELINE.count(old) == 1
    enter(tmp_path, monkeypatch, baseline=BASELINE.replace(old, new))
    out: list[str] = []

    def tried() -> None:
        try:
            main("baseline", None)
        finally:
            out.append(capsys.readouterr().out)

    _, line = told(tried, capsys)
    assert "baseline: " in line
    assert says in out[0]


def test_a_step_that_is_the_only_one_is_timed_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slow = 'import time\n\n        time.sleep(0.03)\n        return {"loss": '
    enter(tmp_path, monkeypatch, baseline=BASELINE.replace('return {"loss": ', slow))
    params = json.loads(Path("params.yaml").read_text(encoding="utf-8"))
    params["train"]["batch_size"] = 4096  # all examples
    Path("params.yaml").write_text(json.dumps(params), encoding="utf-8")
    main("baseline", None)
    found = re.search(r"speed +[\d,]+ examples/s, ([\d.]+) ms a step", capsys.readouterr().out)
    assert found
    assert 30 <= float(found[1]) < 300


def test_a_whole_seed_on_trial_is_scored_on_validation_data_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, monkeypatch)
    main("baseline", 3)
    said = capsys.readouterr().out
    assert "baseline, seed 3: about" in said
    assert "on the 15 validation examples" in said
    assert re.search(r"^  error \d\.\d{3}$", said, re.MULTILINE)
    assert not Path("runs").exists()


def test_trying_needs_a_method_and_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, monkeypatch)
    assert (
        "params.yaml has no method 'novle': it has baseline, own_step" in told(lambda: main("novle", None), capsys)[1]
    )
    Path("data/splits.parquet").unlink()
    assert "there are no data yet: run `uv run dvc repro split`" in told(lambda: main("baseline", None), capsys)[1]
