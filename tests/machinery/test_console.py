"""In a Chinese project, what commands print is Chinese; paths, commands and settings stay as one types them."""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from team_project import enter

import lab
from lab import cli, doctor, errors
from lab.comparison import plan
from lab.data import look
from lab.data_settings import DataSettings
from lab.reporting import rubric_formats
from lab.reporting.evidence import CHECKS
from lab.settings import read_project
from lab.training import trying
from lab.verification import verify

LAB = Path(lab.__file__).parent
HAN = re.compile(r"[\u4e00-\u9fff]")
PROGRAMS = {"params.yaml: {}"}
"""A file's name, before what is set in it."""


def printed() -> Iterator[tuple[str, str]]:
    """Each text that a file of the machinery prints as it stands, with ``{}`` where a value comes."""
    for path in sorted(LAB.rglob("*.py")):
        name = path.relative_to(LAB).as_posix()
        if name.startswith("tasks/"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                for given in node.args:
                    if isinstance(given, ast.Constant):
                        yield name, str(given.value)
                    if isinstance(given, ast.JoinedStr):
                        parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in given.values]
                        yield name, "".join(map(str, parts))


def test_no_text_is_printed_that_the_table_of_words_does_not_have() -> None:
    english = [(name, text) for name, text in printed() if re.search(r"[A-Za-z]{2,}", text)]
    assert [(name, text) for name, text in english if text.removeprefix("{}") not in PROGRAMS] == []


@pytest.fixture
def chinese(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    enter(tmp_path, monkeypatch)
    text = Path("project.toml").read_text(encoding="utf-8")
    Path("project.toml").write_text(text.replace('language = "en"', 'language = "zh-TW"'), encoding="utf-8")
    read_project.cache_clear()
    yield
    read_project.cache_clear()


def looked_at() -> None:
    twice = {"id": ["a", "a", "b"], "sha256": ["0", "0", "1"], "label": ["x", "x", "y"], "size": [1.5, None, None]}
    examples = pd.DataFrame(twice | {"day": pd.to_datetime(["2026-01-01"] * 3), "note": ["m", "n", "n"], "gap": None})
    own = DataSettings.model_validate({"source": "folder", "path": "own_data"})
    print(*look.counts(examples, "label"), *look.problems(examples, "label", own), sep="\n")


def sealed_twice() -> None:
    plan.main(again=False)
    plan.main(again=False)


def every_evidence() -> None:
    asked: list[dict[str, Any]] = [{"check": name} for name in CHECKS]
    asked += [{"section": "report#data"}, {"file": "documents/none.typ"}, {"pages": {"report": 9}}, {"minutes": 9}]
    criterion = {"id": "all", "title": "全部", "points": 1, "evidence": asked}
    Path("rubric.yml").write_text(json.dumps({"criteria": [criterion]}), encoding="utf-8")
    rubric_formats.main()


REPORT: dict[str, Any] = {
    "commit": None,
    "when": "2026-11-27",
    "trained_again": ["novel/0"],
    "verified": True,
    "committed": False,
    "bit_for_bit": True,
}
COMMANDS: dict[str, Callable[[], object]] = {
    "doctor": lambda: [
        print(found.text, found.fix.removeprefix("uv run lab setup"), sep="\n") for found in doctor.findings()
    ],
    "look": looked_at,
    "try": lambda: trying.main("baseline", None),
    "try a seed": lambda: trying.main("baseline", 0),
    "seal": lambda: plan.main(again=False),
    "seal again": sealed_twice,
    "verify": lambda: print(verify.drawn(REPORT)),
    "rubric": every_evidence,
}


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_speaks_the_projects_language(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    COMMANDS[command]()
    said = [line for line in capsys.readouterr().out.splitlines() if re.search(r"[A-Za-z]", line)]
    assert said
    for line in said:
        plain = re.sub(r"`[^`]*`|<[^>]*>|\S+[/._@=]\S+", " ", line)
        assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", plain), line
    assert any(HAN.search(line) for line in said)


def typed(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[object, str]:
    """The exit code of ``lab`` with these words behind it, and what it printed."""
    monkeypatch.setattr(sys, "argv", ["lab", *line.split()])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    return ended.value.code, "".join(capsys.readouterr())


@pytest.mark.usefixtures("chinese")
def test_help_has_no_english_heading_or_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    names = re.findall(r"^    ([a-z][a-z-]*) ", typed("--help", monkeypatch, capsys)[1], re.MULTILINE)
    assert {"setup", "try", "hand-in", "ui"} <= set(names)
    for name in ("", *names):
        code, said = typed(f"{name} --help", monkeypatch, capsys)
        usage, *parts = said.split("\n\n")
        assert (code, usage.startswith("用法：lab")) == (0, True), said
        assert all(HAN.search(part.splitlines()[0]) for part in parts), said
        assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}", "\n".join(parts).replace("uv run lab", "")), said


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(
    "line",
    [
        *("", "bogus", "try", "try novel --seed x", "try novel --seed", "try novel two", "tune --for some"),
        *("tune --what", "ui --no-browser=yes", "rubric --format xml"),
    ],
)
def test_a_mistake_on_the_command_line_is_told_in_chinese(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, said = typed(line, monkeypatch, capsys)
    told = said.splitlines()[-1]
    assert code == 2
    assert "錯誤：" in told
    assert not re.search(r"[a-z]{2,} [a-z]{2,}", told.partition("錯誤：")[2]), told


@pytest.mark.parametrize(("language", "says"), [("en", "stopped by Ctrl+C"), ("zh-TW", "已由 Ctrl+C 停止")])
def test_ctrl_c_is_a_line_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("project.toml").write_text(f'language = "{language}"\n', encoding="utf-8")

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        errors.run(interrupted)
    assert ended.value.code == 130
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(says)
