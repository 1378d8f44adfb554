"""A digest changes with the code that a name reaches, and with nothing else."""

from pathlib import Path
from textwrap import dedent

import pytest
from small_project import SmallProject

import lab
from lab.errors import UserError
from lab.fingerprint import TEXTS, TRAINING, _reached, digest
from lab.source_code import parsed

PROBLEM = '''\
    """A problem."""
    from shop.tools import scale
    import shop.plots

    SIZE = 3

    def load(x):
        """Load."""
        return scale(x) * SIZE

    def score(x):
        from shop.tools import mean
        return mean(x)

    def figure(x):
        return shop.plots.draw(x)
'''
TOOLS = """
    def scale(x):
        return x / 2

    def mean(x):
        return sum(x) / len(x)
"""


class Shop:
    """A small package on disk, and the digests of three names in it."""

    def __init__(self, source: Path) -> None:
        self.source, self.version = source, 0
        self.files = {"problem": PROBLEM, "tools": TOOLS, "plots": "def draw(x): return x", "__init__": ""}

    def digests(self, **edits: tuple[str, str]) -> dict[str, str]:
        self.version += 1  # parsed files are cached by path
        folder = self.source / str(self.version) / "shop"
        folder.mkdir(parents=True)
        for name, text in self.files.items():
            old, new = edits.get(name, ("", ""))
            assert old in text
            (folder / f"{name}.py").write_text(dedent(text).replace(old, new), encoding="utf-8")
        return {name: digest(("shop.problem", name), source=folder.parent) for name in ("load", "score", "figure", "*")}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def changed(shop: Shop, **edits: tuple[str, str]) -> set[str]:
    before, after = shop.digests(), shop.digests(**edits)
    return {name for name in before if before[name] != after[name]}


def test_comments_docstrings_and_layout_do_not_count(shop: Shop) -> None:
    assert (
        changed(shop, problem=('"""Load."""', '"""Load it."""\n        # now'), tools=("x / 2", "(x   /\n 2)")) == set()
    )


def test_an_edit_reaches_what_uses_it_and_no_more(shop: Shop) -> None:
    assert changed(shop, problem=("return mean(x)", "return -mean(x)")) == {"score", "*"}
    assert changed(shop, problem=("SIZE = 3", "SIZE = 4")) == {"load", "*"}


def test_imports_are_followed_by_name(shop: Shop) -> None:
    assert changed(shop, tools=("x / 2", "x / 4")) == {"load", "*"}
    assert changed(shop, tools=("sum(x) / len(x)", "max(x)")) == {"score", "*"}
    assert changed(shop, plots=("return x", "return 2 * x")) == {"figure", "*"}


def test_a_syntax_error_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("x = 1\ndef f(:\n", encoding="utf-8")
    with pytest.raises(UserError, match=r"broken\.py, line 2"):
        digest(("broken", "f"), source=tmp_path)


def test_params_count_as_much_as_code(shop: Shop) -> None:
    shop.digests()
    digests = [
        digest(("shop.problem", "load"), params=params, source=shop.source / "1")
        for params in (None, {"epochs": 3}, {"epochs": 4}, {"epochs": 3})
    ]
    assert len(set(digests)) == 3
    assert digests[1] == digests[3]


def test_texts_for_people_train_nothing_anew(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop/problem.py").write_text(dedent(PROBLEM), encoding="utf-8")
    found = set()
    for text in ("", "spoken = 1"):
        (tmp_path / "shop/messages.zh-TW.toml").write_text(text, encoding="utf-8")
        _reached.cache_clear()
        found.add(digest(("shop.problem", "load"), source=tmp_path, without=TEXTS))
        found.add(digest(("shop.problem", "load"), source=tmp_path))
    assert len(found) == 3, "only where texts count, a text counts"


def test_training_names_code_that_is_there() -> None:
    for module, name in TRAINING:
        found = parsed(module, Path(lab.__file__).parent.parent)
        assert found
        assert name in found.bindings


def test_training_by_hand_sees_an_edit_that_no_fingerprint_stage_saw(tmp_path: Path) -> None:
    project = SmallProject(tmp_path / "project", train={"epochs": 1})
    alone = {"LAB_LAUNCHED": "1"}
    assert project.train(**alone).returncode == 0
    first = project.record()
    method = project.folder / "src/lab/tasks/small/baseline.py"
    method.write_text("# A comment.\n" + method.read_text(encoding="utf-8"), encoding="utf-8")
    assert project.train(**alone).returncode == 0
    assert project.record()["started"] == first["started"]
    method.write_text(method.read_text(encoding="utf-8") + "\nnn.init.zeros_\n", encoding="utf-8")
    assert project.train(**alone).returncode == 0
    assert project.record()["started"] != first["started"]
