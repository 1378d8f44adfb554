"""Which statements count: what may matter does, what cannot reach a name does not."""

from pathlib import Path
from textwrap import dedent

import pytest

from lab.fingerprint import digest


def counts(tmp_path: Path, before: str, after: str, root: str = "load", **files: str) -> bool:
    """Whether the digest of ``root`` in ``room/problem.py`` changes; ``files`` are modules beside it."""
    digests = []
    for number, text in enumerate((before, after)):
        folder = tmp_path / str(number) / "room"
        folder.mkdir(parents=True)
        own = {name: dedent(content) for name, content in files.items()}
        for name, content in ({"__init__": "", "problem": ""} | own).items():
            (folder / f"{name}.py").write_text(content.replace("EDITED", dedent(text)), encoding="utf-8")
        if "problem" not in own:
            (folder / "problem.py").write_text(dedent(text), encoding="utf-8")
        digests.append(digest(("room.problem", root), source=folder.parent))
    return digests[0] != digests[1]


LOAD = "SCALES = {'y': 1}\ndef load(x):\n    return x * SCALES['y']\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("SCALES['x'] = 3", "SCALES['x'] = 4"),
        ("SCALES.x = 3", "SCALES.x = 4"),
        ("A, SCALES['x'] = 1, 2", "A, SCALES['x'] = 1, 3"),
        ("SCALES |= {'y': 2}", "SCALES |= {'y': 3}"),
        ("SCALES.update(y=2)", "SCALES.update(y=3)"),
        ("old = SCALES.pop('y')", "old = SCALES.pop('z')"),
        ("for name in 'ab': SCALES[name] = 1", "for name in 'abc': SCALES[name] = 1"),
        ("while len(SCALES) < 2: SCALES[len(SCALES)] = 1", "while len(SCALES) < 3: SCALES[len(SCALES)] = 1"),
        ("if SCALES: SCALES = {'y': 2}", "if SCALES: SCALES = {'y': 3}"),
        ("if (n := 2): SCALES = {'y': n}", "if (n := 3): SCALES = {'y': n}"),
        ("with open('a') as f: SCALES = f.read()", "with open('a') as f: SCALES = f.readline()"),
        (
            "try:\n    import torch\nexcept ImportError:\n    SCALES = 1",
            "try:\n    import torch\nexcept ImportError:\n    SCALES = 2",
        ),
        ("match SCALES:\n    case {}: SCALES = 1", "match SCALES:\n    case {}: SCALES = 2"),
        ("del SCALES['x']", "del SCALES['z']"),
        ("def f():\n    global SCALES\n    SCALES = 1\nf()", "def f():\n    global SCALES\n    SCALES = 2\nf()"),
        ("import torch\n_ = torch.manual_seed(0)", "import torch\n_ = torch.manual_seed(1)"),
        ("@SCALES.setdefault\ndef other(): return 1", "@SCALES.setdefault\ndef other(): return 2"),
        (
            "class Kind:\n    def __init_subclass__(cls): SCALES[cls] = cls.size\nclass A(Kind): size = 1",
            "class Kind:\n    def __init_subclass__(cls): SCALES[cls] = cls.size\nclass A(Kind): size = 2",
        ),
        (
            "class Kind:\n    def __init__(self, n): SCALES['y'] = n\nkind = Kind(1)",
            "class Kind:\n    def __init__(self, n): SCALES['y'] = n\nkind = Kind(2)",
        ),
        ("class A(dict, metaclass=SCALES): size = 1", "class A(dict, metaclass=SCALES): size = 2"),
        ("class A:\n    SCALES['x'] = 1", "class A:\n    SCALES['x'] = 2"),
        (
            "from typing import TYPE_CHECKING\nif not TYPE_CHECKING: SCALES = 1",
            "from typing import TYPE_CHECKING\nif not TYPE_CHECKING: SCALES = 2",
        ),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING: pass\nelse: SCALES = 1",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING: pass\nelse: SCALES = 2",
        ),
    ],
)
def test_a_statement_that_may_matter_counts(tmp_path: Path, before: str, after: str) -> None:
    assert counts(tmp_path, LOAD + before, LOAD + after)
    assert not counts(tmp_path / "same", LOAD + before, f"{LOAD}# A comment.\n{before}")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("def score(x): return 1", "def score(x): return 2"),
        ("metrics = (Metric('a'),)", "metrics = (Metric('a'), Metric('b'))"),
        ("COLOURS = ['red']", "COLOURS = ['blue']"),
        ("def score(x): return 1", "def score(x):\n    '''Score.'''\n    return 1"),
        ("if len('a'):\n    '''Why.'''\n    pass", "if len('a'):\n    pass"),
        (
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import pandas",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING: import numpy",
        ),
        ("if __name__ == '__main__': print(1)", "if __name__ == '__main__': print(2)"),
        (
            "from functools import cache\n@cache\ndef score(x): return 1",
            "from functools import cache\n@cache\ndef score(x): return 2",
        ),
        (
            "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A: size: int = 1",
            "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass A: size: int = 2",
        ),
    ],
)
def test_what_training_does_not_use_does_not_count(tmp_path: Path, before: str, after: str) -> None:
    assert not counts(tmp_path, LOAD + before, LOAD + after)


