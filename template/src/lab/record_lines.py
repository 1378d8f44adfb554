"""Files in ``records/``: lines that programs write, that Git carries, and that nobody edits."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from lab.errors import UserError
from lab.files import read_text
from lab.runs import git

Record = TypeVar("Record")

HISTORY = "LAB_HISTORY"
"""Set in a copy of the project: the folder that has the history."""


def read_records(path: Path, kind: type[Record], command: str) -> list[Record]:
    """Each line of a file in ``records/`` as a ``kind``; none if ``command``, which writes the file, was never run.

    Raises:
        UserError: a line is not as that command wrote it.
    """
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if (record := as_record(line, kind)) is None:
            name = path.as_posix()
            raise UserError(f"{name}, line {number}: not as `{command}` wrote it: `git checkout {name}`")
        found.append(record)
    return found


def as_record(line: str, kind: type[Record]) -> Record | None:
    """A line as a ``kind``, a dataclass; None if it lacks a field, has another, or holds another type there."""
    try:
        content = json.loads(line)
        record = kind(**content)
    except (ValueError, TypeError):
        return None
    types = {name: (get_origin(hint) or hint, get_args(hint)) for name, hint in get_type_hints(kind).items()}
    fits = all(
        isinstance(content.get(name), type_) and (type_ is not dict or _holds(content[name], parts[1]))
        for name, (type_, parts) in types.items()
    )
    return record if fits else None


def _holds(content: dict[str, Any], type_: type) -> bool:
    """Whether all values are of the type; numbers are finite."""
    if type_ is float:
        return all(isinstance(value, int | float) and math.isfinite(value) for value in content.values())
    return all(isinstance(value, type_) for value in content.values())


def committed_lines(path: Path) -> list[str]:
    """Every line that a commit of this branch, or of one that was merged into it, added to the file.

    Empty without a repository, and of a line that was never committed.
    """
    # By itself `git log` passes over the side that a merge did not take, and over what the merge itself adds.
    whole = ("--full-history", "-m")
    plain = ("--format=", "--no-color", "--no-ext-diff", "--unified=0", "--patch")
    patch = git("-C", os.environ.get(HISTORY, "."), "log", *whole, *plain, "--", path.as_posix()).splitlines()
    return [line[1:] for line in patch if line.startswith("+") and not line.startswith("+++ ")]
