"""``records/looks.jsonl``: each comparison on the test split is a line, which names those that were last before it.

A test split that is looked at again and again becomes a validation split: a report should say how often it was. Git
merges the file line by line, so the lines need not stand in order. A line that is lost is noticed: a later line names
it, ``results/costs.json`` names the last one, or Git's history has it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from lab.files import read_json, read_text, sha256, write_text
from lab.paths import COSTS, LOOKS
from lab.record_lines import committed_lines
from lab.runs import git_state, now


@dataclass(frozen=True)
class Looks:
    """How often the test split was looked at, how many ``different`` sets of runs were, and how many lines are lost."""

    number: int
    different: int
    lost: int


def note_look(fingerprints: list[str], metric: str) -> str:
    """Add a line for a comparison of runs with these fingerprints; return the line's digest."""
    lines = _lines()
    named = {before for line in lines for before in _read(line).get("after", [])}
    line = json.dumps(
        {
            "time": now(),
            "commit": git_state()["git_commit"],
            "methods": sha256(json.dumps(fingerprints).encode())[:16],
            "metric": metric,
            "after": sorted({_digest(line) for line in lines} - named),
        },
        sort_keys=True,
    )
    write_text(LOOKS, "".join(f"{each}\n" for each in [*lines, line]))
    return _digest(line)


def looks() -> Looks:
    """What the ledger says, and whether all of it is there."""
    lines = _lines()
    known = {_digest(line) for line in lines}
    entries = [_read(line) for line in lines]
    named = {before for entry in entries for before in entry.get("after", [])}
    if COSTS.is_file():  # a comparison that names no look was edited: that look is lost
        named.add(str(read_json(COSTS).get("look")))
    committed = {_digest(line) for line in committed_lines(LOOKS) if line.startswith("{")}
    whole = [entry for entry in entries if entry]
    return Looks(len(whole), len({entry.get("methods") for entry in whole}), len((named | committed) - known))


def looks_before(time: str) -> int:
    """How many were before ``time`` (ISO 8601, UTC), those of members who had not pushed theirs by then included."""
    return sum(entry.get("time", time) < time for entry in map(_read, _lines()))


def _lines() -> list[str]:
    text = read_text(LOOKS) if LOOKS.is_file() else ""
    return list(dict.fromkeys(line for line in text.splitlines() if line.strip()))


def _read(line: str) -> dict[str, Any]:
    """A line's content; nothing of one that a person wrote over."""
    try:
        content = json.loads(line)
    except ValueError:
        return {}
    if not isinstance(content, dict) or not isinstance(content.get("after", []), list):
        return {}
    values = [*content.get("after", []), *(value for name, value in content.items() if name != "after")]
    return content if all(isinstance(value, str | None) for value in values) else {}


def _digest(line: str) -> str:
    return sha256(line.encode())[:16]
