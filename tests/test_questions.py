"""The questions: what is asked, what is accepted, and what copier.yml may not contain."""

import shutil
import tomllib
from pathlib import Path

import copier
import pytest
import yaml
from conftest import ROOT, TEMPLATE, Project, Stamp
from copier._user_data import Question
from copier.errors import CopierError

CONFIG = yaml.safe_load((ROOT / "copier.yml").read_text(encoding="utf-8"))
QUESTIONS = {name: details for name, details in CONFIG.items() if not name.startswith("_")}
SETTINGS = {
    "_envops",
    "_exclude",
    "_message_after_copy",
    "_message_after_update",
    "_message_before_copy",
    "_message_before_update",
    "_migrations",
    "_min_copier_version",
    "_skip_if_exists",
    "_subdirectory",
}
MEMBERS = [f"member_{number}_{part}" for number in (1, 2, 3) for part in ("name", "id", "email")]
AWKWARD = [
    'O\'Brien "x" \\ 黃意婷',
    "🎉🎓",
    "{{ title }} {% raw %}",
    "# no comment",
    "007",
    "yes",
    "null",
    "~",
    "<b>$x$</b>",
    "- a: b",
    "bell\x07 delete\x7f tab\t",
]


def answers(project: Project) -> dict[str, str]:
    return yaml.safe_load((project.path / ".copier-answers.yml").read_text(encoding="utf-8"))


def project_toml(project: Project) -> dict:
    return tomllib.loads((project.path / "project.toml").read_text(encoding="utf-8"))


def test_settings_are_known_and_none_asks_for_trust() -> None:
    assert {name for name in CONFIG if name.startswith("_")} <= SETTINGS  # neither _tasks nor _jinja_extensions
    assert all("version" in migration for migration in CONFIG.get("_migrations", []))


def test_questions_are_the_public_ones_and_ten_at_most_are_asked() -> None:
    assert set(QUESTIONS) == {"title", "slug", "task", "language", "course", "rubric", "poster", *MEMBERS}
    assert sum(details.get("ask", True) for details in QUESTIONS.values()) <= 10


@pytest.mark.parametrize("name", QUESTIONS)
def test_question_is_spelt_right_and_typed(name: str) -> None:
    known = set(Question.__dataclass_fields__) - {"var_name", "answers", "context", "jinja_env", "settings"}
    assert set(QUESTIONS[name]) <= known
    assert QUESTIONS[name]["type"] == ("bool" if name == "poster" else "str")  # an untyped 007 becomes 7
    assert "default" in QUESTIONS[name]
    assert "when" not in QUESTIONS[name]  # an answer that is not recorded is lost at the next update


def test_choices_of_task_are_the_folders(stamped: dict[str, Project]) -> None:
    folders = {path.name for path in (TEMPLATE / "src/lab/tasks").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert set(stamped) == folders
    assert QUESTIONS["task"]["default"] in folders


def test_template_may_lie_in_any_folder(release: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(release, tmp_path / "a [copy]* of O'Brien 黃", ignore=shutil.ignore_patterns(".git"))
    copier.run_copy(str(folder), tmp_path / "project", defaults=True, quiet=True)
    assert (tmp_path / "project/params.yaml").is_file()


def test_unknown_choices_are_refused(stamp: Stamp) -> None:
    with pytest.raises(ValueError, match="no_such_task"):
        stamp(task="no_such_task")
    with pytest.raises(ValueError, match="klingon"):
        stamp(language="klingon")
    with pytest.raises(ValueError, match="no_such_rubric"):
        stamp(rubric="no_such_rubric")


def test_choices_of_rubric_are_the_files_and_one_is_stamped(stamp: Stamp) -> None:
    files = {path.stem for path in (TEMPLATE / "rubrics").glob("*.yml")} - {"head", "head.zh-TW"}
    assert set(QUESTIONS["rubric"]["choices"].values()) == files
    ids = {}
    for name in files:
        project = stamp(rubric=name)
        assert not (project.path / "rubrics").exists()
        text = (project.path / "rubric.yml").read_text(encoding="utf-8")
        assert text.startswith("# What is graded")
        assert (project.path / "documents/poster.typ").exists() == (name == "poster")
        ids[name] = [one["id"] for one in yaml.safe_load(text)["criteria"]]
    assert "novel_problem" in ids["im5062"]
    assert "milestone" in ids["poster"]
    assert "video" in ids["video"]


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("title", "", "the title is empty"),
        ("title", "  ", "the title is empty"),
        ("title", "one\ntwo", "one line"),
        ("slug", "", "lower-case letters"),
        ("slug", "a/b", "lower-case letters"),
        ("slug", "../up", "lower-case letters"),
        ("slug", "Chess", "lower-case letters"),
        ("slug", "黃意婷", "lower-case letters"),
        ("slug", "a--b", "lower-case letters"),
        ("slug", "end-", "lower-case letters"),
        ("slug", "line\n", "lower-case letters"),
        ("member_1_name", "", "at least one member"),
    ],
)
def test_bad_answer_is_told_in_one_line_and_nothing_is_written(
    stamp: Stamp, tmp_path: Path, name: str, value: str, says: str
) -> None:
    with pytest.raises((ValueError, CopierError)) as caught:
        stamp(tmp_path / "project", **{name: value})
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "project").exists()


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Reading a doctor's digits — at last!", "reading-a-doctor-s-digits-at-last"),
        ("Chess", "chess-project"),
        ("Scikit learn", "scikit-learn-project"),
        ("深度學習", "final-project"),
        ("🎉", "final-project"),
        ("007", "007-project"),
        ("İstanbul'da Évora", "i-stanbul-da-vora"),
    ],
)
def test_slug_comes_from_the_title(stamp: Stamp, title: str, slug: str) -> None:
    project = stamp(title=title)
    assert answers(project)["slug"] == slug
    package = tomllib.loads((project.path / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert package["name"] == slug


@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_text_arrives_as_it_was_typed(stamp: Stamp, text: str) -> None:
    given = dict.fromkeys(["title", "course", *MEMBERS], text)
    project = stamp(**given)
    read = project_toml(project)
    assert (read["title"], read["course"]) == (text, text)
    assert read["members"] == [{"name": text, "id": text, "email": text}] * 3
    assert answers(project).items() >= given.items()


def test_title_in_the_readme_is_plain_text(stamp: Stamp) -> None:
    title = "A_b* <script> [x](y) `q` \\ $x$ {{ 1 }} # 黃"
    first = (stamp(title=title).path / "README.md").read_text(encoding="utf-8").partition("\n")[0]
    assert first == "# A\\_b\\* \\<script\\> \\[x\\]\\(y\\) \\`q\\` \\\\ \\$x\\$ \\{\\{ 1 \\}\\} \\# 黃"


def test_members_without_a_name_are_left_out(stamp: Stamp) -> None:
    members = project_toml(stamp(member_1_name="黃意婷", member_1_id="R1", member_3_name="Hà"))["members"]
    assert [member["name"] for member in members] == ["黃意婷", "Hà"]
    assert members[0]["id"] == "R1"


def test_message_names_the_next_steps(release: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copier.run_copy(str(release), tmp_path / "mine", defaults=True)
    said = capsys.readouterr().err
    for step in ("cd ", "uv run lab setup", "uv run dvc repro"):
        assert step in said
