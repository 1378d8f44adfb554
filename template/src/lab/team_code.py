"""The project's task: its problem and its methods, found by name."""

from __future__ import annotations

import importlib
import traceback
from pathlib import Path
from types import ModuleType

from lab.contract import Method, Problem
from lab.errors import UserError
from lab.settings import read_project, task_folder


def _team_module(name: str) -> ModuleType:
    """A module of the team's room; what goes wrong inside it is told in one line, with the place."""
    try:
        return importlib.import_module(f"lab.tasks.{read_project().task}.{name}")
    except UserError:
        raise
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "tasks" in Path(frame.filename).parts]
        line = error.lineno if isinstance(error, SyntaxError) else own[-1].lineno if own else 0
        path = (task_folder() / f"{name}.py").as_posix()
        raise UserError(f"{path}, line {line}: {type(error).__name__}: {error}") from error


def load_problem() -> Problem:
    """The task's ``problem.py``, which must have every name of ``lab.contract.Problem``."""
    module = _team_module("problem")
    path = (task_folder() / "problem.py").as_posix()
    needed = ("metrics", "targets", "stratify", "collect", "expectations", "load", "score", "figures")
    missing = [name for name in needed if not hasattr(module, name)]
    if missing:
        raise UserError(f"{path} lacks {', '.join(missing)}: see Problem in src/lab/contract.py")
    for metric in module.metrics:
        if not isinstance(metric.higher_is_better, bool):
            raise UserError(f"{path}: metric {metric.name!r} has no direction: higher_is_better is True or False")
    return module  # type: ignore[return-value]


def load_method(name: str) -> type[Method]:
    """The one ``Method`` that the task's ``<name>.py`` defines."""
    module = _team_module(name)
    found = [
        item
        for item in vars(module).values()
        if isinstance(item, type) and issubclass(item, Method) and item.__module__ == module.__name__
    ]
    if len(found) != 1:
        path = (task_folder() / f"{name}.py").as_posix()
        raise UserError(f"{path} defines {len(found)} subclasses of Method; it needs exactly one")
    return found[0]
