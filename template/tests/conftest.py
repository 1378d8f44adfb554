"""What tests of this project share: its data, its problem, and each of its methods after a moment of training."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
from torch.utils.data import Dataset, Subset

from lab.contract import Batch, Examples, Method, Problem
from lab.data.splitting import split
from lab.settings import Params, TrainSettings, read_params, read_project
from lab.team_code import load_method, load_problem
from lab.training.batches import count
from lab.training.checkpoints import Checkpoint
from lab.training.devices import repeatable
from lab.training.loop import Fitted, fit
from lab.training.predictions import predict

STEPS = 4
"""Of the moment of training: enough to set every weight in motion."""


def take(examples: Examples, number: int) -> Examples:
    """The first examples."""
    if isinstance(examples, Dataset):
        return Subset(examples, range(min(number, count(examples))))
    return {name: value[:number] for name, value in examples.items()}


@dataclass(frozen=True)
class Task:
    """The project's problem with its data, read once."""

    params: Params
    problem: Problem
    raw: Path
    table: pd.DataFrame
    ids: dict[str, list[str]]
    examples: dict[str, Examples]


@dataclass(frozen=True)
class Candidate:
    """A method of params.yaml."""

    name: str
    task: Task
    folder: Path

    @cached_property
    def kind(self) -> type[Method]:
        return load_method(self.name)

    @cached_property
    def settings(self) -> TrainSettings:
        """As in params.yaml, but on the CPU in full precision, where results repeat bit for bit."""
        plain: dict[str, Any] = {"device": "cpu", "precision": "fp32", "compile": False, "workers": 0}
        return self.task.params.training(self.name).model_copy(update=plain)

    @property
    def has_own_step(self) -> bool:
        return hasattr(self.kind, "train_step")

    def build(self, seed: int = 0) -> Method:
        """The method before any training, as ``fit`` builds it."""
        repeatable(seed)
        return self.kind(self.task.examples["train"], **self.task.params.options(self.name))

    def train(self, few: Examples, **changes: Any) -> Fitted:
        """Train on few examples a method that was built for all, so that it knows every class and word."""

        def built(_: Examples, **options: Any) -> Method:
            return self.kind(self.task.examples["train"], **options)

        checkpoint = Checkpoint(self.folder / f"{self.name}.pt", fingerprint="test")
        checkpoint.remove()
        settings = self.settings.model_copy(update=changes)
        examples = {"train": few, "validation": few}
        options = self.task.params.options(self.name)
        return fit(cast(type[Method], built), options, examples, settings, 0, checkpoint, lambda history: None)

    def train_briefly(self) -> Fitted:
        """A few steps, without weight decay: only what has a gradient moves."""
        few = take(self.task.examples["train"], STEPS * self.settings.batch_size)
        return self.train(few, epochs=1, weight_decay=0.0)

    @cached_property
    def trained(self) -> Fitted:
        return self.train_briefly()

    def predict(self, examples: Examples, method: Method | None = None, batch_size: int = 64) -> Batch:
        """Columns of numbers, as the train stage gets them: targets are taken away before."""
        settings = self.settings.model_copy(update={"batch_size": batch_size})
        columns = predict(
            method or self.trained.method,
            examples,
            self.task.problem.targets,
            settings,
            self.trained.processes.hardware,
        )
        return cast(Batch, columns)


@pytest.fixture(scope="session")
def task(tmp_path_factory: pytest.TempPathFactory) -> Task:
    """From ``data/raw`` if the pipeline has collected it, else collected for these tests."""
    read_project.cache_clear()  # a test in another folder may have read another project
    read_params.cache_clear()
    params, problem, raw = read_params(), load_problem(), Path("data/raw").resolve()
    if not (raw / "provenance.json").is_file():
        raw = tmp_path_factory.mktemp("raw")
        problem.collect(raw, params.data)[0].to_parquet(raw / "examples.parquet", index=False)
    table = pd.read_parquet(raw / "examples.parquet")
    where = split(table, params.split, problem.stratify).to_numpy()
    ids = {name: table.loc[where == name, "id"].tolist() for name in ("train", "validation", "test")}
    return Task(params, problem, raw, table, ids, problem.load(raw, ids))


@pytest.fixture(scope="session")
def candidates(task: Task, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Candidate]:
    folder = tmp_path_factory.mktemp("checkpoints")
    found = {name: Candidate(name, task, folder) for name in task.params.methods}
    assert all(candidate.kind for candidate in found.values())
    return found


@pytest.fixture(scope="session")
def candidate(request: pytest.FixtureRequest, candidates: dict[str, Candidate]) -> Candidate:
    """Each method of params.yaml in turn."""
    return candidates[request.param]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "candidate" in metafunc.fixturenames:
        metafunc.parametrize("candidate", list(read_params().methods), indirect=True, scope="session")
