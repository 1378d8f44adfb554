"""What a team may write wrong in ``problem.py`` ends in one line, with its place in that file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from team_project import PROBLEM, ROOM, enter, told

from lab.settings import read_params
from lab.stages import collect, validate
from lab.training.run import train_seeds

TABLE = "    return table, Provenance("
SOURCE = 'Provenance("Made", "made", "here", "CC0", "none")'
RULES = '[gxe.ExpectColumnValuesToBeBetween(column="x", min_value=0)]'
SPLITS = 'return {split: {"x": value, "y": value.sum(1)} for split, value in x.items()}'
SCORE = '{"error": float(table["wrong"].mean())}'
MEASURE = 'return table.assign(wrong=(table["answer"] - table["y"]).abs())'
METRICS = 'metrics = (Metric("error", higher_is_better=False),)'
DATA = """return {split: Data(len(ids)) for split, ids in splits.items()}


class Data(torch.utils.data.Dataset):
    def __init__(self, size):
        self.size = size

    def __len__(self):
        return self.size

    def __getitem__(self, row):
        x = torch.randn(5)
        return """

OF_ALL = [
    (METRICS, "metrics = ()", "metrics is empty: name at least one Metric"),
    (METRICS, 'metrics = Metric("error", higher_is_better=False)', "a comma before the bracket"),
    (METRICS, 'metrics = ("error",)', "metrics holds 'error': each must be a Metric"),
    (METRICS, 'metrics = "error"', "metrics is a str"),
    (METRICS, 'metrics = (Metric("error", "lower"),)', "metric 'error' has no direction"),
    (METRICS, 'metrics = (Metric("error", False), Metric("error", True))', "metrics names 'error' twice"),
    (METRICS, 'metrics = (Metric("error", False, digits="2"),)', "has digits='2'"),
    (METRICS, 'metrics = (Metric("error", False, unit=None),)', "has unit=None"),
    (METRICS, 'metrics = (Metric("error", False, bounds=(1, 0)),)', "has bounds=(1, 0): write two numbers, the lowest"),
    (METRICS, 'metrics = (Metric("error", False, bounds=(0,)),)', "has bounds=(0,): write two numbers"),
    (METRICS, 'metrics = (Metric("error", False, bounds=0),)', "has bounds=0: write two numbers"),
    (METRICS, 'metrics = (Metric("error", False, label={"zh": "誤差"}),)', "has label={'zh': '誤差'}: write a text"),
    (METRICS, 'metrics = (Metric("error"),)  # here', "missing 1 required positional argument: 'higher_is_better'"),
    ('targets = ("y",)', 'targets = ("y")', "write targets = ('y',)"),
    ('targets = ("y",)', "targets = None", "targets is None"),
    ("stratify = None", "stratify = 3", "stratify is an int"),
    ("stratify = None", "stratify = Nome  # here", "NameError: name 'Nome' is not defined: did you mean 'None'?"),
    ("def figures(predictions)", "def figure(predictions)", "lacks figures"),
    ("def score(table):", "score = 3\ndef other(table):", "score must be a function"),
    ("import numpy as np", "import numpyy as np  # here", "install it with `uv add numpyy`"),
    ("import numpy as np", "import cv2_is_no_package as np  # here", "No module named 'cv2_is_no_package'"),
    ("import numpy as np", "from lab.tasks.small import poblem as np  # here", "cannot import name 'poblem'"),
    ("import numpy as np", "import lab.tasks.small.poblem as np  # here", "look for a misspelling"),
    ("stratify = None", "stratify = None\nexit(0)  # here", "exit() ends the whole program"),
    ("stratify = None", "stratify = (None  # here", "SyntaxError: '(' was never closed"),
    ("stratify = None", "stratify = 1 / 0  # here", "ZeroDivisionError: division by zero"),
]
OF_COLLECT = [
    (TABLE, "    1 / 0  # here\n" + TABLE, "ZeroDivisionError"),
    (TABLE, "    exit(0)  # here\n" + TABLE, "exit() ends the whole program"),
    (TABLE, "    open('data.csv')  # here\n" + TABLE, "FileNotFoundError"),
    (TABLE, "    table['lable']  # here\n" + TABLE, "KeyError: 'lable'"),
    (TABLE, "    table.to_parquets()  # here\n" + TABLE, "did you mean 'to_parquet'?"),
    ("def collect(raw, options)", "def collect(raw)", "collect fails: TypeError: collect() takes 1 positional"),
    (f"return table, {SOURCE}", "return table", "collect returns a DataFrame: return two values"),
    (f"return table, {SOURCE}", "pass", "collect returns None (is a return missing?)"),
    (f"return table, {SOURCE}", f"return [1], {SOURCE}", "a list as its first value"),
    (f"return table, {SOURCE}", "return table, 'here'", "a str as its second value"),
    (TABLE, "    table.columns = ['id', 'sha256', 'id']\n" + TABLE, "two columns named 'id'"),
    (TABLE, "    table.columns = ['id', 'sha256', 3]\n" + TABLE, "a column named 3"),
    (TABLE, "    table = table.drop(columns='id')\n" + TABLE, "no column 'id'"),
    (TABLE, "    table = table[:0]\n" + TABLE, "an empty table"),
    (TABLE, "    table['id'] = range(60)\n" + TABLE, "the id 0: ids must be texts"),
    (TABLE, "    table['x'] = [1, 'a', *[None] * 58]\n" + TABLE, "a column of mixed types"),
    ('"made", "here"', '"fake", "here"', "its data are 'fake': kind is one of real, composed, made"),
    ('"made", "here"', '"made", None', "a Provenance whose source is None"),
    ('"Made", "made"', '" ", "made"', "without title or source"),
    ('"CC0", "none")', '"CC0")', "missing 1 required positional argument: 'citation'"),
]
OF_EXPECTATIONS = [
    (f"return {RULES}", "pass", "expectations returns None"),
    (RULES, "gxe.ExpectColumnValuesToBeBetween(column='x', min_value=0)", "return a list of"),
    (RULES, "[gxe.ExpectColumnValuesToBeBetween]", "returns the class ExpectColumnValuesToBeBetween"),
    (RULES, "['x']", "returns a str among its rules"),
    (RULES, "[gxe.ExpectColumnValuesToBeBetwen(column='x')]  # here", "did you mean 'ExpectColumnValuesToBeBetween'?"),
]
OF_LOAD = [
    (SPLITS, "pass", "load returns None"),
    (SPLITS, "return [x]", "load returns a list"),
    (SPLITS, "x['train'] + x['tests']  # here", "KeyError: 'tests'"),
    (SPLITS, 'return {"train": {"x": x["train"], "y": x["train"]}}', "no split 'validation': it has 'train'"),
    (
        SPLITS,
        SPLITS.replace("value.sum(1)", "value[1:].sum(1)"),
        "unequal numbers of rows in split 'train': x 30, y 29",
    ),
    (SPLITS, SPLITS.replace("value.sum(1)", "value.sum(1).numpy()"), "a ndarray as 'y'"),
    (SPLITS, SPLITS.replace("value.sum(1)", "list(value)"), "a list as 'y' of split 'train'"),
    (SPLITS, SPLITS.replace("value.sum(1)", "value.sum()"), "one number as 'y'"),
    (SPLITS, SPLITS.replace('"y"', '"label"'), "no 'y' in split 'train', which targets names: it has x, label"),
    (
        SPLITS,
        'return {s: {"x": v[2:], "y": v[2:, 0]} for s, v in x.items()}',
        "28 examples of split 'train' for 30 ids",
    ),
    (SPLITS, 'return {s: {"x": v, "y": v, s: v} for s, v in x.items()}', "in some splits and not in others"),
    (SPLITS, "return {split: value for split, value in x.items()}", "a Tensor as split 'train'"),
    (SPLITS, 'return {s: {1: v, "y": v} for s, v in x.items()}', "the key 1 in split 'train'"),
    (SPLITS, DATA + "x, x.sum()", "Data gives a tuple for one example"),
    (SPLITS, DATA + '{"x": x, "y": float(x.sum())}', "Data gives a float as 'y' of an example"),
    (SPLITS, DATA + '{"x": x}', "no 'y' in split 'train'"),
    (SPLITS, DATA + '{"x": x[: 1 + row % 5], "y": x.sum()}', "Data fails: RuntimeError: stack expects each tensor"),
    (SPLITS, DATA + '{"x": x / (row - 1 / 0), "y": x}  # here', "ZeroDivisionError"),
]
OF_JUDGING = [
    (SCORE, '{"error": table["wrongs"].mean()}  # here', "KeyError: 'wrongs'"),
    (SCORE, "'good'", "score returns a str"),
    (f"return {SCORE}", "pass", "score returns None"),
    (SCORE, '{"error": torch.tensor(1.0)}', "gives error as a Tensor: write float(…)"),
    (SCORE, '{"error": "0.5"}', "gives error as a str: it must be a number"),
    (SCORE, "{}", "does not return error, which metrics names"),
    (SCORE, '{"error": 1.0, "mae": 2.0}', "'mae', whose direction is not given"),
    ("def score(table)", "def score(tabel)", "NameError: name 'table' is not defined: did you mean 'tabel'?"),
    (MEASURE, 'table["wrong"] = 1', "measure returns None"),
    (MEASURE, "return table[:-1].assign(wrong=1)", "measure returns 14 rows for 15"),
    (MEASURE, 'return table["y"]', "measure returns a Series"),
    (MEASURE, 'return table.assign(wrong=table["anwser"])  # here', "KeyError: 'anwser'"),
    ('return {"line": figure}', "pass", "figures returns None"),
    ('return {"line": figure}', "return figure", "figures returns a Figure: return a dict"),
    ('{"line": figure}', '{"../../evil": figure}', "names a figure '../../evil'"),
    ('{"line": figure}', '{"": figure}', "names a figure ''"),
    ('{"line": figure}', '{"comparison": figure}', "which every project has"),
    ('{"line": figure}', '{"line": figure.axes[0]}', "gives an Axes as 'line': write .figure behind it"),
    ('{"line": figure}', '{"line": None}', "gives None (is a return missing?) as 'line'"),
    ('{"line": figure}', '{"line": Drawn(figure, None)}', "gives 'line' the caption None: write a text"),
    (
        '{"line": figure}',
        '{"line": Drawn(figure, "", {"zh": "圖"})}',
        "gives 'line' the alt {'zh': '圖'}: write",
    ),
    ('{"line": figure}', '{"line": Drawn(figure.axes[0], "")}', "gives an Axes as 'line': write .figure behind it"),
    ('{"line": figure}', '{"cost_quality": figure}', "which every project has"),
    ("figure.subplots()", "predictions['bseline']; figure.subplots()  # here", "KeyError: 'bseline'"),
    ("figure.subplots().plot([0, 1])", 'figure.suptitle("$\\\\frac$")', "figures fails: ValueError"),
]


def train() -> None:
    train_seeds("baseline", [0], read_params(), {0: "f"})


DRIVERS = [(collect.main, OF_ALL), (collect.main, OF_COLLECT), (validate.main, OF_EXPECTATIONS)]
DRIVERS += [(train, OF_LOAD), (train, OF_JUDGING)]
CASES = [(driver, *mistake) for driver, mistakes in DRIVERS for mistake in mistakes]


@pytest.mark.parametrize(("stage", "old", "new", "says"), CASES, ids=range(len(CASES)))
def test_a_mistake_in_the_problem(
    stage: Callable[[], None],
    old: str,
    new: str,
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert PROBLEM.count(old) == 1
    text = PROBLEM.replace(old, new)
    enter(tmp_path, monkeypatch, problem=text)
    pd.read_parquet("data/splits.parquet").assign(sha256="0" * 64).to_parquet("data/raw/examples.parquet")
    frames, line = told(stage, capsys)
    assert says in line
    assert line.startswith(f"error: {(ROOM / 'problem.py').as_posix()}")
    if "# here" in new:
        number = next(number for number, code in enumerate(text.splitlines(), start=1) if "# here" in code)
        assert f", line {number}" in line
        assert "# here" in frames
    assert not (tmp_path / "runs/baseline/0/run.json").exists()
    assert not list(tmp_path.parent.glob("evil*"))
    assert re.search(r"Traceback|site-packages|lab/(training|stages)", frames + line) is None
