"""A project with a task that trains in a second or two, on disk, for tests that start the train stage itself."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
from safetensors.torch import load_file

import lab
from lab.files import tree_digest

PROBLEM = """
import torch

from lab.contract import Metric

metrics, targets, stratify = (Metric("error", higher_is_better=False),), ("y",), None


def load(raw, splits):
    generator = torch.Generator().manual_seed(0)
    x = {split: torch.randn(len(ids), 5, generator=generator) for split, ids in splits.items()}
    return {split: {"x": value, "y": value.sum(1)} for split, value in x.items()}


def collect(raw, options): ...
def expectations(examples, options): ...
def score(frame): return {"error": float((frame["answer"] - frame["y"]).abs().mean())}
def figures(predictions): return {}
"""

BASELINE = """
import os
import time

from torch import nn

from lab.contract import Method


class Baseline(Method):
    def __init__(self, examples, dropout=0.0, pause=0.0, fail=""):
        super().__init__()
        self.pause, self.fail, self.steps = pause, fail, 0
        self.net = nn.Sequential(nn.Linear(5, 8), nn.Tanh(), nn.Dropout(dropout), nn.Linear(8, 1))
        self.register_buffer("mean", examples["x"].mean(0))

    def answer(self, batch):
        return self.net(batch["x"] - self.mean).squeeze(1)

    def loss(self, batch):
        if self.training:
            self.steps += 1
            time.sleep(self.pause)
            if self.fail and self.steps == 10 and os.environ.get("RANK", "0") == "1":
                raise RuntimeError(self.fail)
        return {"loss": nn.functional.mse_loss(self.answer(batch), batch["y"])}

    def predict(self, batch):
        return {"answer": self.answer(batch)}
"""

OWN_STEP = """
from lab.tasks.small.baseline import Baseline


class OwnStep(Baseline):
    def configure_optimizers(self, train):
        return {"first": train.adamw(self.net[0].parameters()), "last": train.adamw(self.net[3].parameters())}

    def train_step(self, batch, update):
        update(self.loss(batch)["loss"], "first")
        measured = self.loss(batch)
        update(measured["loss"], "last")
        return measured
"""

PARAMS: dict[str, Any] = {
    "data": {},
    "split": {"validation": 0.2, "test": 0.2, "seed": 0},
    "seeds": [0],
    "train": {
        "epochs": 4,
        "batch_size": 16,
        "learning_rate": 0.01,
        "weight_decay": 0.01,
        "schedule": "cosine",
        "warmup": 0.1,
        "clip": 1.0,
        "accumulate": 1,
        "patience": 0,
        "device": "cpu",
        "precision": "fp32",
        "compile": False,
        "workers": 0,
        "threads": 1,
        "checkpoint_minutes": 5.0,
    },
    "methods": {"baseline": {}, "own_step": {}},
    "compare": {"resamples": 100, "confidence": 0.95, "seed": 0},
}


class SmallProject:
    """Its folder, and the train stage started in it."""

    def __init__(self, folder: Path, **params: Any) -> None:
        self.folder = folder
        ignored = shutil.ignore_patterns("tasks", "__pycache__")
        shutil.copytree(Path(lab.__file__).parent, folder / "src/lab", ignore=ignored)
        tasks = folder / "src/lab/tasks"
        files = {"__init__": "", "small/__init__": "", "small/problem": PROBLEM}
        for name, text in (files | {"small/baseline": BASELINE, "small/own_step": OWN_STEP}).items():
            path = tasks / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        text = 'title = "T"\nslug = "t"\ntask = "small"\nlanguage = "en"\nmembers = [{ name = "黃意婷" }]\n'
        (folder / "project.toml").write_text(text, encoding="utf-8")
        (folder / "data/raw").mkdir(parents=True)
        splits = ["train"] * 160 + ["validation"] * 50 + ["test"] * 30
        table = pd.DataFrame({"id": [str(row) for row in range(len(splits))], "split": splits})
        table.to_parquet(folder / "data/splits.parquet")
        table[["id"]].to_parquet(folder / "data/raw/examples.parquet")
        about = {"digest": tree_digest(folder / "data/raw"), "title": "Made", "kind": "made", "source": "here"}
        self.write("data/raw/provenance.json", about)
        self.set(**params)

    def write(self, path: str, content: Any) -> None:
        (self.folder / path).write_text(json.dumps(content), encoding="utf-8")

    def set(self, **params: Any) -> None:
        """Write ``params.yaml``, with other values than the usual: ``train={"epochs": 2}``."""
        merged = {
            key: PARAMS.get(key, {}) | params[key] if isinstance(params.get(key), dict) else params.get(key, usual)
            for key, usual in (params | PARAMS).items()
        }
        self.write("params.yaml", merged)  # JSON is YAML

    def start(self, method: str = "baseline", *options: str, **variables: str) -> subprocess.Popen[str]:
        """Start the train stage. With ``LAB_LAUNCHED`` it does without MLflow and the method's lock."""
        return self.begin(["-m", "lab.stages.train", method, *options], **variables)

    def begin(self, words: list[str], **variables: str) -> subprocess.Popen[str]:
        """Start Python with the project's code."""
        inherited = {name: value for name, value in os.environ.items() if name not in ("RANK", "LAB_LAUNCHED")}
        own = {"PYTHONPATH": str(self.folder / "src"), "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=self.folder,
            env=inherited | own | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def train(self, method: str = "baseline", *options: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run the train stage to its end."""
        with self.start(method, *options, **variables) as process:
            try:
                said, complained = process.communicate(timeout=300)
            finally:
                process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, said, complained)

    def run(self, method: str = "baseline", seed: int = 0) -> Path:
        return self.folder / "runs" / method / str(seed)

    def record(self, method: str = "baseline", seed: int = 0) -> dict[str, Any]:
        path = self.run(method, seed) / "run.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def numbers(self, method: str = "baseline", seed: int = 0) -> list[float]:
        """Weights, predictions and history of a run in one list."""
        weights = load_file(self.run(method, seed) / "model.safetensors")
        answers = pd.read_parquet(self.run(method, seed) / "predictions.parquet")["answer"]
        history = pd.read_csv(self.run(method, seed) / "history.csv")
        flat = [float(value) for name in sorted(weights) for value in weights[name].flatten()]
        return [*flat, *map(float, answers), *map(float, history.to_numpy().flatten())]
