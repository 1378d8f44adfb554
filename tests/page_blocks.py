"""The code blocks of a project's page about its own data, and what their commands print."""

from __future__ import annotations

import re
import shlex

from conftest import Project


def blocks(project: Project) -> list[tuple[str, str]]:
    """The code blocks of the page "your own data": (``yaml``, lines for params.yaml) or ("", commands or paths)."""
    page = (project.path / "own_data/README.md").read_text(encoding="utf-8")
    return re.findall(r"(?m)^```(\w*)\n((?:.*\n)*?)```$", page)


def commanded(project: Project, block: str) -> str:
    """What the commands of a block print; ``uv run`` would install what is installed here already."""
    said = ""
    for command in block.strip().splitlines():
        program, *rest = shlex.split(command)[2:]
        assert command.startswith("uv run ")
        said += project.succeed(*(("python", "-m", "lab.cli") if program == "lab" else (program,)), *rest)
    return said
