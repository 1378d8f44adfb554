"""A project in Traditional Chinese: its settings have Chinese comments; its README says what the English one says."""

import re
import tomllib
from typing import Any

import pytest
import yaml
from conftest import TASKS, TEMPLATE, Project, Stamp

HAN = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"`([^`\n]+)`|\]\((\S+?)\)")


def meta(task: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((TEMPLATE / f"src/lab/tasks/{task}/task.yml").read_text(encoding="utf-8"))
    return content


TRANSLATED = [task for task in TASKS if "zh-TW" in meta(task)]


def comments(text: str) -> list[str]:
    return [line.rpartition("# ")[2] for line in text.splitlines() if "# " in line]


@pytest.mark.parametrize("task", TRANSLATED)
def test_a_tasks_chinese_texts_belong_to_its_english_ones(task: str) -> None:
    english = meta(task)
    chinese = english["zh-TW"]
    shown = {"label", "description", "first_run", "benchmark", "pretrained", "own_data"}
    assert set(chinese) - {"comments"} == shown & set(english)  # all that is read is there in both
    known = {line for key in ("data", "methods") for line in comments(english[key])}
    assert set(chinese.get("comments", {})) <= known  # a comment that was changed in English alone
    for key in set(chinese) & {"first_run", "benchmark", "pretrained"}:
        digits = [set(re.findall(r"\d[\d.,]*\d|\d", text[key])) for text in (english, chinese)]
        assert digits[0] == digits[1], key
    recipes = [re.findall(r"```yaml\n(.*?)```", text.get("pretrained", ""), re.DOTALL) for text in (english, chinese)]
    assert [*map(yaml.safe_load, recipes[0])] == [*map(yaml.safe_load, recipes[1])]


@pytest.mark.parametrize("task", TRANSLATED)
def test_settings_have_chinese_comments_and_the_same_values(
    stamp: Stamp, stamped: dict[str, Project], task: str
) -> None:
    project = stamp(task=task, language="zh-TW", member_1_name="黃意婷")
    for name in ("params.yaml", "project.toml"):
        text = (project.path / name).read_text(encoding="utf-8")
        left = [comment for comment in comments(text) if not HAN.search(comment)]
        assert all(re.match(r"(proposal|presentation|report|date) = ", comment) for comment in left), left
    params = [
        yaml.safe_load((one.path / "params.yaml").read_text(encoding="utf-8")) for one in (project, stamped[task])
    ]
    assert params[0] == params[1]
    assert tomllib.loads((project.path / "project.toml").read_text(encoding="utf-8"))["language"] == "zh-TW"


@pytest.mark.parametrize("task", TRANSLATED)
def test_the_chinese_page_on_own_data_has_the_same_blocks_and_no_english_prose(
    stamp: Stamp, stamped: dict[str, Project], task: str
) -> None:
    chinese, english = (
        (one.path / "own_data/README.md").read_text(encoding="utf-8").split("```")
        for one in (stamp(task=task, language="zh-TW"), stamped[task])
    )
    own_words = "title: "  # where the data come from, which a team writes in its language
    assert [block for block in chinese[1::2] if own_words not in block] == [
        block for block in english[1::2] if own_words not in block
    ]
    for prose in chinese[::2]:
        assert not re.findall(r"[a-z]{2,}(?: [a-z]{2,}){2,}", re.sub(r"`[^`]*`|\]\(\S+\)", " ", prose)), prose


@pytest.mark.parametrize("rubric", ["im5062", "poster", "video"])
def test_a_chinese_rubric_has_chinese_comments_and_asks_for_the_same(stamp: Stamp, rubric: str) -> None:
    chinese, english = (
        (stamp(language=language, rubric=rubric).path / "rubric.yml").read_text(encoding="utf-8")
        for language in ("zh-TW", "en")
    )
    assert yaml.safe_load(chinese) == yaml.safe_load(english)
    left = [line for line in comments(chinese) if line.strip() and not HAN.search(line)]
    assert left == []


def test_both_readmes_name_the_same_commands_and_places(stamp: Stamp, stamped: dict[str, Project]) -> None:
    """Words differ; what one types, opens or clicks does not."""
    task = "image_classification" if "image_classification" in TASKS else TASKS[0]
    project = stamp(task=task, language="zh-TW")
    assert not list(project.path.glob("readme*/")), "the texts of other languages are not stamped"
    named = [
        {span or address for span, address in PLACES.findall((one.path / "README.md").read_text(encoding="utf-8"))}
        for one in (stamped[task], project)
    ]
    english, chinese = [{place for place in places if not HAN.search(place)} for places in named]
    translated = {"#flow([input], part[what is new], [output])", '#speaker("Name", minutes: 2)', "= Ethics <ethics>"}
    assert english - chinese == translated
    assert not chinese - english


def test_the_chinese_readme_has_no_english_prose(stamp: Stamp) -> None:
    text = (stamp(language="zh-TW", member_1_name="黃意婷").path / "README.md").read_text(encoding="utf-8")
    own = (TEMPLATE / "readme/zh-TW.md").read_text(encoding="utf-8")
    assert "兩個指令" in text
    prose = re.sub(r"```.*?```|`[^`]*`|\{[{%].*?[%}]\}|\]\(\S+\)", " ", own, flags=re.DOTALL)
    for line in prose.splitlines():
        words = re.findall(r"[a-z]{2,}(?: [a-z]{2,}){3,}", line)
        assert not words, line
