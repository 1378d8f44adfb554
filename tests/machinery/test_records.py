"""The sealed plan and the ledger of looks at the test split: what the report says, and that nothing is lost unseen."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import project_copy
import pytest
from pypdf import PdfReader
from team_project import enter, told

from lab.comparison import plan
from lab.comparison.ledger import Looks, looks, note_look
from lab.paths import COSTS, LOOKS, PLAN
from lab.reporting.documents import compile_documents
from lab.reporting.records import sentences
from lab.settings import read_params
from lab.tuning.counts import Count, note, trials_by_method
from lab.words import speaker


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    enter(tmp_path, monkeypatch)
    return tmp_path


def git(*words: str) -> str:
    person = ("-c", "user.name=A", "-c", "user.email=a@example.edu")
    return subprocess.run(["git", *person, *words], capture_output=True, check=True, text=True).stdout


def commit(message: str) -> None:
    git("add", "--all")
    git("commit", "--quiet", "--no-verify", "-m", message)


def change(old: str, new: str) -> None:
    text = Path("params.yaml").read_text(encoding="utf-8")
    assert text.count(old) == 1
    Path("params.yaml").write_text(text.replace(old, new), encoding="utf-8")
    read_params.cache_clear()


def test_each_look_is_a_line_and_the_same_runs_are_one_set(project: Path) -> None:
    for fingerprints in (["a", "b"], ["a", "b"], ["a", "c"]):
        note_look(fingerprints, "error")
    assert looks() == Looks(number=3, different=2, lost=0)
    entry = json.loads(LOOKS.read_text(encoding="utf-8").splitlines()[0])
    assert set(entry) == {"time", "commit", "methods", "metric", "after"}


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_lost_line_is_noticed(project: Path, line: int) -> None:
    last = [note_look([each], "error") for each in "abc"][-1]
    COSTS.parent.mkdir(parents=True)
    COSTS.write_text(json.dumps({"methods": {}, "look": last}), encoding="utf-8")
    assert looks().lost == 0
    lines = LOOKS.read_text(encoding="utf-8").splitlines(keepends=True)
    LOOKS.write_text("".join(lines[:line] + lines[line + 1 :]), encoding="utf-8")
    assert looks().lost == 1


def test_an_edited_line_and_a_lost_file_are_noticed_by_git(project: Path) -> None:
    git("init", "--quiet")
    note_look(["a"], "error")
    note_look(["b"], "error")
    commit("Looks")
    whole = LOOKS.read_text(encoding="utf-8")
    LOOKS.write_text(whole.replace('"metric": "error"', '"metric": "other"'), encoding="utf-8")
    assert looks().lost == 2
    LOOKS.unlink()
    assert looks() == Looks(0, 0, 2)
    commit("Forget")
    assert looks().lost == 2


def test_two_members_looks_merge_line_by_line(project: Path) -> None:
    attributes = project_copy.ROOT / ".gitattributes"
    Path(".gitattributes").write_text(attributes.read_text(encoding="utf-8"), encoding="utf-8")
    git("init", "--quiet", "--initial-branch=main")
    note_look(["a"], "error")
    commit("Start")
    git("checkout", "--quiet", "-b", "other")
    note_look(["b"], "error")
    note_look(["c"], "error")
    commit("Theirs")
    git("checkout", "--quiet", "main")
    note_look(["d"], "error")
    commit("Ours")
    git("merge", "--quiet", "other", "-m", "Merge")
    assert looks() == Looks(number=4, different=4, lost=0)
    note_look(["e"], "error")
    after = [json.loads(line)["after"] for line in LOOKS.read_text(encoding="utf-8").splitlines()]
    assert len(after[-1]) == 2  # it names both sides' last lines
    kept = LOOKS.read_text(encoding="utf-8").splitlines(keepends=True)
    LOOKS.write_text("".join(kept[:1] + kept[2:]), encoding="utf-8")
    assert looks().lost == 1


def test_a_plan_is_sealed_once_and_an_edit_is_seen(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan.main(again=False)
    said = capsys.readouterr().out
    assert "seeds      0" in said
    assert "before any look at the test split" in said
    plan.main(again=False)
    assert "nothing to do" in capsys.readouterr().out
    change('"confidence": 0.95', '"confidence": 0.9')
    line = told(lambda: plan.main(again=False), capsys)[1]
    assert "another plan is sealed (it differs in rule): `uv run lab seal --again`" in line
    note_look(["a"], "error")
    plan.main(again=True)
    assert "after the test split had been looked at (1×)" in capsys.readouterr().out
    plans = plan.read_plans()
    assert [entry["looks"] for entry in plans] == [0, 1]
    assert all(map(plan.is_intact, plans))
    text = PLAN.read_text(encoding="utf-8")
    PLAN.write_text(text.replace('"confidence": 0.95', '"confidence": 0.94'), encoding="utf-8")
    assert not all(map(plan.is_intact, plan.read_plans()))


def test_a_plan_needs_data(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("data/raw/provenance.json").unlink()
    assert "there are no data yet" in told(lambda: plan.main(again=False), capsys)[1]


def test_trials_are_counted_over_all_studies_and_merges(project: Path) -> None:
    for count in (
        ("novel", "x", 5, 1, 0),
        ("novel", "x", 9, 2, 1),
        ("novel", "y", 4, 0, 0),
        ("baseline", "z", 20, 3, 0),
    ):
        note(Count(*count))
    path = Path("records/tuning.jsonl")
    earlier = '{"cut_off": 1, "failed": 0, "method": "novel", "study": "x", "trials": 5}\n'
    path.write_text(path.read_text(encoding="utf-8") + earlier, encoding="utf-8")  # what a merge may leave
    found = trials_by_method()
    assert {name: (each.trials, each.cut_off, each.failed) for name, each in found.items()} == {
        "baseline": (20, 3, 0),
        "novel": (13, 2, 1),
    }


def compared() -> None:
    """What the stage compare leaves of two methods, as far as a plan is held against it."""
    content = {
        "metrics": [{"name": "error", "higher_is_better": False}],
        "methods": {"baseline": {"family": "baseline"}, "own_step": {"family": "candidate"}},
        "seeds": [0],
        "confidence": 0.95,
        "resamples": 100,
        "baseline": "baseline",
    }
    Path("results").mkdir(exist_ok=True)
    Path("results/comparison.json").write_text(json.dumps(content), encoding="utf-8")


def seal_then_leave() -> None:
    """A plan with four seeds; three were trained, looked at three times, and a line was lost."""
    change('"seeds": [0]', '"seeds": [0, 1]')
    plan.main(again=False)
    change('"seeds": [0, 1]', '"seeds": [0]')
    for each in ("a", "b", "b", "c"):
        note_look([each], "error")
    lines = LOOKS.read_text(encoding="utf-8").splitlines(keepends=True)
    LOOKS.write_text("".join(lines[1:]), encoding="utf-8")
    note(Count("baseline", "z", 20, 3, 0))
    compared()


def test_the_report_says_what_was_kept_and_what_was_not(project: Path) -> None:
    seal_then_leave()
    day = plan.read_plans()[0]["sealed"][:10]
    assert sentences(speaker("en")) == [
        f"The plan was sealed on {day} (commit –), before any look at the test split.",
        "Kept: primary metric, code of the scores, baseline, methods, ablations, split, decision rule, data.",
        "Other than planned: seeds, planned 0, 1, now 0.",
        "The test split was looked at 3 times; different sets of trained methods: 2.",
        "Lines that the record of these looks has lost: 1.",
        "Settings tried on validation data: baseline 20, own step 0.",
        "The methods did not have the same number of trials.",
    ]
    taiwanese = sentences(speaker("zh-TW"))
    assert len(taiwanese) == 7
    assert taiwanese[2] == "與計畫不同：隨機種子，原訂 0, 1，現為 0。"


def test_without_a_plan_that_is_said_and_nothing_of_looks_and_trials(project: Path) -> None:
    assert sentences(speaker("en")) == ["No plan was sealed before the comparison."]
    note_look(["a"], "error")
    assert sentences(speaker("en"))[1:] == ["The test split was looked at once."]


@pytest.mark.parametrize("language", project_copy.LANGUAGES)
def test_the_report_prints_these_sentences(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path, language)
    project_copy.mini_report(tmp_path, "#how-compared()")
    said = {"en": ["No *plan* #was sealed.", "Looked at."], "zh-TW": ["比較之前未封存計畫。", "測試集僅看過一次。"]}[
        language
    ]
    gap = {"en": " ", "zh-TW": ""}[language]
    assert _squeezed(gap.join(said)) in _text(compile_documents(said)["report"])
    assert _squeezed(said[0]) not in _text(compile_documents()["report"])


def _text(pdf: bytes) -> str:
    return _squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages))


def _squeezed(text: str) -> str:
    """Without the blanks that a line's end may stand for."""
    return "".join(text.split())
