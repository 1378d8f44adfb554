"""Which parts of a project are still the template's example: its files say so in a line that the team deletes."""

from __future__ import annotations

from lab.files import read_text
from lab.settings import Params, task_folder

MARK = "# The template's example. "


def examples_left(params: Params) -> list[str]:
    """Names of methods of params.yaml, and ``problem`` if the data are the demo data too."""
    demo = ["problem"] if params.data.source == "demo" else []
    files = {name: task_folder() / f"{name}.py" for name in [*demo, *params.methods]}
    return [name for name, path in files.items() if path.is_file() and MARK in read_text(path)]
