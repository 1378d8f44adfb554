"""The project's task: its problem and its methods, found by name."""

from __future__ import annotations

import importlib
from types import ModuleType

from lab.contract import Method, Problem
from lab.errors import UserError, in_team_code
from lab.files import read_text
from lab.settings import read_project, task_folder
from lab.team_code.problem_checks import check_problem


def _team_module(name: str) -> ModuleType:
    """A module of the team's room; an error inside it is shown in one line, with its place."""
    if (path := task_folder() / f"{name}.py").is_file():
        read_text(path)  # another encoding, or an unfinished merge, is named better than Python does
    try:
        return importlib.import_module(f"lab.tasks.{read_project().task}.{name}")
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # `exit()` in a module would end a stage as if all were well
        raise in_team_code(error) or error from None


def load_problem() -> Problem:
    """The task's ``problem.py``, which must have every name of ``lab.contract.Problem``."""
    module = _team_module("problem")
    check_problem(module)
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
        names = f": {', '.join(kind.__name__ for kind in found)}" if found else ": class Mine(Method), say"
        raise UserError(f"{path} defines {len(found)} subclasses of Method; it needs exactly one{names}")
    return found[0]
