"""What a stamp holds: every task, every file with a real parser, formatted, linted and type-checked in place."""

import ast
import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml
from conftest import TASKS, TEMPLATE, Project, Stamp
from ruamel.yaml import YAML

AS_GIVEN = {"title": 'O\'Brien "x" \\ 黃意婷 — {{ 1 }} # 🎉', "language": "zh-TW", "member_1_name": "黃意婷"}
META = {"label", "description", "dependencies", "data", "own_data", "first_run", "train", "methods", "benchmark"}


def files(project: Project) -> list[Path]:
    return [path for path in sorted(project.path.rglob("*")) if path.is_file()]


def parse(path: Path) -> object:
    """The file's content by a parser of its format; its text if it has none."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".toml":
        return tomllib.loads(text)
    if path.suffix in {".yml", ".yaml"}:
        return YAML(typ="safe", pure=True).load(text), yaml.safe_load(text)
    if path.suffix in {".json", ".ipynb", ".baseline"} or path.name == ".secrets.baseline":
        return json.loads(text)
    return ast.parse(text) if path.suffix == ".py" else text


@pytest.mark.parametrize("task", TASKS)
def test_task_yml_has_every_key(task: str) -> None:
    text = (TEMPLATE / f"src/lab/tasks/{task}/task.yml").read_text(encoding="utf-8")
    meta = yaml.safe_load(text)
    # A recipe, Chinese texts, and a split of another kind are what not every task has.
    assert set(meta) - {"pretrained", "split", "zh-TW"} == META
    assert not re.search(r"\{[{%#]", text)  # it is included by Jinja
    assert all("\n" not in meta[name].strip() for name in ("label", "description"))
    assert len(meta["label"]) <= 26  # the questionnaire aligns what follows


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("answers", [{}, AS_GIVEN], ids=["defaults", "awkward"])
def test_every_file_can_be_parsed_and_ends_with_one_newline(stamp: Stamp, task: str, answers: dict[str, str]) -> None:
    for path in files(stamp(task=task, **answers)):
        parse(path)
        text = path.read_bytes()
        assert path.suffix != ".jinja"
        assert b"\r" not in text, path
        if path.name != "__init__.py" or text:
            assert text.endswith(b"\n"), path
            assert not text.endswith(b"\n\n"), path
        assert not re.search(rb"[ \t]\n", text), path


@pytest.mark.parametrize("task", TASKS)
def test_only_the_chosen_task_is_there_and_all_of_it(stamped: dict[str, Project], task: str) -> None:
    tasks = stamped[task].path / "src/lab/tasks"
    assert {path.name for path in tasks.iterdir()} == {"__init__.py", task}
    source = TEMPLATE / "src/lab/tasks" / task
    expected = {
        path.relative_to(source) for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    assert {path.relative_to(tasks / task) for path in (tasks / task).rglob("*") if path.is_file()} == {
        path for path in expected if path.name != "task.yml"
    }
    for name in ("problem.py", "baseline.py", "novel.py"):
        assert (tasks / task / name).is_file(), name


@pytest.mark.parametrize("task", TASKS)
def test_settings_read_what_was_stamped(stamp: Stamp, task: str) -> None:
    project = stamp(task=task, **AS_GIVEN)
    code = (
        "import json; from lab.settings import read_params, read_project; p = read_project();"
        "print(json.dumps([p.model_dump(mode='json'), read_params().model_dump()]))"
    )
    read, params = json.loads(project.succeed("python", "-c", code))
    assert (read["title"], read["task"], read["language"]) == (AS_GIVEN["title"], task, "zh-TW")
    assert [member["name"] for member in read["members"]] == ["黃意婷"]
    meta = yaml.safe_load((TEMPLATE / f"src/lab/tasks/{task}/task.yml").read_text(encoding="utf-8"))
    assert params["train"].items() >= YAML(typ="safe").load(yaml.safe_dump(meta["train"])).items()
    assert list(params["methods"])[:2] == ["baseline", "novel"]
    assert params["data"].items() >= (YAML(typ="safe").load(meta["data"]) or {}).items()
    assert params["data"]["source"] == "demo"


@pytest.mark.parametrize("task", TASKS)
def test_every_line_of_params_has_a_comment(stamped: dict[str, Project], task: str) -> None:
    lines = (stamped[task].path / "params.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line.strip() and "# " not in line] == []


@pytest.mark.parametrize("task", TASKS)
def test_python_is_formatted_linted_and_typed(
    stamped: dict[str, Project], task: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = stamped[task]
    project.succeed("ruff", "format", "--check", "--no-cache", ".")
    project.succeed("ruff", "check", "--no-cache", ".")
    cache = tmp_path_factory.getbasetemp() / "mypy"
    project.succeed("mypy", MYPY_CACHE_DIR=str(cache))


def test_nothing_of_the_template_is_left_over(stamped: dict[str, Project]) -> None:
    for project in stamped.values():
        listed = {path.name for path in project.path.iterdir()}
        assert not listed & {"copier.yml", "uv.lock", "dvc.lock", ".git", ".venv", "data", "runs", "results"}
        assert {".gitignore", ".dvcignore", ".pre-commit-config.yaml", ".secrets.baseline", "dvc.yaml"} <= listed


def test_what_a_team_replaces_says_that_it_is_an_example(stamped: dict[str, Project]) -> None:
    for task, project in stamped.items():
        room = project.path / "src/lab/tasks" / task
        methods = yaml.safe_load((project.path / "params.yaml").read_text(encoding="utf-8"))["methods"]
        for name in ("problem", *(name for name in methods if name != "baseline")):
            assert (room / f"{name}.py").read_text(encoding="utf-8").startswith("# The template's example. "), name
