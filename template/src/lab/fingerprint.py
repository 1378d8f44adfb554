"""Digests of what a stage runs and of the params it reads, so that only what changed runs again.

DVC sees files. A team's ``problem.py`` holds both how examples are loaded and how answers are scored, and a new
metric must not train anything again. So a digest covers a *name* and, through it, every name that its code mentions,
in this file and in the files of ``lab`` it imports: ``lab.source_code`` says how. Comments, docstrings and layout do
not count. Other files in ``src/lab`` (a list of words, a table) count for the code that names them; those that no code
in their folder names count for all of it.

What does not count: versions of Python and of packages (after ``uv add`` or ``uv lock --upgrade``, run
``uv run dvc repro --force`` where they matter), files outside ``src/lab`` that are no stage's input, docstrings that
code reads, the order of imports, and names that are put together as text (``getattr(module, "fast_" + kind)`` on a
module that nothing else reaches).
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from lab.examples_left import examples_left
from lab.files import read_text, sha256, there
from lab.messages import CATALOGUES
from lab.paths import SPLITS
from lab.settings import Params, read_project
from lab.source_code import Module, Name, parsed
from lab.words import FILES

TRAINING = (("lab.training.loop", "fit"), ("lab.training.predictions", "prediction_table"))
"""Neither tracking nor documents: none of them can change a weight."""
TEXTS = (*FILES.values(), *CATALOGUES.values())
"""Nor can what is said to people: a better word trains nothing anew."""


def of_stages(params: Params) -> dict[str, Any]:
    """What DVC compares, by stage; of the train stage by method, for each has its own code and params."""
    problem = f"lab.tasks.{read_project().task}.problem"
    language = read_project().language  # of notes on the data, Data Docs and figures
    checked = [(problem, name) for name in ("expectations", "contents", "stratify")]
    scoring = [(problem, name) for name in ("metrics", "measure", "score", "figures", "references")]
    data = params.data.record()
    compared = [
        params.compare.model_dump(),
        list(params.methods),
        data,
        language,
    ]  # figures name the target and its unit
    return {
        "collect": digest(("lab.stages.collect", "*"), (problem, "collect"), params=[data, language]),
        "validate": digest(("lab.stages.validate", "*"), *checked, params=data),
        "split": digest(("lab.stages.split", "*"), *checked[1:], params=[params.split.record(), language]),
        "seeds": params.seeds,  # as they are: a new one trains only itself
        "methods": {name: of_training(params, name) for name in params.methods},
        "compare": digest(("lab.stages.compare", "*"), *scoring, params=compared),
        "deliver": digest(("lab.stages.deliver", "*"), params=examples_left(params)),  # the rubric names them
    }


def of_project(params: Params) -> str:
    """Of all code and params that stages run and read."""
    return sha256(json.dumps(of_stages(params), sort_keys=True).encode())


def of_training(params: Params, method: str) -> str:
    """Of the code and params that decide what ``method`` learns: of the problem neither metrics nor figures."""
    return of_learning(method, params.decisive(method))


def of_learning(method: str, params: Any) -> str:
    """``of_training`` with other params than the method's own."""
    task = f"lab.tasks.{read_project().task}"
    problem = [(f"{task}.problem", name) for name in ("load", "targets")]
    return digest((f"{task}.{method}", "*"), *TRAINING, *problem, params=params, without=TEXTS)


def of_run(params: Params, method: str, seed: int, data: str) -> str:
    """Of all that decides a run's result: code, settings, seed, the data (their digest is ``data``) and their split."""
    # As they are now, not as the last `dvc repro` saw them: somebody may start a stage by hand.
    return digest(params=[of_training(params, method), data + sha256(there(SPLITS).read_bytes()), seed])


def of_scoring() -> str:
    """Of the team's own code that computes scores. Not of machinery, which an update of the template may change."""
    problem = f"lab.tasks.{read_project().task}.problem"
    reached = _reached(((problem, "measure"), (problem, "score")), Path("src"), TEXTS)
    return sha256("\n".join(line for line in reached if line.startswith(("lab.tasks.", "lab/tasks/"))).encode())


def of_fold(params: Params, method: str, fold: int, data: str) -> str:
    """Of all that decides the scores of a fold, those who compute them included."""
    problem = f"lab.tasks.{read_project().task}.problem"
    scoring = digest(*[(problem, name) for name in ("metrics", "measure", "score", "stratify")], without=TEXTS)
    divided = [params.split.seed, params.split.validation, params.split.folds, fold, params.seeds[0]]
    return digest(("lab.data.splitting", "split"), params=[of_training(params, method), scoring, data, divided])


def digest(*roots: Name, params: Any = None, source: Path = Path("src"), without: tuple[str, ...] = ()) -> str:
    """SHA-256 of ``params`` and of the code that ``roots`` reach, but for files that are called as in ``without``.

    An optional name that is not defined adds nothing.
    """
    return sha256("\n".join([*_reached(roots, source, without), repr(params)]).encode())


@cache
def _reached(roots: tuple[Name, ...], source: Path, without: tuple[str, ...] = ()) -> list[str]:
    reached: dict[Name, str] = {}
    modules: dict[str, Module] = {}
    waiting = set(roots)
    while waiting:
        name = waiting.pop()
        if name in reached or (module := parsed(name[0], source)) is None:
            continue
        modules[module.name] = module
        reached[name], beyond = module.reach(name[1])
        waiting |= beyond
    lines = [f"{module}:{name}\n{code}" for (module, name), code in sorted(reached.items()) if code]
    for folder in sorted({module.path.parent for module in modules.values()}):
        package = ".".join(folder.relative_to(source).parts)
        for path in _other_files(folder):
            if path.name in without:
                continue
            beside = (
                other for other in folder.glob("*.py") if path.name in read_text(other)
            )  # maybe in a comment only
            near = (parsed(f"{package}.{other.stem}", source) for other in beside)
            named = any(path.name in code for code in reached.values())
            if named or not any(module and module.names_text(path.name) for module in near):
                lines.append(f"{path.relative_to(source).as_posix()}\n{sha256(path.read_bytes())}")
    return lines


def _other_files(folder: Path) -> list[Path]:
    """Files of a folder of modules that are not Python, also in folders below it that have no modules."""
    found: list[Path] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "__pycache__")):
            continue
        if path.is_dir() and not any(path.glob("*.py")):
            found += _other_files(path)
        elif path.is_file() and path.suffix not in (".py", ".pyc"):
            found.append(path)
    return found
