# /// script
# requires-python = ">=3.11"
# dependencies = ["copier>=9.19,<10", "pyyaml>=6", "ruamel-yaml>=0.18"]
#
# [tool.uv]
# exclude-newer = "2026-11-20T00:00:00Z"
# ///
"""Stamp an example project, write what its team wrote, and take it from data to documents.

``uv run examples/run.py [task] [--destination DIR]``; several tasks, or ``--all``, are done one after the other, and a
table is printed. The lines above give this script an environment of its own, with Copier alone: the project's packages
are installed once, in the project.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import yaml
from copier import run_copy
from copier.errors import DirtyLocalWarning
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = {path.parent.name: path for path in sorted((ROOT / "examples").glob("*/answers.yml"))}
DEFAULT = "image_classification"
MADE = {
    "report": "deliverables/report.pdf",
    "slides": "deliverables/slides.pdf",
    "proposal": "deliverables/proposal.pdf",
    "comparison": "results/comparison.json",
    "figures": "results/figures",
}
KEPT_BYTES = 3_000_000  # a report in Chinese carries its letters
MARK = "# The template's example. "
"""What the files of a team that has no data and method of its own begin with."""


def main() -> None:
    options = parse(sys.argv[1:])
    if len(options.tasks) > 1:
        make_several(options.tasks, options.destination or ROOT / "build", options.update)
    else:
        destination = options.destination or ROOT / "build" / options.tasks[0]
        print(f"\n{make(options.tasks[0], destination, options.update):.0f} seconds from nothing to")
        print("\n".join(f"  {name:<11} {destination / path}" for name, path in MADE.items()))


def make_several(tasks: list[str], base: Path, update: bool) -> None:
    """One after the other; where one fails the others go on, and the table says so."""
    for task in tasks:  # before the first of them has run for minutes
        check_is_new(base / task)
    rows: dict[str, str] = {}
    for task in tasks:
        try:
            rows[task] = row(task, base / task, make(task, base / task, update))
        except SystemExit as error:
            print(error, file=sys.stderr, flush=True)
    print("\n| task | metric | baseline → novel | difference | seconds |\n| --- | --- | --- | --- | --- |")
    print("\n".join(rows.get(task, f"| `{task}` | – | – | failed | – |") for task in tasks))
    if failed := [task for task in tasks if task not in rows]:
        stop(f"{len(failed)} of {len(tasks)} failed: {', '.join(failed)}: see what they say above")


def make(task: str, destination: Path, update: bool) -> float:
    """Stamp the example, run its pipeline and return the seconds that it took."""
    check_is_new(destination)
    started = time.perf_counter()
    answers = yaml.safe_load(EXAMPLES[task].read_text(encoding="utf-8"))
    stamp(answers, destination)
    begin(answers, destination)
    if (team := ROOT / "examples" / task / "project").is_dir():
        write(team, answers, destination)
        call("uv", "run", "dvc", "repro", "split", cwd=destination)
        call("uv", "run", "lab", "seal", cwd=destination)
        commit(answers, 1, "Seal the plan", ".", destination)
        call("uv", "run", "pytest", "--quiet", cwd=destination)
        commit(answers, 1, "Record that the tests pass", ".", destination)
    call("uv", "run", "dvc", "repro", cwd=destination)
    if missing := [name for name, path in MADE.items() if not (destination / path).exists()]:
        stop(f"the pipeline ended well but left no {', '.join(missing)} in {destination}")
    if update:
        keep(destination, ROOT / "examples" / task)
    return time.perf_counter() - started


def check_is_new(destination: Path) -> None:
    if destination.is_file() or (destination.is_dir() and any(destination.iterdir())):
        stop(f"{destination} is not an empty folder: remove it, or name another with --destination")


def row(task: str, project: Path, seconds: float) -> str:
    """The primary metric of baseline and novel on the test split, as a row of the table."""
    found = json.loads((project / MADE["comparison"]).read_text(encoding="utf-8"))
    metric, digits = found["metrics"][0], found["metrics"][0]["digits"]
    baseline, novel = (found["methods"][name]["metrics"][metric["name"]] for name in ("baseline", "novel"))
    difference = novel["difference"]
    low, high = (f"{end:+,.{digits}f}" for end in difference["interval"])
    means = " → ".join(f"{one['mean']:,.{digits}f}" for one in (baseline, novel))
    unit = f" ({metric['unit']})" if metric["unit"] else ""
    shift = f"{difference['mean']:+,.{digits}f} [{low}, {high}], {difference['verdict']}"
    return f"| `{task}` | {metric['name']}{unit} | {means} | {shift} | {seconds:.0f} |"


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="examples/run.py", description=str(__doc__).partition("\n")[0])
    option = parser.add_argument
    option("tasks", nargs="*", metavar="task", help=f"default: {DEFAULT}; of {', '.join(EXAMPLES)}")
    option("--destination", type=Path, metavar="DIR", help="a new folder; of several tasks, that of their folders")
    option("--all", action="store_true", help="every task")
    option("--update", action="store_true", help="keep comparison, figures and written documents in examples/<task>")
    options = parser.parse_args(arguments)
    options.tasks = list(EXAMPLES) if options.all else options.tasks or [DEFAULT]
    if unknown := [task for task in options.tasks if task not in EXAMPLES]:
        stop(f"there is no example {unknown[0]!r}; there are {', '.join(EXAMPLES)}")
    if options.destination:
        options.destination = options.destination.expanduser().resolve()
    return options


def stamp(answers: dict[str, str], destination: Path) -> None:
    warnings.simplefilter("ignore", DirtyLocalWarning)  # what is not committed yet is stamped too
    run_copy(str(ROOT), destination, data=answers, defaults=True, quiet=True, vcs_ref="HEAD")
    print(f"stamped {answers['task']} into {destination}", flush=True)


def write(team: Path, answers: dict[str, str], destination: Path) -> None:
    """Do what the example's team did: its documents, further methods, and its changes of ``params.yaml``."""
    shutil.copytree(team, destination, ignore=shutil.ignore_patterns("params.yaml"), dirs_exist_ok=True)
    for path in destination.glob("src/lab/tasks/*/*.py"):  # data and methods are this team's own
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join(line for line in lines if not line.startswith(MARK)), encoding="utf-8", newline="\n")
    settings = destination / "params.yaml"
    if (changes := team / "params.yaml").is_file():
        yaml_file = YAML()  # it keeps comments
        yaml_file.width = 200
        params = yaml_file.load(settings)
        change(params, yaml_file.load(changes))
        yaml_file.dump(params, settings)
    members = [number for number in (1, 2, 3) if answers.get(f"member_{number}_name")]
    for place, name in enumerate(("report", "slides", "proposal")):
        author = members[(place + 1) % len(members)]
        commit(answers, author, f"Write the {name}", f"documents/{name}.typ", destination)
    commit(answers, 1, "Add methods and settings", ".", destination)


