"""What a training says of the time that it will take."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_project import PARAMS
from team_project import enter

from lab.settings import read_params
from lab.train_settings import TrainSettings
from lab.training import progress
from lab.training.progress import Forecast, duration
from lab.training.run import train_seeds, warn_of_few_steps


def test_the_first_epoch_tells_how_long_all_seeds_take(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = iter([100.0, 102.5])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    forecast = Forecast("novel", [0, 1, 2], epochs=30)
    forecast.after_epoch([{"epoch": 1}])  # an epoch that nobody timed says nothing
    assert not capsys.readouterr().out
    forecast.begin()
    forecast.after_epoch([{"epoch": epoch} for epoch in range(1, 12)])  # ten epochs were there already
    forecast.after_epoch([{"epoch": epoch} for epoch in range(1, 13)])
    assert capsys.readouterr().out == "novel: 2.5 s an epoch, at most 4 min for 3 seeds\n"  # 80 epochs of 2.5 s


def test_a_long_epoch_is_said_in_minutes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter([0.0, 160.0])
    monkeypatch.setattr(progress.time, "perf_counter", lambda: next(clock))
    forecast = Forecast("novel", [7], epochs=10)
    forecast.begin()
    forecast.after_epoch([{"epoch": 1}])
    assert capsys.readouterr().out == "novel: 3 min an epoch, at most 27 min for seed 7\n"


def test_a_training_says_it_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    enter(tmp_path, monkeypatch)
    train_seeds("baseline", [0, 1], read_params(), {0: "f", 1: "g"})
    lines = [line for line in capsys.readouterr().out.splitlines() if "at most" in line]
    assert len(lines) == 1, lines
    assert "for 2 seeds" in lines[0]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (89.5, "90 s"), (91, "2 min"), (5340, "89 min"), (5400, "1 h 30 min"), (10000, "2 h 47 min")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(("size", "warned"), [(72, True), (639, False)])
def test_too_few_steps_are_warned_of(size: int, warned: bool, capsys: pytest.CaptureFixture[str]) -> None:
    settings = TrainSettings.model_validate(PARAMS["train"] | {"batch_size": 64, "epochs": 30})
    warn_of_few_steps(settings, size)
    said = "warning: 72 training examples in batches of 64 are 30 steps in all: set a smaller train.batch_size"
    assert capsys.readouterr().out.startswith(said) is warned
