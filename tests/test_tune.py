"""``lab tune``: trials on validation data alone, none lost by a kill, shared by workers, and applied to params.yaml."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_project import SmallProject

SPACE = {
    "trials": 6,
    "train": {"learning_rate": {"low": 0.001, "high": 0.1, "log": True}},
    "methods": {"baseline": {"dropout": {"low": 0.0, "high": 0.5}}},
}


class Tuned(SmallProject):
    def start_tuning(self, *options: str, **variables: str) -> subprocess.Popen[str]:
        own = {"PYTHONPATH": str(self.folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
        return subprocess.Popen(
            [sys.executable, "-m", "lab.cli", "tune", *options],
            cwd=self.folder,
            env=os.environ | own | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
        )

    def tune(self, *options: str) -> tuple[int, str, str]:
        with self.start_tuning(*options) as process:
            said, complained = process.communicate(timeout=400)
        return process.returncode, said, complained

    def succeed(self, *options: str) -> str:
        code, said, complained = self.tune(*options)
        assert code == 0, said + complained
        return said

    def fail(self, *options: str) -> str:
        code, _, complained = self.tune(*options)
        assert code == 1
        assert complained.count("\n") == 1, complained
        return complained.removeprefix("error: ").strip()

    def trials(self, method: str = "baseline") -> list[dict[str, Any]]:
        paths = sorted(self.folder.glob(f".lab/tune/{method}/*/[0-9]*/run.json"))
        records = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
        return [record | record["trial"] for record in records]

    def counts(self) -> list[dict[str, Any]]:
        path = self.folder / "records/tuning.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def project(tmp_path: Path) -> Tuned:
    return Tuned(tmp_path, tune=SPACE)


def test_trials_are_trained_counted_drawn_and_the_best_is_applied(project: Tuned) -> None:
    # A method that saw the test split in a trial would fail here.
    problem = project.folder / "src/lab/tasks/small/problem.py"
    guard = 'assert len(frame) != 30 or "rehearsal" in str(__import__("traceback").extract_stack()), "test split"'
    text = problem.read_text(encoding="utf-8")
    problem.write_text(text.replace("def score(frame): return", f"def score(frame):\n    {guard}\n    return"), "utf-8")
    said = project.succeed("baseline")
    trials = project.trials()
    assert [trial["number"] for trial in trials] == list(range(6))
    assert {trial["status"] for trial in trials} == {"finished"}
    finished = [trial for trial in trials if not trial["pruned"]]
    best = min(finished, key=lambda trial: trial["score"])
    assert f"best is trial {best['number']}: error {best['score']:.3f} on validation data" in said
    assert [path.name for path in sorted(project.folder.glob("results/tuning/*"))] == [
        "baseline_importance.svg",
        "baseline_progress.svg",
    ]
    count = project.counts()[0]
    assert (count["method"], count["trials"], count["cut_off"]) == ("baseline", 6, 6 - len(finished))
    assert not list(project.folder.glob(".lab/tune/**/*.pt"))
    assert not (project.folder / "runs").exists()
    assert "trials are not alike: baseline 6, own_step 0" in said
    # Once more: all trials are there. Applied: they still are, for what is tuned is no part of the study.
    assert "6 of 6 trials are there" in project.succeed("baseline")
    project.succeed("baseline", "--apply")
    params = yaml.safe_load((project.folder / "params.yaml").read_text(encoding="utf-8"))
    tried = best["tried"]
    own = params["methods"]["baseline"]
    assert own == {"dropout": tried["dropout"], "train": {"learning_rate": tried["train.learning_rate"]}}
    assert "6 of 6 trials are there" in project.succeed("baseline")
    # The best trial's score is what these settings give: nothing was rounded on the way.
    again = project.train()
    assert again.returncode == 0, again.stderr
    losses = (project.run() / "history.csv").read_text(encoding="utf-8")
    folder = next(project.folder.glob(f".lab/tune/baseline/*/{best['number']:04d}"))
    assert (folder / "history.csv").read_text(encoding="utf-8") == losses


@pytest.mark.parametrize("all_of_it", [True, pytest.param(False, marks=pytest.mark.slow)])
def test_a_kill_loses_no_trial_and_the_unfinished_one_goes_on(project: Tuned, all_of_it: bool) -> None:
    project.set(tune=SPACE, methods={"baseline": {"pause": 0.05}, "own_step": {}})  # 0.5 s an epoch
    with project.start_tuning("baseline") as process:
        until = time.monotonic() + 200
        while len(project.trials()) < 2 or not _epochs(project, 1):
            assert time.monotonic() < until
            time.sleep(0.05)
        (os.killpg if all_of_it else os.kill)(process.pid, signal.SIGKILL)
        while not all_of_it and project.trials()[1]["status"] == "running":
            assert time.monotonic() < until, "the orphaned worker sees that nobody waits for it"
            time.sleep(0.1)
    before = project.trials()
    assert [trial["status"] for trial in before] == ["finished", "running" if all_of_it else "interrupted"]
    journal = next(project.folder.glob(".lab/tune/baseline/*/journal.jsonl"))
    with journal.open("ab") as stream:
        stream.write(b'{"op_code":6,"worker')  # as if the machine had gone down in the middle of a line
    said = project.succeed("baseline")
    after = project.trials()
    assert len(after) == 6
    assert after[0] == before[0]
    assert after[1]["key"] == before[1]["key"]
    assert after[1]["tried"] == before[1]["tried"]
    assert "baseline, trial 0:" not in said
    assert "baseline, trial 1:" in said
    assert project.counts()[0]["trials"] == 6


@pytest.mark.skipif(os.name != "posix", reason="the killed worker is found by its parent")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_killed_worker_is_told_or_another_does_its_part(project: Tuned, workers: int) -> None:
    project.set(tune=SPACE, methods={"baseline": {"pause": 0.03}, "own_step": {}})
    with project.start_tuning("baseline", "--workers", str(workers)) as process:
        until = time.monotonic() + 200
        while len(project.trials()) < 1 + workers or not (project.folder / "records/tuning.jsonl").is_file():
            assert time.monotonic() < until
            time.sleep(0.05)
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, check=True, text=True).stdout
        rows = [line.split(maxsplit=2) for line in listed.splitlines()]
        trainers = [int(pid) for pid, parent, words in rows if parent == str(process.pid) and "lab.tuning" in words]
        os.kill(trainers[0], signal.SIGKILL)
        said, complained = process.communicate(timeout=300)
    assert process.returncode == 2 - workers, complained
    if workers == 2:
        assert {trial["status"] for trial in project.trials()} == {"finished"}
        assert "best is trial" in said
    else:
        assert complained.startswith("error: baseline: a worker ended with exit code -9: if memory was short")
        assert complained.count("\n") == 1
    assert project.counts()[0]["trials"] >= 1


def _epochs(project: Tuned, number: int) -> bool:
    found = list(project.folder.glob(f".lab/tune/baseline/*/{number:04d}/history.csv"))
    return bool(found) and found[0].read_text(encoding="utf-8").count("\n") > 1


def test_two_workers_share_the_trials_and_both_work(project: Tuned) -> None:
    space = SPACE | {"trials": 7}
    project.set(tune=space, methods={"baseline": {"pause": 0.03}, "own_step": {}})
    said = project.succeed("baseline", "--workers", "2")
    trials = project.trials()
    assert [trial["number"] for trial in trials] == list(range(7))
    # At some moment two were being trained at once.
    spans = sorted((trial["started"], trial["finished"]) for trial in trials)
    assert any(later[0] < earlier[1] for earlier, later in pairwise(spans)), spans
    assert "7 trials in" in said


@pytest.mark.parametrize(
    ("tune", "says"),
    [
        ({"train": {"learning_rat": {"low": 1, "high": 2}}}, "no setting to tune: did you mean 'learning_rate'?"),
        ({"train": {"device": {"choices": ["cpu", "cuda"]}}}, "tune.train: device: is no setting to tune"),
        ({"train": {"clip": {"low": 2.0, "high": 1.0}}}, "tune.train.clip: low must be below high: 2.0 is not below"),
        ({"train": {"clip": {"low": 0, "high": 1, "log": True}}}, "tune.train.clip: log needs low above 0, not 0"),
        ({"train": {"clip": {"low": 0}}}, "tune.train.clip: needs low and high, as in {low: 0.001"),
        ({"train": {"clip": {"low": 0, "high": 1, "choices": [1, 2]}}}, "choices or low and high, not both"),
        ({"train": {"clip": {"choices": [1]}}}, "choices must name two values or more"),
        ({"train": {"clip": {"lo": 0, "high": 1}}}, "tune.train.clip.lo: unknown key: did you mean 'lo"),
        ({"methods": {"novle": {}}}, "tune.methods: there is no method 'novle'"),
        (
            {"methods": {"baseline": {"dropuot": {"low": 0.0, "high": 0.5}}}},
            "tune.methods.baseline.dropuot: 0.0 cannot",
        ),
        ({"train": {"schedule": {"choices": ["cosine", "linear"]}}}, "tune.train.schedule: 'linear' cannot be tried:"),
        ({"train": {"learning_rate": {"low": -1.0, "high": 0.5}}}, "tune.train.learning_rate: -1.0 cannot be tried:"),
        ({"trials": 0}, "tune.trials: Input should be greater than or equal to 1"),
        ({}, "tune: has nothing to change for baseline: name ranges under tune.train"),
    ],
)
def test_a_wrong_range_is_told_in_one_line_before_any_trial(tmp_path: Path, tune: dict[str, Any], says: str) -> None:
    project = Tuned(tmp_path, tune=tune)
    line = project.fail("baseline")
    assert line.startswith("params.yaml: ")
    assert says in line
    assert not project.trials()


def test_what_cannot_be_asked_for_is_told(project: Tuned) -> None:
    assert "params.yaml has no method 'novel': it has baseline, own_step" in project.fail("novel")
    assert "there is no trial of this code, data and ranges" in project.fail("baseline", "--apply")
    assert "name a method" in project.fail()


def test_trials_that_fail_are_counted_and_a_method_that_always_fails_ends_it(project: Tuned) -> None:
    space = {"trials": 5, "train": {"learning_rate": {"choices": [0.01, 1e30]}, "clip": {"choices": [0.0, 1.0]}}}
    project.set(tune=space)
    project.succeed("baseline")
    failed = [trial for trial in project.trials() if trial["status"] == "failed"]
    assert len(project.trials()) == 5
    assert project.counts()[-1]["failed"] == len(failed)
    assert all(trial["tried"]["train.learning_rate"] == 1e30 for trial in failed)
