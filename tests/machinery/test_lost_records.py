"""Who takes a line away from ``records/``, or writes another in its place, is told of it: Git has what was there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from small_project import SmallProject
from team_project import enter, told
from test_records import change, commit, compared, git

from lab.comparison import plan
from lab.comparison.folds import Fold
from lab.comparison.folds import note as note_fold
from lab.comparison.ledger import Looks, looks, note_look
from lab.paths import COSTS, FOLDS, LOOKS, PLAN, TRIALS
from lab.reporting.checks_of_results import CHECKS
from lab.reporting.records import sentences
from lab.tuning.counts import Count, note, trials_by_method
from lab.verification.records import faults_of_records
from lab.words import speaker


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(tmp_path, monkeypatch)
    git("init", "--quiet", "--initial-branch=main")
    return tmp_path


def test_a_merge_that_takes_one_side_loses_no_look_of_the_other_unseen(project: Path) -> None:
    note_look(["a"], "error")
    commit("Start")
    git("checkout", "--quiet", "-b", "other")
    note_look(["b"], "error")
    commit("Theirs")
    git("checkout", "--quiet", "main")
    Path("notes.md").write_text("x", encoding="utf-8")
    commit("Ours")
    git("merge", "--quiet", "-s", "ours", "other", "-m", "Merge")
    assert looks() == Looks(number=1, different=1, lost=1)


def test_a_look_is_written_down_before_anything_of_it_can_be_seen(tmp_path: Path) -> None:
    """A comparison that ends in a task's figure has drawn others."""
    small = SmallProject(tmp_path)
    for method in ("baseline", "own_step"):
        assert small.train(method, LAB_LAUNCHED="1").returncode == 0
    problem = small.folder / "src/lab/tasks/small/problem.py"
    text = problem.read_text(encoding="utf-8")
    broken = text.replace("def figures(predictions): return {}", "def figures(predictions): return 1 / 0")
    problem.write_text(broken, encoding="utf-8")
    with small.begin(["-m", "lab.stages.compare"]) as process:
        complained = process.communicate(timeout=200)[1]
    assert "ZeroDivisionError" in complained
    assert not (small.folder / "results/comparison.json").exists()
    assert len((small.folder / LOOKS).read_text(encoding="utf-8").splitlines()) == 1


def test_a_comparison_that_names_no_look_has_lost_it(project: Path) -> None:
    COSTS.parent.mkdir(parents=True)
    COSTS.write_text('{"methods": {}}', encoding="utf-8")
    assert looks() == Looks(number=0, different=0, lost=1)


@pytest.mark.parametrize("line", ['{"after": 3}', '{"after": [[1]]}', '{"methods": {}, "after": []}', "[]", "x"])
def test_a_line_that_a_person_wrote_over_is_none(project: Path, line: str) -> None:
    note_look(["a"], "error")
    LOOKS.write_text(LOOKS.read_text(encoding="utf-8") + line + "\n", encoding="utf-8")
    assert looks() == Looks(number=1, different=1, lost=0)


def seal(capsys: pytest.CaptureFixture[str], again: bool = False) -> str:
    plan.main(again)
    return capsys.readouterr().out


