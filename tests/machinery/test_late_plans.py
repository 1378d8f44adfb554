"""A plan has whatever date somebody gives it: its first commit shows what had been looked at by then."""

from __future__ import annotations

from pathlib import Path

import pytest
from team_project import enter
from test_records import commit, git

from lab.comparison import plan
from lab.comparison.ledger import note_look
from lab.verification.records import plan_in_doubt


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(tmp_path, monkeypatch)
    git("init", "--quiet", "--initial-branch=main")
    return tmp_path


def test_a_plan_that_was_committed_before_any_look_is_believed(project: Path) -> None:
    assert plan_in_doubt() == ""
    plan.main(again=False)
    assert plan_in_doubt().startswith("the plan is not committed")
    commit("Seal")
    note_look(["a"], "error")
    commit("Look")
    assert plan_in_doubt() == ""


def test_a_plan_that_was_committed_with_looks_is_not_called_earlier_than_they(project: Path) -> None:
    plan.main(again=False)  # or with a date of before
    for each in "ab":
        note_look([each], "error")
    commit("All at once")
    told = "the plan was first committed when the test split had been looked at (2×); it says that it was sealed"
    assert plan_in_doubt() == f"{told} after 0"


def test_a_plan_that_says_itself_that_it_was_late_is_believed(project: Path) -> None:
    note_look(["a"], "error")
    plan.main(again=False)
    commit("All at once")
    assert plan_in_doubt() == ""
