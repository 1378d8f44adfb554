"""``lab verify``: green on what the pipeline made; whatever somebody swapped is caught, and named with its file."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from conftest import Project
from tamperings import RUN, TAMPERINGS, edit_json, score, seal

LAB = ("python", "-m", "lab.cli", "verify")
ONE = """
import sys

from lab.settings import read_params
from lab.team_code.loading import load_problem
from lab.verification import checks, training
from lab.verification.throwaway import throwaway

with throwaway() as again:
    name, params = sys.argv[1], read_params()
    trained = lambda: training.trained_again("novel", 0, load_problem(), again)[0]
    found = trained() if name == "trained" else getattr(checks, name)(params, again)
    print(*found.faults, sep="\\n")
"""
"""One check of all, for a test need not wait for the others."""
QUICK = ("lock", "runs")


@pytest.mark.parametrize(
    ("tamper", "check", "named"),
    [pytest.param(*case, marks=[] if case[1] in QUICK else pytest.mark.slow) for case in TAMPERINGS],
)
def test_a_tampering_is_caught_and_named(
    copied: Project, tamper: Callable[[Path], None], check: str, named: str
) -> None:
    tamper(copied.path)
    said = copied.succeed("python", "-c", ONE, check)
    assert re.search(named, said, re.MULTILINE), said


@pytest.fixture
def committed(copied: Project) -> Project:
    copied.commit("Results")
    return copied


def report(project: Project) -> dict:
    return json.loads((project.path / "results/verification.json").read_text(encoding="utf-8"))


def test_what_the_pipeline_made_is_verified(committed: Project) -> None:
    said = committed.succeed(*LAB, "baseline", "--seed", "1")
    found, head = report(committed), committed.succeed("git", "rev-parse", "HEAD").strip()
    assert [check["faults"] for check in found["checks"] if not check["holds"]] == [], said
    assert len(found["checks"]) == 9
    assert (found["commit"], found["committed"], found["bit_for_bit"]) == (head, True, True)
    assert found["trained_again"] == ["baseline/1"]
    badge = (committed.path / "results/verification.svg").read_text(encoding="utf-8")
    assert f"verified: baseline, seed 1, bit for bit · {head[:7]} · {found['when'][:10]}" in badge
    # Git carries both; nothing else was touched, and the pipeline has nothing to do.
    new = committed.succeed("git", "status", "--porcelain", "--untracked-files=all").splitlines()
    assert new == ["?? results/verification.json", "?? results/verification.svg"]
    assert "Data and pipelines are up to date" in committed.succeed("dvc", "status")
    assert not (committed.path / ".lab/verify").exists()


@pytest.mark.slow
def test_a_failure_is_written_down_and_said_in_one_line(committed: Project) -> None:
    score(committed.path)
    line = committed.fail(*LAB)
    assert re.match(r"error: not verified: \d of 9 checks fail: files are those of dvc.lock; ", line)
    found = report(committed)
    assert not found["verified"]
    assert any("accuracy.mean: 0.9999" in fault for check in found["checks"] for fault in check["faults"])
    assert "not verified" in (committed.path / "results/verification.svg").read_text(encoding="utf-8")


@pytest.mark.slow
def test_elsewhere_a_run_may_differ_within_the_tolerance_that_is_stated(copied: Project) -> None:
    """As if another processor had trained it: other last digits are no fault, other scores are."""
    path = copied.path / RUN / "run.json"
    edit_json(path, "hardware", "processor", to="Another processor")
    table = pd.read_parquet(path.with_name("predictions.parquet"))
    table["log_probability"] += 1e-5
    table.to_parquet(path.with_name("predictions.parquet"), index=False)
    seal(copied.path)
    assert copied.succeed("python", "-c", ONE, "trained").strip() == ""
    right = [[0.0 if digit == label else -50.0 for digit in range(10)] for label in table["label"]]
    table.assign(log_probability=right).to_parquet(path.with_name("predictions.parquet"), index=False)
    seal(copied.path)
    assert "log_loss on the test split: 0, trained again 0." in copied.succeed("python", "-c", ONE, "trained")


def test_a_method_or_seed_that_is_not_there_is_told(reproduced: Project) -> None:
    assert "params.yaml has no method 'novle': it has baseline, novel" in reproduced.fail(*LAB, "novle")
    assert "params.yaml: seeds has no 9: it has 0, 1, 2" in reproduced.fail(*LAB, "novel", "--seed", "9")