def change(params: dict[str, Any], changes: dict[str, Any]) -> None:
    """Set each key of ``changes``; what it holds is another mapping where ``params`` has one."""
    for key, value in changes.items():
        if isinstance(value, dict) and isinstance(params.get(key), dict):
            change(params[key], value)
        else:
            params[key] = value


def begin(answers: dict[str, str], destination: Path) -> None:
    """Make the project a repository, whose runs belong to its first member."""
    call("git", "init", "--quiet", "--initial-branch=main", cwd=destination)
    for key in ("name", "email"):
        call("git", "config", f"user.{key}", answers[f"member_1_{key}"], cwd=destination)
    commit(answers, 1, "Start", ".", destination)


def commit(answers: dict[str, str], member: int, message: str, path: str, destination: Path) -> None:
    who = [f"user.{key}={answers[f'member_{member}_{key}']}" for key in ("name", "email")]
    call("git", "add", "--all", path, cwd=destination)
    made = ("commit", "--quiet", "--no-gpg-sign", "--message", message)
    call("git", "-c", who[0], "-c", who[1], *made, cwd=destination)


def keep(project: Path, folder: Path) -> None:
    """Copy what is committed of an example; documents that nobody has written are left out."""
    written = (folder / "project").is_dir()
    kept = [path for name, path in MADE.items() if written or name in ("comparison", "figures")]
    files = [path for name in kept for path in [project / name, *(project / name).rglob("*")]]
    size = sum(path.stat().st_size for path in files if path.parent.name != "slides")
    if size > KEPT_BYTES:
        stop(f"the results take {size / 1e6:.1f} MB, more than the {KEPT_BYTES / 1e6:.0f} MB that are committed")
    for path in kept:
        target = folder / Path(path).name
        shutil.rmtree(target, ignore_errors=True)
        if (project / path).is_dir():  # the same figures again, for slides, are left out
            shutil.copytree(project / path, target, ignore=shutil.ignore_patterns("slides"))
        else:
            shutil.copyfile(project / path, target)


def call(*command: str, cwd: Path) -> None:
    # The project has an environment of its own: nothing of this script's may leak into it.
    leaking = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT", "UV_PROJECT_ENVIRONMENT", "MLFLOW_TRACKING_URI")
    environment = {name: value for name, value in os.environ.items() if name not in leaking}
    program = os.environ.get("UV", "uv") if command[0] == "uv" else command[0]
    if not shutil.which(program):
        stop(f"{command[0]} is not installed")
    if subprocess.run([program, *command[1:]], cwd=cwd, env=environment).returncode:
        stop(f"`{' '.join(command)}` failed in {cwd}: see what it says above")


def stop(message: str) -> None:
    sys.exit(f"error: {message}")


if __name__ == "__main__":
    main()
