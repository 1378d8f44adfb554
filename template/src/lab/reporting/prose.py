"""What a team has written: the sections of a Typst document, their words, and the prompts that are left."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from lab.reporting.typed_numbers import Settings, typed_numbers
from lab.reporting.typst_text import COMMENT, OWN, PROMPT, kinds

HEADING = re.compile(r"^[ \t]*(?:(?P<marks>=+) |#heading\().*?(?:<(?P<label>[\w-]+)>)?[ \t]*$", re.M)
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
PROMPT_CALL = "#unwritten["
CHARACTERS_PER_WORD = 1.5
"""Of Chinese, for a word of English: what is translated has about 1.5 to 1.8 times as many characters as words."""


@dataclass(frozen=True)
class Section:
    """A part of a document: the line it begins in, the prompts left in it, its words, and the numbers typed there."""

    line: int
    prompts: int
    words: int
    numbers: list[tuple[int, str]]


def read_section(
    source: str, label: str | None = None, settings: Settings | None = None, metrics: Sequence[str] = ()
) -> Section | None:
    """The section whose heading has ``label``, with its subsections; None if there is none. No label: all of it.

    ``CHARACTERS_PER_WORD`` Chinese characters count as a word. Code, comments, headings, captions, references and
    prompts are no words. ``settings`` and ``metrics`` are as for ``typed_numbers``.
    """
    text = _blank(source, COMMENT)
    begin, end = 0, len(text)
    if label is not None:
        headings = [(match, len(match["marks"] or "=")) for match in HEADING.finditer(text)]
        found = [place for place, (match, _) in enumerate(headings) if match["label"] == label]
        if not found:
            return None
        begin, level = headings[found[0]][0].start(), headings[found[0]][1]
        end = next((match.start() for match, other in headings[found[0] + 1 :] if other <= level), end)
    read = kinds(source)
    plain = _blank(text, HEADING)[begin:end]
    own = "".join(char if kind == OWN else " " for char, kind in zip(plain, read[begin:end], strict=True))
    words = len(WORD.findall(CHINESE.sub(" ", own))) + math.ceil(len(CHINESE.findall(own)) / CHARACTERS_PER_WORD)
    numbers = [(at, number) for at, number in typed_numbers(source, read, settings, metrics) if begin <= at < end]
    return Section(
        1 + text.count("\n", 0, begin),
        text.count(PROMPT_CALL, begin, end),
        words,
        [(1 + text.count("\n", 0, at), number) for at, number in numbers],
    )


def language_of_prompts(source: str) -> str | None:
    """The language of the prompts that are left, ``en`` or ``zh-TW``; None if none is left."""
    prompts = "".join(char for char, kind in zip(source, kinds(source), strict=True) if kind == PROMPT)
    return ("zh-TW" if CHINESE.search(prompts) else "en") if prompts else None


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
