"""Each text is written once for each language, with the same blanks to fill in, and is used."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.reporting.evidence import CHECKS
from lab.words import LANGUAGES, rule, speaker, table

TEMPLATE = Path(__file__).parents[2] / "template"
HAN = re.compile(r"[\u3001-\u9fff\uff00-\uffef]")
BLANK = re.compile(r"\{(\w+)\}")
KINDS = {".py", ".typ", ".j2"}


def sources() -> dict[Path, str]:
    """Machinery that speaks to people: not the team's documents, not a task's tests."""
    paths = [*(TEMPLATE / "src/lab").rglob("*"), *(TEMPLATE / "documents/machinery").rglob("*")]
    return {
        path: path.read_text(encoding="utf-8") for path in paths if path.suffix in KINDS and "test_" not in path.name
    }


def test_both_languages_have_the_same_texts_and_blanks() -> None:
    english, chinese = (table(language) for language in LANGUAGES)
    assert english.keys() == chinese.keys()
    for section, texts in english.items():
        assert list(texts) == list(chinese[section])
        for name, text in texts.items():
            # A language may leave out a blank (English has no plural for it), but fills in no other one.
            known = set(BLANK.findall(text)) | ({"baseline"} if section == "results" else set())
            assert set(BLANK.findall(chinese[section][name])) <= known, name
            assert not HAN.search(text), name


def test_the_chinese_is_chinese() -> None:
    names_and_signs = {"numbers_brief", "p_value", "gap"}
    texts = {name: text for section in table("zh-TW").values() for name, text in section.items()}
    assert {name for name, text in texts.items() if not HAN.search(text)} == names_and_signs


PUT_TOGETHER = re.compile(
    r"kinds\.\w+|cards\.(champion_\w+|stop|warn|info)|results\.(found|doubt|reference|title)_\w+|documents\.(rules_\w+|proposal|report|presentation)"
    r"|hand_in\.(data|model)_card|figures\.(train|validation)_(loss|ends)|(methods|references|plan|units)\.\w+|rules\.\w+|terms\.(not_significant|column_\w+)"
    r"|doctor\.(ok|note|missing)|try\.(loss_before|by_heart|all_learn|independent|continues|speed|whole)"
    r"|(parts|costs)\.\w+|details\.(text|date|number|pixel|sample|word|stuck|odd|level)"
    r"|seal\.(metric|scoring|baseline|methods|ablations|seeds|split|rule|data)|commands\.(methods|seeds|compared)_page"
    r"|evidence\.(proposal|report|slides|poster|better|worse|not_significant|" + "|".join(CHECKS) + r")(_todo)?"
)
"""Names that code puts together: ``f"kinds.{source['kind']}"``."""


def test_no_text_is_left_without_use() -> None:
    code = "\n".join(sources().values())
    unused = []
    for section, texts in table("en").items():
        for name in texts:
            key = f"{section}.{name}"
            forms = [key, f"say.{name}", f'"{name}"'] if section in ("terms", "page", "rubric") else [key]
            if not PUT_TOGETHER.fullmatch(key) and not any(
                re.search(rf"{re.escape(form)}(?!\w)", code) for form in forms
            ):
                unused.append(key)
    assert unused == []


def test_no_chinese_is_written_outside_the_table() -> None:
    """But for what is read: dates in tables and sentences of texts may be Chinese, and so are a team's documents."""
    documents = tuple(f"src/lab/reporting/{name}" for name in ("typed_numbers", "results_in_words", "checks_of_texts"))
    read = ("src/lab/tasks/", "src/lab/data/features", "src/lab/data/passages", *documents)
    found = {}
    for path, text in sources().items():
        if lines := [line for line in text.splitlines() if HAN.search(line)]:
            found[path.relative_to(TEMPLATE).as_posix()] = lines
    assert {name: lines for name, lines in found.items() if not name.startswith(read)} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_are_filled_in_as_they_are(language: str) -> None:
    said = speaker(language)("cards.biased", metric="{fid} $x$")
    assert "{fid} $x$" in said
    assert "{" not in rule("expect_column_values_to_be_in_set", language, {"value_set": ["a", "b"]})
    assert rule("expect_something_else", language, {}) == "something else"
    with pytest.raises(KeyError):
        speaker(language)("cards.biased")


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_rule_that_is_used_is_said_in_words(language: str) -> None:
    used = {name for text in sources().values() for name in re.findall(r"\bgxe\.(Expect\w+)\(", text)}
    kinds = {re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower() for name in used}
    assert kinds
    assert kinds - table(language)["rules"].keys() == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_range_that_is_open_at_one_end_is_said_so(language: str) -> None:
    ranges = [name.removesuffix("_at_least") for name in table(language)["rules"] if name.endswith("_at_least")]
    assert len(ranges) == 4
    for kind in ranges:
        bounds: list[dict[str, object]] = [{"min_value": 7}, {"max_value": 7}, {"min_value": 7, "max_value": None}]
        for given in bounds:
            said = rule(kind, language, given)
            assert "7" in said
            assert "{" not in said
            assert "None" not in said
        assert "9" in rule(kind, language, {"min_value": 7, "max_value": 9})


REPLACED = re.compile(
    r"(?<!隨機)種子|最後比較|依方法數校正|差異不顯著|無法證明|p（Holm）|現況|公平的對手|人造資料|量測所得|真實素材|還缺什麼|新在哪裡|@鍵"
    r"|足以讓他人重做|超出了區間|差異是真的|讓外行人|數字如何得出|新穎的(問題|方法)|摘要值|記憶體峰值|bytes"
)
"""Words that Taiwan's universities do not use so; what is better stands in the table."""
REPLACED_IN_ENGLISH = re.compile(
    r"\bdifference to (?!disappear)|of the baseline\b.*\bagainst\b|steered by|draws anew|\bmade data"
    r"|served for the comparison alone|fair opponent|way out|gravest limit|stand beside those|number you may turn"
    r"|your changes concern|Better machinery"
)


def test_words_that_were_replaced_do_not_come_back() -> None:
    """Where people read: tables of words, README, prompts, settings and rubrics in either language."""
    read = [*(TEMPLATE / "src/lab").glob("*.toml"), *TEMPLATE.rglob("*.jinja"), *(TEMPLATE / "rubrics").glob("*.yml")]
    read += [TEMPLATE / "readme/zh-TW.md", *TEMPLATE.glob("src/lab/tasks/*/task.yml")]
    for path in read:
        for line in path.read_text(encoding="utf-8").splitlines():
            if "{{ say(" not in line and "_copier_conf" not in path.name:
                assert not REPLACED_IN_ENGLISH.search(line), (path.name, line)
            text = "".join(re.findall(r"'([^']*)'", line)) if "{{ say(" in line else line.partition(" = ")[2] or line
            if HAN.search(text):
                assert not REPLACED.search(text), (path.name, line)
