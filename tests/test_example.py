"""examples/run.py: bad input is one line; the answers are those of a real stamp."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, TASKS, Stamp

SCRIPT = ROOT / "examples/run.py"
COMMITTED = ["report.pdf", "slides.pdf", "proposal.pdf", "comparison.json", "figures"]


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60)


def test_every_task_has_an_example(stamp: Stamp) -> None:
    for task in TASKS:
        answers = yaml.safe_load((ROOT / f"examples/{task}/answers.yml").read_text(encoding="utf-8"))
        assert answers["task"] == task
        assert "—" in answers["title"]
        assert "'" in answers["title"]
        stamped = yaml.safe_load((stamp(**answers).path / ".copier-answers.yml").read_text(encoding="utf-8"))
        assert stamped.items() >= answers.items()


def test_unknown_task_is_one_line() -> None:
    done = run("no_such_task")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "no_such_task" in done.stderr
    assert "image_classification" in done.stderr


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_destination_that_is_not_empty_is_left_alone(tmp_path: Path, kind: str) -> None:
    content = tmp_path / "notes.txt"
    content.write_text("mine", encoding="utf-8")
    done = run("--destination", str(tmp_path if kind == "folder" else content))
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "not an empty folder" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert content.read_text(encoding="utf-8") == "mine"


def test_all_looks_at_every_destination_before_the_first_run(tmp_path: Path) -> None:
    last = tmp_path / TASKS[-1]
    last.mkdir()
    (last / "notes.txt").write_text("mine", encoding="utf-8")
    done = run("--all", "--destination", str(tmp_path))
    assert done.returncode == 1
    assert f"{last} is not an empty folder" in done.stderr
    assert done.stdout == ""
    assert [path.name for path in tmp_path.iterdir()] == [last.name]


def test_the_table_says_what_the_comparison_says(tmp_path: Path) -> None:
    example = runpy.run_path(str(SCRIPT))
    (tmp_path / "results").mkdir()
    shutil.copy(ROOT / "examples/image_classification/comparison.json", tmp_path / "results")
    row = example["row"]("image_classification", tmp_path, 87.4)
    assert row == "| `image_classification` | accuracy (%) | 97.9 → 98.7 | +0.8 [-0.6, +2.8], not significant | 87 |"


def test_the_team_of_an_example_writes_changes_settings_and_commits(tmp_path: Path) -> None:
    example = runpy.run_path(str(SCRIPT))
    answers = yaml.safe_load(example["EXAMPLES"]["image_classification"].read_text(encoding="utf-8"))
    example["stamp"](answers, tmp_path)
    before = yaml.safe_load((tmp_path / "params.yaml").read_text(encoding="utf-8"))
    example["begin"](answers, tmp_path)
    example["write"](ROOT / "examples/image_classification/project", answers, tmp_path)
    text = (tmp_path / "params.yaml").read_text(encoding="utf-8")
    after = yaml.safe_load(text)
    assert after["compare"]["ablations"] == [*set(after["methods"]) - set(before["methods"])] != []
    assert {key for key in before if before[key] != after[key]} == {"methods", "compare"}
    assert text.count(" # ") > 40  # comments are still there
    assert not any(
        example["MARK"] in path.read_text(encoding="utf-8") for path in tmp_path.glob("src/lab/tasks/*/*.py")
    )
    log = subprocess.run(["git", "log", "--format=%ae"], cwd=tmp_path, capture_output=True, text=True, check=True)
    emails = {answers[f"member_{number}_email"] for number in (1, 2, 3)}
    assert set(log.stdout.split()) == emails
    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert status.stdout == ""


@pytest.mark.parametrize("project", sorted((ROOT / "examples").glob("*/project")), ids=lambda path: path.parent.name)
def test_the_documents_of_an_example_are_written_whole(project: Path) -> None:
    for name in ("proposal", "report", "slides"):
        text = (project / f"documents/{name}.typ").read_text(encoding="utf-8")
        assert "#unwritten" not in text
        template = (ROOT / f"template/documents/{name}.typ.jinja").read_text(encoding="utf-8")
        labels = set(re.findall(r"^=+ .*(<[a-z_]+>)$", template, re.MULTILINE))
        assert labels <= set(re.findall(r"<[a-z_]+>", text)), name


def test_results_of_the_default_example_are_committed_and_small() -> None:
    folder = ROOT / "examples/image_classification"
    assert [name for name in COMMITTED if not (folder / name).exists()] == []
    assert list((folder / "figures").glob("*.svg"))
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 2_000_000


def test_where_one_of_several_fails_the_others_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    example = runpy.run_path(str(SCRIPT))

    def make(task: str, destination: Path, update: bool) -> float:
        if task == "custom":
            example["stop"]("`uv run dvc repro` failed")
        (destination / "results").mkdir(parents=True)
        shutil.copy(ROOT / "examples/image_classification/comparison.json", destination / "results")
        return 87.4

    example["make_several"].__globals__["make"] = make
    with pytest.raises(SystemExit, match="1 of 2 failed: custom"):
        example["make_several"](["custom", "image_classification"], tmp_path, update=False)
    *_, failed, ended = capsys.readouterr().out.splitlines()
    assert failed == "| `custom` | – | – | failed | – |"
    assert re.match(r"\| `image_classification` \| accuracy \(%\) \| \d\d\.\d → \d\d\.\d \| .* \| 87 \|$", ended)


@pytest.mark.parametrize("task", TASKS)
def test_the_readme_shows_the_committed_results_of_each_example(tmp_path: Path, task: str) -> None:
    (tmp_path / "results").mkdir()
    shutil.copy(ROOT / "examples" / task / "comparison.json", tmp_path / "results")
    measured = runpy.run_path(str(SCRIPT))["row"](task, tmp_path, 0).split(" | ")
    readme = (ROOT / "README.md").read_text(encoding="utf-8").replace("−", "-")
    (line,) = (line for line in readme.splitlines() if f"| `{task}` |" in line)
    assert measured[2:4] == line.removesuffix(" |").split(" | ")[-2:]
    (picture,) = re.findall(r'src="(.*?)" width="\d+" alt="[^"]+"', line)
    assert (ROOT / picture).is_file()
    assert picture.startswith(f"examples/{task}/")


@pytest.mark.parametrize("task", TASKS)
def test_what_a_readme_promises_of_the_first_run_is_what_the_example_found(task: str) -> None:
    """``first_run`` of task.yml: the scores of baseline and novel, each rounded as it is told there."""
    told = yaml.safe_load((ROOT / f"template/src/lab/tasks/{task}/task.yml").read_text(encoding="utf-8"))["first_run"]
    found = json.loads((ROOT / "examples" / task / "comparison.json").read_text(encoding="utf-8"))
    metric = found["metrics"][0]["name"]
    numbers = re.findall(r"\d[\d,]*(?:\.\d+)?", told)
    for method in ("baseline", "novel"):
        mean = found["methods"][method]["metrics"][metric]["mean"]
        assert any(abs(mean - float(each.replace(",", ""))) <= 0.501 * last_place(each) for each in numbers), (
            mean,
            told,
        )


def last_place(number: str) -> float:
    """What one in the last digit that is not a rounded zero is worth: 0.01 in ``0.50``, 100 in ``22,800``."""
    whole, _, decimals = number.replace(",", "").partition(".")
    return 10.0 ** (-len(decimals) if decimals else len(whole) - len(whole.rstrip("0") or whole))
