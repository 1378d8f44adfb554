"""Merge two versions of ``params.yaml`` key by key. Lines are taken as they are, with their comments."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

Lines = list[str]

KEY = re.compile(r" *([^\s#\-'\"{\[][^#]*?) *:(?= |$)")
"""A key at the start of a line."""
MARKED = re.compile(r"<<<<<<< ours\n(.*?)=======\n(.*?)>>>>>>> theirs\n", re.DOTALL)
COMMENT = re.compile(r" *(#|$)")


@dataclass
class Entry:
    """A key's lines down to the next key, and the comments and empty lines above it."""

    above: Lines
    lines: Lines = field(default_factory=list)


def merge_settings(base: str, ours: str, theirs: str) -> tuple[str, bool]:
    """Both sides' changes in one text, and whether it is whole: else markers show where the sides contradict."""
    old, mine, new = (text.splitlines() for text in (base, ours, theirs))
    lines, whole = _merge(old, mine, new, indent=0)
    if whole and _load(lines) != _merge_values(*map(_load, (old, mine, new))):
        lines, whole = _markers(mine, new), False  # a layout that `_entries` does not understand
    return "\n".join(lines) + "\n", whole


def settled(text: str, side: int) -> str:
    """A text with markers as it is where a person chooses everywhere ours, which is side 1, or theirs, side 2."""
    return MARKED.sub(rf"\{side}", text)


def _merge(base: Lines, ours: Lines, theirs: Lines, indent: int) -> tuple[Lines, bool]:
    """Merge mappings whose keys are indented by ``indent`` spaces."""
    (old, old_rest), (mine, rest), (new, new_rest) = (_entries(lines, indent) for lines in (base, ours, theirs))
    merged: Lines = []
    whole = True
    for key in _in_order(list(mine), list(new)):
        was, my, other = (side[key].lines if key in side else [] for side in (old, mine, new))
        inner = _indent_inside(my)
        if my == was or other == my:
            chosen = other
        elif other == was:
            chosen = my
        elif inner > indent and inner == _indent_inside(other):
            head = other[0] if my[:1] == was[:1] else my[0]
            body, clear = _merge(was[1:], my[1:], other[1:], inner)
            chosen, whole = [head, *body], whole and clear
        elif _same(my, was) and not _same(other, was):
            chosen = other
        elif _same(other, was) or _same(other, my):
            chosen = my
        else:
            chosen, whole = _markers(my, other), False
        if chosen:
            was, my, other = (side[key].above if key in side else [] for side in (old, mine, new))
            merged += [*(other if my == was else my), *chosen]
    return merged + (new_rest if rest == old_rest else rest), whole


def _entries(lines: Lines, indent: int) -> tuple[dict[str, Entry], Lines]:
    """The keys that are indented by ``indent`` spaces, and the comments after the last of them."""
    entries: dict[str, Entry] = {}
    last = Entry([])
    for line in lines:
        key = KEY.match(line)
        if key and _indent(line) == indent:
            last = entries[key[1]] = Entry(above=_take_comments(last.lines, indent))
        last.lines.append(line)
    return entries, _take_comments(last.lines, indent)


def _take_comments(lines: Lines, indent: int) -> Lines:
    """Remove from the end of ``lines`` what is above the next key."""
    start = len(lines)
    while start and COMMENT.match(lines[start - 1]) and (not lines[start - 1] or _indent(lines[start - 1]) <= indent):
        start -= 1
    taken = lines[start:]
    del lines[start:]
    return taken


def _in_order(mine: Lines, new: Lines) -> Lines:
    """All keys: a key of theirs alone comes after the key that it follows there."""
    order = list(mine)
    for place, key in enumerate(new):
        if key not in order:
            order.insert(order.index(new[place - 1]) + 1 if place else 0, key)
    return order


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _indent_inside(lines: Lines) -> int:
    """How far the keys under a key are indented; 0 if it has a value or a list instead."""
    head = KEY.match(lines[0]) if lines else None
    if head is None or not COMMENT.match(lines[0][head.end() :]):
        return 0
    inside = next((line for line in lines[1:] if not COMMENT.match(line)), "")
    return _indent(inside) if KEY.match(inside) else 0


def _same(one: Lines, other: Lines) -> bool:
    """Whether both say the same; comments do not count."""
    return one == other or (bool(one and other) and _load(one) == _load(other))


def _load(lines: Lines) -> Any:
    """What lines of YAML say; themselves, if they are none."""
    try:
        return YAML(typ="safe", pure=True).load("\n".join(lines))
    except YAMLError:
        return lines


def _merge_values(base: Any, ours: Any, theirs: Any) -> Any:
    """What the text must say, if the sides do not contradict each other."""
    if theirs == base or ours == theirs:
        return ours
    if not (isinstance(ours, dict) and isinstance(theirs, dict)):
        return theirs
    base = base if isinstance(base, dict) else {}
    gone = [key for key in base if key not in ours or key not in theirs]
    return {
        key: _merge_values(base.get(key), ours.get(key, base.get(key)), theirs.get(key, base.get(key)))
        for key in ours | theirs
        if key not in gone
    }


def _markers(ours: Lines, theirs: Lines) -> Lines:
    return ["<<<<<<< ours", *ours, "=======", *theirs, ">>>>>>> theirs"]
