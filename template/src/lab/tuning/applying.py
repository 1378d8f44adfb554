"""``uv run lab tune novel --apply``: the best trial's values into params.yaml. All else in it stays, comments too."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from lab.errors import UserError
from lab.files import read_text, write_text
from lab.tuning.space import Values

SETTINGS = Path("params.yaml")


def apply(method: str, values: Values) -> list[str]:
    """Set each value; return the lines that are new.

    A value that stands in a line of its own is replaced there; what is new is added by a YAML library, and only if
    the file then says what it should.
    """
    text = read_text(SETTINGS)
    wanted = _loaded(text)
    _set(wanted, method, values)
    yaml = YAML()  # round trip: comments, quotes and order are kept
    yaml.preserve_quotes = True
    yaml.width = 10_000
    yaml.representer.add_representer(
        type(None), lambda self, _: self.represent_scalar("tag:yaml.org,2002:null", "null")
    )
    yaml.indent(mapping=2, sequence=4, offset=2)
    content = yaml.load(text)
    _set(content, method, values)
    stream = io.StringIO()
    yaml.dump(content, stream)
    written = _aligned(text, stream.getvalue())
    if _loaded(written) != wanted:
        raise UserError(f"{SETTINGS}: its layout is not understood: set these by hand: {values}")
    write_text(SETTINGS, written)
    old = set(text.splitlines())
    return [line for line in written.splitlines() if line not in old]


def _set(content: Any, method: str, values: Values) -> None:
    own = content["methods"][method]
    for key, value in values.items():
        place, _, name = key.rpartition(".")
        if place and place not in own:
            own[place] = {}
        (own[place] if place else own)[name] = value


def _aligned(before: str, after: str) -> str:
    """``after``, but each line that only differs in its spaces is as it was."""

    def bare(line: str) -> str:
        return re.sub(r"(?<=\S)\s+", " ", line)  # not its indentation

    known = {bare(line): line for line in before.splitlines()}
    return "".join(known.get(bare(line), line) + "\n" for line in after.splitlines())


def _loaded(text: str) -> Any:
    return YAML(typ="safe", pure=True).load(text)