@pytest.mark.parametrize(
    ("problem", "beside"),
    [
        ("import room.tools as t\ndef load(x): return t.scale(x)", "def scale(x): return EDITED"),
        ("from . import tools\ndef load(x): return tools.scale(x)", "def scale(x): return EDITED"),
        ("from .tools import scale as s\ndef load(x): return s(x)", "def scale(x): return EDITED"),
        ("from room.tools import *\ndef load(x): return scale(x)", "def scale(x): return EDITED"),
        ("import room\ndef load(x): return room.tools.scale(x)", "def scale(x): return EDITED"),
        ("from room.other import scale\ndef load(x): return scale(x)", "def scale(x): return EDITED"),
        ("import room.other\ndef load(x): return room.other.scale(x)", "def scale(x): return EDITED"),
        ("import room.tools\ndef load(x): return x", "import torch\ntorch.set_num_threads(EDITED)"),
        ("from room.tools import Base\nclass Own(Base): pass\ndef load(x): return Own()", "class Base: size = EDITED"),
        ("from room.tools import N\ndef load(x, n=N): return n", "N = EDITED"),
        ("from room.tools import keep\n@keep\ndef load(x): return x", "def keep(f): return EDITED"),
        ("def load(x):\n    from .tools import scale\n    return scale(x)", "def scale(x): return EDITED"),
        (
            "try:\n    from .tools import scale\nexcept ImportError: pass\ndef load(x): return scale(x)",
            "def scale(x): return EDITED",
        ),
        (
            "import importlib\ndef load(x): return importlib.import_module('room.tools').scale(x)",
            "def scale(x): return EDITED",
        ),
        (
            "import importlib\ndef load(x): return importlib.import_module(f'{__package__}.{x}')",
            "def scale(x): return EDITED",
        ),
        ("import room.first, room.tools\ndef load(x): return room.tools.scale(x)", "def scale(x): return EDITED"),
        ("def load(x): return globals()['sca' + 'le'](x)\nfrom .tools import scale", "def scale(x): return EDITED"),
    ],
)
def test_code_in_another_file_is_reached(tmp_path: Path, problem: str, beside: str) -> None:
    files = {"other": "from .tools import scale", "first": "x = 1", "problem": problem, "tools": beside}
    if "room.tools.scale" in problem and "import room.tools" not in problem:
        files["problem"] = problem.replace("import room\n", "import room\nimport room.user\n")
        files["user"] = "import room.tools"
    assert counts(tmp_path, "1", "2", **files)


def test_a_file_that_is_no_python_counts_where_it_is_used(tmp_path: Path) -> None:
    def digests(words: str, table: str) -> list[str]:
        folder = tmp_path / f"{words}{table}" / "room"
        (folder / "more").mkdir(parents=True)
        (folder / "problem.py").write_text(
            "from pathlib import Path\n"
            "def load(x): return Path(__file__).with_name('words.txt').read_text()\n"
            "def score(x): return 1  # not of words.txt\n"
            "def figures(x): return open(f'src/room/more/{x}.csv')\n",
            encoding="utf-8",
        )
        (folder / "words.txt").write_text(words, encoding="utf-8")
        (folder / "more/table.csv").write_text(table, encoding="utf-8")
        (folder / "__pycache__").mkdir()
        (folder / "__pycache__/problem.pyc").write_text(words + table, encoding="utf-8")
        return [digest(("room.problem", name), source=folder.parent) for name in ("load", "score", "figures")]

    before, words, table = digests("a", "b"), digests("c", "b"), digests("a", "d")
    assert [old != new for old, new in zip(before, words, strict=True)] == [True, False, False]
    assert [old != new for old, new in zip(before, table, strict=True)] == [True, True, True]
