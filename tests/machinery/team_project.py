"""A project with a small task, in a test's folder and process: what a team may write wrong is written there."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from small_project import PARAMS

import lab.tasks
from lab.errors import run
from lab.settings import read_params, read_project

ROOM = Path("src/lab/tasks/small")

PROBLEM = """
import numpy as np
import pandas as pd
import torch
from matplotlib.figure import Figure

from lab.contract import Drawn, Metric, Provenance

metrics = (Metric("error", higher_is_better=False),)
targets = ("y",)
stratify = None


def collect(raw, options):
    table = pd.DataFrame({"id": [str(row) for row in range(60)], "sha256": "0" * 64, "x": np.arange(60.0)})
    return table, Provenance("Made", "made", "here", "CC0", "none")


def expectations(examples, options):
    import great_expectations.expectations as gxe

    return [gxe.ExpectColumnValuesToBeBetween(column="x", min_value=0)]


def load(raw, splits):
    generator = torch.Generator().manual_seed(0)
    x = {split: torch.randn(len(ids), 5, generator=generator) for split, ids in splits.items()}
    return {split: {"x": value, "y": value.sum(1)} for split, value in x.items()}


def measure(table):
    return table.assign(wrong=(table["answer"] - table["y"]).abs())


def score(table):
    return {"error": float(table["wrong"].mean())}


def figures(predictions):
    figure = Figure()
    figure.subplots().plot([0, 1])
    return {"line": figure}
"""

BASELINE = """
import torch
from torch import nn

from lab.contract import Method


class Baseline(Method):
    def __init__(self, examples):
        super().__init__()
        self.net = nn.Linear(5, 1)

    def answer(self, batch):
        return self.net(batch["x"]).squeeze(1)

    def loss(self, batch):
        return {"loss": nn.functional.mse_loss(self.answer(batch), batch["y"])}

    def validate(self, batch):
        return self.loss(batch)

    def predict(self, batch):
        return {"answer": self.answer(batch)}

    def configure_optimizers(self, train):
        return {"main": train.adamw(self.parameters())}
"""

OWN_STEP = """
from lab.tasks.small.baseline import Baseline


class OwnStep(Baseline):
    def train_step(self, batch, update):
        loss = self.loss(batch)["loss"]
        update(loss)
        return {"loss": loss}
"""

FILES = {"problem": PROBLEM, "baseline": BASELINE, "own_step": OWN_STEP}


def enter(folder: Path, monkeypatch: pytest.MonkeyPatch, **changed: str) -> None:
    """Make the project in ``folder`` the current one; ``changed`` are files of the team with another text."""
    (folder / ROOM).mkdir(parents=True)
    for name, text in ({"__init__": ""} | FILES | changed).items():
        (folder / ROOM / f"{name}.py").write_text(text, encoding="utf-8")
    text = 'title = "T"\nslug = "t"\ntask = "small"\nlanguage = "en"\nmembers = [{ name = "黃意婷" }]\n'
    (folder / "project.toml").write_text(text, encoding="utf-8")
    params = PARAMS | {"train": PARAMS["train"] | {"epochs": 2, "batch_size": 8}}
    (folder / "params.yaml").write_text(json.dumps(params), encoding="utf-8")
    (folder / "data/raw").mkdir(parents=True)
    (folder / "data/raw/provenance.json").write_text('{"digest": "0"}', encoding="utf-8")
    splits = ["train"] * 30 + ["validation"] * 15 + ["test"] * 15
    table = pd.DataFrame({"id": [str(row) for row in range(len(splits))], "split": splits})
    table.to_parquet(folder / "data/splits.parquet")
    table[["id"]].to_parquet(folder / "data/raw/examples.parquet")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(lab.tasks, "__path__", [str(folder / "src/lab/tasks")])
    for name in [name for name in sys.modules if name.startswith("lab.tasks.small")]:
        del sys.modules[name]
    read_project.cache_clear()
    read_params.cache_clear()


def told(main: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    """The lines of code and the one line of a mistake that ``main`` ends with."""
    with pytest.raises(SystemExit) as ended:
        run(main)
    assert ended.value.code == 1
    *frames, line = capsys.readouterr().err.splitlines()
    assert line.startswith("error: "), line
    assert all(frame.startswith("  ") for frame in frames), frames
    assert all(ROOM.as_posix() in frame for frame in frames[::2]), frames
    return "\n".join(frames), line
