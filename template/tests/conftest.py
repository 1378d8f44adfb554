"""What tests of this project share: its data, its problem, and each of its methods after a moment of training."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from lab.contract import Examples, Problem
from lab.data.splitting import split
from lab.errors import UserError
from lab.reporting.project_tests import keep_tests
from lab.settings import Params, read_params, read_project
from lab.team_code.loading import load_problem
from lab.training.trial import Trial


@dataclass(frozen=True)
class Task:
    """The project's problem with its data, read once."""

    params: Params
    problem: Problem
    raw: Path
    table: pd.DataFrame
    ids: dict[str, list[str]]
    examples: dict[str, Examples]


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
def candidates(task: Task, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Trial]:
    """Each method with its settings, but on the CPU in full precision, where results repeat bit for bit."""
    folder = tmp_path_factory.mktemp("checkpoints")
    plain: dict[str, Any] = {"device": "cpu", "precision": "fp32", "compile": False, "workers": 0, "threads": 1}
    settings = {name: task.params.training(name).model_copy(update=plain) for name in task.params.methods}
    given = task.params, task.problem, task.examples
    return {name: Trial(name, *given, settings=settings[name], folder=folder) for name in settings}


@pytest.fixture(scope="session")
def candidate(request: pytest.FixtureRequest, candidates: dict[str, Trial]) -> Trial:
    """Each method of params.yaml in turn."""
    return candidates[request.param]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep what all tests said of this code, as evidence for the rubric. A part of them says too little."""
    chosen, ended = session.config, (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
    options = chosen.option.keyword, getattr(chosen.option, "lf", False), chosen.option.markexpr != "not slow"
    if exitstatus in ended and chosen.args_source is chosen.ArgsSource.TESTPATHS and not any(options):
        with suppress(UserError):  # of params.yaml, say: a test has said it
            keep_tests(session.testscollected, session.testsfailed)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "candidate" in metafunc.fixturenames:
        metafunc.parametrize("candidate", list(read_params().methods), indirect=True, scope="session")