def test_a_plan_with_a_new_digest_or_none_is_noticed_by_git(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal(capsys)
    commit("Seal")
    assert plan.lost_plans() == 0
    content = json.loads(PLAN.read_text(encoding="utf-8"))
    entry = content["plans"][0]
    entry["plan"]["seeds"] = [0, 1, 2]
    del entry["digest"]
    PLAN.write_text(json.dumps({"plans": [entry | {"digest": plan._digest(entry)}]}, indent=2), encoding="utf-8")
    assert all(map(plan.is_intact, plan.read_plans()))
    assert plan.lost_plans() == 1
    PLAN.unlink()
    assert plan.lost_plans() == 1
    assert sentences(speaker("en"))[:2] == [
        "No plan was sealed before the comparison.",
        "Plans that were committed and are no longer in the file: 1.",
    ]
    assert CHECKS["plan"][2](speaker("en"), False)[0] is False
    assert faults_of_records() == ["records/plan.lock.json has lost 1 plan that Git has"]


def test_looks_that_came_to_light_later_were_before_the_plan(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As when another member looked and had not pushed yet; and as when the lines were deleted to seal."""
    note_look(["a"], "error")
    before = LOOKS.read_text(encoding="utf-8")
    LOOKS.unlink()
    assert "before any look" in seal(capsys)
    note_look(["b"], "error")
    LOOKS.write_text(before + LOOKS.read_text(encoding="utf-8"), encoding="utf-8")
    compared()
    assert "after the test split had been looked at (1×)" in sentences(speaker("en"))[0]
    assert "after 1 looks" in CHECKS["plan"][2](speaker("en"), False)[1]


def test_a_plan_that_is_sealed_when_looks_are_lost_was_not_before_them(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note_look(["a"], "error")
    commit("Look")
    LOOKS.unlink()
    assert "after the test split had been looked at (1×)" in seal(capsys)


def test_a_candidate_that_became_an_ablation_is_a_deviation(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The others would be corrected for fewer methods than was planned."""
    seal(capsys)
    compared()
    text = Path("results/comparison.json").read_text(encoding="utf-8")
    Path("results/comparison.json").write_text(text.replace('"candidate"', '"ablation"'), encoding="utf-8")
    assert "Other than planned: ablations, planned –, now own_step." in sentences(speaker("en"))


def test_scores_that_are_computed_otherwise_are_a_deviation(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seal(capsys)
    compared()
    assert "Kept: primary metric, code of the scores, baseline" in sentences(speaker("en"))[1]
    monkeypatch.setattr(plan, "of_scoring", lambda: "0" * 64)
    assert any(line.startswith("Other than planned: code of the scores, planned ") for line in sentences(speaker("en")))


def test_a_plan_of_an_older_template_is_held_against_what_it_has(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seal(capsys)
    compared()
    content = json.loads(PLAN.read_text(encoding="utf-8"))
    for point in ("scoring", "ablations"):
        del content["plans"][0]["plan"][point]
    PLAN.write_text(json.dumps(content), encoding="utf-8")
    told_ = sentences(speaker("en"))
    assert not any(line.startswith("Other than planned") for line in told_)
    assert any(line.startswith("Kept: primary metric, baseline, methods, seeds") for line in told_)


@pytest.mark.parametrize(
    "text", ["[]", "{", '{"plans": 3}', '{"plans": {}}', '{"plans": [3]}', '{"plans": [{"plan": 3}]}']
)
def test_a_plan_that_is_none_is_told_in_one_line(project: Path, capsys: pytest.CaptureFixture[str], text: str) -> None:
    PLAN.parent.mkdir(exist_ok=True)
    PLAN.write_text(text, encoding="utf-8")
    line = told(lambda: plan.main(again=False), capsys)[1]
    assert "records/plan.lock.json: not as `lab seal` wrote it: `git checkout records/plan.lock.json`" in line


def test_fewer_trials_than_were_committed_are_noticed(project: Path) -> None:
    note(Count("novel", "x", 50, 1, 0))
    note(Count("baseline", "y", 20, 1, 0))
    commit("Tune")
    note(Count("novel", "x", 60, 1, 0))
    assert faults_of_records() == []
    TRIALS.write_text(TRIALS.read_text(encoding="utf-8").replace('"trials": 60', '"trials": 20'), encoding="utf-8")
    assert {name: each.trials for name, each in trials_by_method().items()} == {"baseline": 20, "novel": 20}
    assert faults_of_records() == ["records/tuning.jsonl has lost 30 trials that Git has"]
    assert "Trials that Git has and the record has lost: 30." in sentences(speaker("en"))


def test_a_fold_with_other_scores_than_were_committed_is_noticed(project: Path) -> None:
    note_fold(Fold("novel", 1, 5, "f" * 64, {"error": 0.5}))
    commit("Folds")
    FOLDS.write_text(FOLDS.read_text(encoding="utf-8").replace("0.5", "0.1"), encoding="utf-8")
    assert faults_of_records() == ["records/folds.jsonl: novel, fold 2: other scores than were committed"]
    note_fold(Fold("novel", 1, 5, "e" * 64, {"error": 0.1}))  # trained anew, with other code
    assert faults_of_records() == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (TRIALS, '{"method": "novel", "study": "x", "trials": "many", "cut_off": 0, "failed": 0}'),
        (FOLDS, '{"method": "novel", "fold": 0, "of": 5, "fingerprint": "f", "scores": {"error": "low"}}'),
        (FOLDS, '{"method": "novel", "fold": 0, "of": 5, "fingerprint": "f", "scores": {"error": NaN}}'),
        (FOLDS, '{"method": "novel", "fold": 0, "of": 5, "fingerprint": "f", "scores": 3}'),
    ],
)
def test_a_record_with_another_type_is_told_in_one_line(
    project: Path, capsys: pytest.CaptureFixture[str], path: Path, line: str
) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(line + "\n", encoding="utf-8")
    assert f"{path.as_posix()}, line 1: not as `lab" in told(faults_of_records, capsys)[1]


def test_a_second_seal_says_what_changed(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seal(capsys)
    change('"seeds": [0]', '"seeds": [0, 1]')
    assert "scoring" in seal(capsys, again=True)
