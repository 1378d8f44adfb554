"""Rules of the house that no compiler checks: who may know whom, how long a file is, which versions agree."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
import yaml
from conftest import ROOT, TASKS, TEMPLATE, Project
from packaging.requirements import Requirement

LAB = TEMPLATE / "src/lab"
MACHINERY = [path for path in sorted(LAB.rglob("*.py")) if "tasks" not in path.relative_to(LAB).parts]
WORKSHOP = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
HALVES = (
    ("py", r"pi\.org"),
    ("python", r"hosted\.org"),
    (r"download\.py", "torch"),
    (r"registry\.np", "mjs"),
    ("", "/simple/"),
)
"""Of registries' names: in halves, so that this file names none."""
HOSTS = "|".join(map("".join, HALVES))
MACHINE = r"(?<![\w.$~{}<>])/(?:work|tmp|root|home|Users)/"


def pyproject(project: Project) -> dict:
    return tomllib.loads((project.path / "pyproject.toml").read_text(encoding="utf-8"))


def own_files() -> list[Path]:
    """Files of this repository, as Git lists them."""
    listed = Project(ROOT).succeed("git", "ls-files", "--cached", "--others", "--exclude-standard", "-z")
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


@cache
def imports(path: Path) -> frozenset[str]:
    """Modules of ``lab`` that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return frozenset(name for name in found if name.partition(".")[0] == "lab" and module_path(name))


def module_path(name: str) -> Path | None:
    base = TEMPLATE.joinpath("src", *name.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.is_file()), None)


@pytest.mark.parametrize("path", MACHINERY, ids=lambda path: path.stem)
def test_machinery_names_no_task(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('"mathtext.fontset": "custom"', "")  # a word of matplotlib
    assert [task for task in TASKS if re.search(rf"\b{task}\b", text)] == []


ROOMS = {
    "collaboration": set(),
    "data": {"team_code"},
    "scaling": set(),
    "training": {"scaling", "team_code"},
    "comparison": {"team_code"},
    "team_code": set(),
    "tracking": set(),
    "reporting": {"comparison", "tuning"},
    "tuning": {"comparison", "data", "scaling", "team_code", "tracking", "training"},
    "verification": {"comparison", "data", "reporting", "team_code", "training", "tuning"},
}
"""Which other rooms each room of ``lab`` may look into. What all share stands beside the rooms, in files."""
LOOKS_INTO_A_ROOM = {"cli": "commands start rooms", "train_settings": "AdamW, made from its settings"}
"""Files beside the rooms that look into one, and why."""


def room(path: Path) -> str:
    """The folder of ``lab`` that a file stands in; empty for what all share."""
    inside = path.relative_to(LAB).parts
    return inside[0] if len(inside) > 1 else ""


def test_the_house_has_the_rooms_of_its_plan() -> None:
    folders = {path.name for path in LAB.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == {*ROOMS, "stages", "tasks"}
    for name in folders:
        init = (LAB / name / "__init__.py").read_text(encoding="utf-8")
        assert len(ast.parse(init).body) == 1, f"{name}/__init__.py says what the room is for, and no more"


def test_arrows_point_one_way() -> None:
    """Stages know rooms, rooms know what all share, tasks know the contract; never the other way round."""
    for path in MACHINERY:
        rooms = {room(target) for name in imports(path) if (target := module_path(name))}
        if room(path) == "stages":
            assert "tasks" not in rooms, path.relative_to(LAB)
        elif room(path):
            assert rooms <= {"", room(path)} | ROOMS[room(path)], f"{path.relative_to(LAB)} looks into {rooms}"
        elif path.stem not in LOOKS_INTO_A_ROOM:
            assert rooms <= {""}, f"{path.relative_to(LAB)} looks into {rooms}"
    for path in LAB.glob("tasks/*/*.py"):
        own = f"lab.tasks.{path.parent.name}"
        foreign = {name for name in imports(path) if name.startswith(("lab.tasks.", "lab.stages"))}
        assert all(name.startswith(own) for name in foreign), f"{path.relative_to(LAB)} imports {foreign}"


def test_imports_make_no_circle() -> None:
    done: set[Path] = set()

    def visit(path: Path, trail: tuple[Path, ...]) -> None:
        assert path not in trail, " -> ".join(item.stem for item in (*trail, path))
        if path in done:
            return
        for name in imports(path):
            target = module_path(name)
            if target and target != path and target.name != "__init__.py":
                visit(target, (*trail, path))
        done.add(path)

    for path in LAB.rglob("*.py"):
        visit(path, ())
    assert len(done) > 15


@pytest.mark.parametrize("folder", ["template", "tests", "examples", "hooks"])
def test_files_are_read_in_one_sitting(folder: str) -> None:
    sources = [path for path in (ROOT / folder).rglob("*.py") if not {".venv", "__pycache__"} & set(path.parts)]
    long = {path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines()) for path in sources}
    assert {name: lines for name, lines in long.items() if lines > 220} == {}


def test_stage_commands_run_everywhere() -> None:
    stages = yaml.safe_load((TEMPLATE / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for stage in stages.values():
        command = stage.get("do", stage)["cmd"]
        assert re.fullmatch(r"python -m lab\.stages\.\w+( \$\{\w+\})*", command), command


@pytest.mark.parametrize("task", TASKS)
def test_workshop_and_stamp_need_the_same(stamped: dict[str, Project], task: str) -> None:
    meta = yaml.safe_load((LAB / "tasks" / task / "task.yml").read_text(encoding="utf-8"))
    groups = WORKSHOP["dependency-groups"]
    stamp = pyproject(stamped[task])
    assert stamp["project"]["dependencies"] == groups["project"] + meta["dependencies"]
    assert set(meta["dependencies"]) <= {*groups["tasks"], *groups["project"]}
    assert all(Requirement(line).specifier for line in stamp["project"]["dependencies"])
    shared = {Requirement(line).name: line for line in groups["dev"] if isinstance(line, str)}
    for line in stamp["dependency-groups"]["dev"]:
        assert shared.get(Requirement(line).name, line) == line
    for tool, keys in {"ruff": ["line-length"], "uv": ["exclude-newer"], "mypy": ["disallow_untyped_defs"]}.items():
        assert {key: stamp["tool"][tool][key] for key in keys} == {key: WORKSHOP["tool"][tool][key] for key in keys}
    assert stamp["tool"]["ruff"]["lint"] == WORKSHOP["tool"]["ruff"]["lint"]


def test_example_script_resolves_as_the_workshop_does() -> None:
    header = re.findall(r"^# ?(.*)$", (ROOT / "examples/run.py").read_text(encoding="utf-8"), re.MULTILINE)
    script = tomllib.loads("\n".join(header[header.index("/// script") + 1 : header.index("///")]))
    assert script["tool"]["uv"]["exclude-newer"] == WORKSHOP["tool"]["uv"]["exclude-newer"]
    assert set(WORKSHOP["project"]["dependencies"]) & set(script["dependencies"]) == {"copier>=9.19,<10"}


def test_hooks_install_from_pypi_alone_and_are_pinned(stamped: dict[str, Project]) -> None:
    project = next(iter(stamped.values()))
    config = yaml.safe_load((project.path / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    assert {entry["repo"] for entry in config["repos"]} == {"local"}
    ranges = {Requirement(line).name: Requirement(line) for line in pyproject(project)["dependency-groups"]["dev"]}
    pins: set[str] = set()
    for hook in config["repos"][0]["hooks"]:
        assert hook["language"] == ("unsupported" if hook["id"].startswith("dvc") else "python")
        pins |= set(hook.get("additional_dependencies", []))
    assert {pin.partition("==")[0] for pin in pins} == {"detect-secrets", "nbstripout", "pre-commit-hooks", "ruff"}
    for pin in pins:
        name, _, version = pin.partition("==")
        assert version
        assert name not in ranges or ranges[name].specifier.contains(version)
    baseline = (project.path / ".secrets.baseline").read_text(encoding="utf-8")
    assert yaml.safe_load(baseline)["version"] in {pin.partition("==")[2] for pin in pins}


def test_no_registry_and_no_machine_is_named(stamped: dict[str, Project]) -> None:
    stamps = [path for project in stamped.values() for path in project.path.rglob("*") if path.is_file()]
    checked = [path for path in own_files() if path != Path(__file__)]
    checked += [path for path in stamps if path.name != ".copier-answers.yml"]  # where Copier notes its source
    for path in checked:
        if path.suffix not in {".pdf", ".png", ".ttf", ".otf"}:
            text = path.read_text(encoding="utf-8")
            assert not re.search(HOSTS, text), path
            assert not re.search(MACHINE, text), path
