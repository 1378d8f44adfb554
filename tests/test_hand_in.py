"""What a grader finds in a plain clone: no package, no remote, no pipeline is needed to open the evidence."""

import json
import math
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest
from conftest import Project
from pipeline import ROOM

from lab.errors import UserError
from lab.reporting.hand_in import _commit


def broken_links(page: Path) -> list[str]:
    targets = re.findall(r"\]\(([^)]+)\)", page.read_text(encoding="utf-8"))
    assert len(targets) > 20
    return [target for target in targets if not (page.parent / target.partition("#")[0]).exists()]


def test_a_plain_clone_has_the_evidence_and_ci_can_make_it_too(copied: Project, tmp_path: Path) -> None:
    assert "dvc.lock" in copied.fail("python", "-m", "lab.cli", "hand-in")
    copied.commit("First results")
    assert "wrote hand_in/" in copied.succeed("python", "-m", "lab.cli", "hand-in")
    copied.commit("Hand in")

    copied.succeed("git", "clone", "--quiet", ".", str(tmp_path / "grader"))
    page = tmp_path / "grader/hand_in/README.md"
    assert broken_links(page) == []
    html = (page.parent / "results/rubric.html").read_text(encoding="utf-8")
    places = [unquote(each) for each in re.findall(r'href="([^#"][^"]*)"', html)]
    assert [each for each in places if not (page.parent / "results" / each.partition("#")[0]).exists()] == []
    assert "../../documents/report.typ" in places
    assert "Commits</th>" in html
    assert (page.parent / "deliverables/report.pdf").read_bytes()[:5] == b"%PDF-"
    comparison = json.loads((page.parent / "results/comparison.json").read_text(encoding="utf-8"))
    mean = comparison["methods"]["novel"]["metrics"]["accuracy"]["mean"]
    assert f"{mean:.1f} ± " in page.read_text(encoding="utf-8")
    assert not (tmp_path / "grader/runs").exists()

    # The same folder, made where only the data store and the repository are at hand.
    copied.succeed("dvc", "remote", "add", "--default", "storage", str(tmp_path / "storage"))
    copied.commit("Share")
    copied.succeed("dvc", "push")
    copied.succeed("git", "clone", "--quiet", ".", str(tmp_path / "ci"))
    ci = Project(tmp_path / "ci")
    ci.succeed("dvc", "pull")
    ci.succeed("python", "-m", "lab.cli", "hand-in")
    head = ci.succeed("git", "rev-parse", "HEAD").strip()
    made = (ci.path / "hand_in/README.md").read_text(encoding="utf-8")
    assert f"`{head}`" in made
    counts = r"commits \d+, lines \S+ \S+"  # two commits have come since
    assert re.search(counts, made)
    assert re.sub(f"[0-9a-f]{{40}}|{counts}", "", made) == re.sub(
        f"[0-9a-f]{{40}}|{counts}", "", page.read_text(encoding="utf-8")
    )


def test_stale_results_are_not_handed_in(copied: Project) -> None:
    copied.commit("First results")
    copied.succeed("python", "-m", "lab.cli", "hand-in")
    before = sorted(path.name for path in (copied.path / "hand_in").rglob("*"))
    copied.write(f"{ROOM}/problem.py", "metrics = CLASS_METRICS", "metrics = CLASS_METRICS[:2]")
    copied.commit("A metric less, and no run of it")
    assert "uv run dvc repro" in copied.fail("python", "-m", "lab.cli", "hand-in")
    assert sorted(path.name for path in (copied.path / "hand_in").rglob("*")) == before


def test_power_is_told_before_any_run_and_by_runs(reproduced: Project) -> None:
    power = ("python", "-m", "lab.cli", "power")
    told = reproduced.succeed(*power)
    assert "by 3 seeds of baseline and novel on 271 validation examples" in told
    rows = [re.findall(r"[\d.]+(?=\spoints)|not any", line) for line in told.splitlines()[3:]]
    assert [len(row) for row in rows] == [3, 3, 3]
    numbers = [[math.inf if cell == "not any" else float(cell) for cell in row] for row in rows]
    columns = list(zip(*numbers, strict=True))  # more examples may help little: with few seeds, these decide
    assert all(list(column) == sorted(column, reverse=True) for column in columns)
    assert "assumed: mean 90" in reproduced.succeed(*power, "--mean", "90")


def test_files_that_are_not_committed_are_named_in_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "params.yaml").write_text("seeds: [0]\n", encoding="utf-8")
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--no-gpg-sign", "--message", "Start"]):
        person = ("-c", "user.name=A", "-c", "user.email=a@example.edu")
        subprocess.run(["git", *person, *words], check=True)
    assert len(_commit()) == 40
    (tmp_path / "params.yaml").write_text("seeds: [1]\n", encoding="utf-8")
    (tmp_path / "notes").write_text("new", encoding="utf-8")
    with pytest.raises(UserError, match=r"^not committed: params\.yaml, notes: "):
        _commit()
