"""What a team has written: the sections of a Typst document, their words, and the prompts that are left."""

from __future__ import annotations

import re
from dataclasses import dataclass

HEADING = re.compile(r"^[ \t]*(?:(?P<marks>=+) |#heading\().*?(?:<(?P<label>[\w-]+)>)?[ \t]*$", re.M)
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.S)
RULE = re.compile(r"^[ \t]*#(?:let|set|show|import|include)\b", re.M)
NAMES = re.compile(r"<[\w-]+>|@[\w:.-]+|`[^`]*`")
CALL = re.compile(r"#[A-Za-z][\w.-]*")
PROMPT = "#unwritten["
CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
WORD = re.compile(r"[^\W\d_][\w'’-]*")
NUMBER = re.compile(r"(?<![\w.])(?:\d+(?:\.\d+)?\s?%|\d+\.\d+(?!\d|\.\d))")


@dataclass(frozen=True)
class Section:
    """A part of a document: the line it begins in, the prompts left in it, its words, and the numbers typed there."""

    line: int
    prompts: int
    words: int
    numbers: list[tuple[int, str]]


def read_section(source: str, label: str | None = None) -> Section | None:
    """The section whose heading has ``label``, with its subsections; None if there is none. No label: all of it.

    A Chinese character counts as a word. Code, comments, headings, references and prompts are no words.
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
    prompts = text.count(PROMPT, begin, end)
    prose = _prose(text)[begin:end]
    words = len(CHINESE.findall(prose)) + len(WORD.findall(CHINESE.sub(" ", prose)))
    numbers = [(1 + text.count("\n", 0, begin + m.start()), m[0]) for m in NUMBER.finditer(prose)]
    return Section(1 + text.count("\n", 0, begin), prompts, words, numbers)


def language_of_prompts(source: str) -> str | None:
    """The language of the prompts that are left, ``en`` or ``zh-TW``; None if none is left."""
    text, at, prompts = _blank(source, COMMENT), 0, ""
    while (at := text.find(PROMPT, at)) >= 0:
        end = _closing(text, at + len(PROMPT) - 1)
        prompts, at = prompts + text[at + len(PROMPT) : end], end
    return ("zh-TW" if CHINESE.search(prompts) else "en") if prompts else None


def _prose(text: str) -> str:
    """``text`` with all that is no prose made blank, so that positions and lines stay what they are."""
    at = 0
    while (at := text.find(PROMPT, at)) >= 0:
        text = _blank_span(text, at, _closing(text, at + len(PROMPT) - 1))
    for pattern in (HEADING, NAMES):
        text = _blank(text, pattern)
    at = 0
    while match := RULE.search(text, at):
        at = _end_of_statement(text, match.end())
        text = _blank_span(text, match.start(), at)
    at = 0
    while match := CALL.search(text, at):
        end = match.end()
        text = _blank_span(text, match.start(), _closing(text, end) if text[end : end + 1] == "(" else end)
        at = end
    return text


def _closing(text: str, opening: int) -> int:
    """The position after the bracket that closes the one at ``opening``; the end of the text if none does."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if depth == 0:
            return place + 1
    return len(text)


def _end_of_statement(text: str, begin: int) -> int:
    """The end of the first line at which all brackets opened since ``begin`` are closed again."""
    depth = 0
    for place in range(begin, len(text)):
        depth += (text[place] in "([{") - (text[place] in ")]}")
        if text[place] == "\n" and depth <= 0:
            return place
    return len(text)


def _blank_span(text: str, begin: int, end: int) -> str:
    return text[:begin] + re.sub(r"[^\n]", " ", text[begin:end]) + text[end:]


def _blank(text: str, pattern: re.Pattern[str]) -> str:
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
