"""Mistakes in ``project.toml`` and ``rubric.yml``, and in how a file is saved: each is told in one line."""

from pathlib import Path

import pytest
from team_files import edit, told
from team_files import files as files

from lab.reporting.rubric import read_rubric
from lab.settings import read_params, read_project

pytestmark = pytest.mark.usefixtures("files")


def test_without_a_mistake_all_is_read() -> None:
    assert read_project().members[0].name == "黃意婷"
    assert list(read_params().methods) == ["baseline", "novel"]
    assert read_rubric().criteria[0].points == 5


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("title =", "titel =", "project.toml: titel: unknown key: did you mean 'title'?"),
        ('name = "黃', 'nmae = "黃', "project.toml: members.0.nmae: unknown key: did you mean 'name'?"),
        ('[[members]]\nname = "黃意婷"\n', "", "members: is missing"),
        ('[[members]]\nname = "黃意婷"\n', "", "project.toml: "),
        (
            '[deadlines]\nreport = 2027-06-11\n[[members]]\nname = "黃意婷"',
            "members = []",
            "members: List should have at",
        ),
        ('name = "黃意婷"', 'name = " "', "members.0.name: must not be empty"),
        ("[[members]]", "[members]", "members: Input should be a valid list"),
        ('title = "Digits"', 'title = ""', "title: must not be empty"),
        ('language = "en"', 'language = "zh"', "language: Input should be 'en' or 'zh-TW', not 'zh'"),
        ("2027-06-11", '"soon"', "deadlines.report: Input should be a valid date, not 'soon'"),
        ("2027-06-11", "2027-06-31", "project.toml: "),
        ('task = "small"', 'task = "smal"', "task: there is no folder src/lab/tasks/smal: did you mean 'small'?"),
        ('task = "small"', 'task = "../tasks/small"', "project.toml: task: "),
        ('task = "small"', 'task = "Small"', "task: there is no folder src/lab/tasks/Small: did you mean 'small'?"),
        ('title = "Digits"', 'title = "Digits', "project.toml: "),
        ('title = "Digits"', 'title = "Digits"\ntitle = "Again"', "project.toml: "),
        ('title = "Digits"', "title = Digits", "project.toml: "),
        ("[deadlines]", ">>>>>>> theirs\n[deadlines]", "project.toml, line 6: a merge is not finished"),
    ],
)
def test_a_mistake_in_the_project_is_told(old: str, new: str, says: str) -> None:
    edit("project.toml", old, new)
    assert says in told()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("points:", "point:", "rubric.yml: criteria.0.point: unknown key: did you mean 'points'?"),
        ("- check: seeds", "- chek: seeds", "criteria.0.evidence.1.chek: unknown key: did you mean 'check'?"),
        ("criteria:", "criterion:", "rubric.yml: criterion: unknown key: did you mean 'criteria'?"),
        ("- check: seeds", "- check: seed", "there is no check 'seed': did you mean 'seeds'?"),
        ("report#problem", "raport#problem", "section 'raport#problem' is in no document: did you mean 'report'?"),
        ("src/**/novel.py", "../../**", "file '../../**' must be a path inside the project"),
        ("src/**/novel.py", "src/../../x", "must be a path inside the project"),
        ("src/**/novel.py", "/etc/*", "must be a path inside the project"),
        ("src/**/novel.py", "'C:\\\\data\\\\*'", "must be a path inside the project"),
        ("src/**/novel.py", "'..\\\\x'", "must be a path inside the project"),
        ("src/**/novel.py", "~/x", "must be a path inside the project"),
        ("src/**/novel.py", "src/**.py", "must be a path inside the project"),
        ("src/**/novel.py", "' '", "file: must not be empty"),
        ("points: 5", "points: five", "criteria.0.points: Input should be a valid number, not 'five'"),
        ("title: {en: Code, zh-TW: 程式}", "title: 5", "criteria.0.title: Input should be a valid string, not 5"),
        ("title: {en: Code, zh-TW: 程式}", "title: {}", "criteria.0.title: "),
        ("points: 5", "points: 5\n    points: 6", "rubric.yml, line 5: the key 'points' appears twice"),
        ("criteria:", "=======\n>>>>>>> b\ncriteria:", "rubric.yml, line 2: a merge is not finished"),
    ],
)
def test_a_mistake_in_the_rubric_is_told(old: str, new: str, says: str) -> None:
    edit("rubric.yml", old, new)
    assert says in told()


@pytest.mark.parametrize("name", ["params.yaml", "project.toml", "rubric.yml"])
@pytest.mark.parametrize(
    ("encoding", "says"),
    [("utf-16", "is UTF-16"), ("utf-16-le", "is UTF-16"), ("big5", "is probably Big5"), ("gb18030", "is probably ")],
)
def test_another_encoding_is_named(name: str, encoding: str, says: str) -> None:
    text = f"# 我們的專題，資料與設定，請勿修改檔名\n{Path(name).read_text(encoding='utf-8')}"
    Path(name).write_bytes(text.encode(encoding))
    said = told()
    assert said.startswith(f"{name} {says}")
    assert "save it as UTF-8" in said


@pytest.mark.parametrize("name", ["params.yaml", "project.toml", "rubric.yml"])
def test_what_windows_writes_is_read(name: str) -> None:
    Path(name).write_bytes(b"\xef\xbb\xbf" + Path(name).read_bytes().replace(b"\n", b"\r\n"))
    assert read_project().title == "Digits"
    assert read_params().train.epochs == 4
    assert read_rubric().criteria


@pytest.mark.parametrize("name", ["params.yaml", "project.toml", "rubric.yml"])
def test_a_file_that_is_not_there_or_is_a_folder_is_told(name: str) -> None:
    Path(name).unlink()
    assert f"there is no {name} in " in told()
    Path(name).mkdir()
    assert f"{name} cannot be read" in told()
