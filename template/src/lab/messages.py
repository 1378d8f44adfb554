"""Messages of errors, notes on what was done and what demo data are, in the project's language.

Code writes such a text in English, where it is read beside what it is about. ``messages.zh-TW.toml``, here and in the
task's folder, has each of them once more, with its blanks, beside the Chinese: a text is found there by its words
when it is shown. One that is not there is shown in English.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from string import Formatter

from lab.words import LANGUAGES

CATALOGUES = {"zh-TW": "messages.zh-TW.toml"}
COUNTED = ("number", "of", "line", "rows", "most", "least")
"""Blanks that hold a number alone."""
NAMES = ("type", "scope")
"""Blanks that hold a name of Python."""
WRITTEN = ("column", "file", "folder", "key", "label", "name", "path", "table", "value")
"""Blanks that hold what a team or a program wrote: a class may be called ``a cat``."""
TEXT = r"(?:[^()]|\((?:[^()]|\([^()]*\))*\))+?(?<![\s:;])"
"""What any other blank holds: a bracket that opens in it is closed in it."""
SIGNS = {"; ": "\uff1b", ": ": "\uff1a", r", (?![^()]*\))": "\uff0c"}
"""What parts several mistakes, a place and its mistake, and what is noted in a row; and the same in Chinese."""
SENTENCE = 12
"""Letters of a text that are surely ours: a team may call its data ``cats and dogs`` in any language."""


def translated(text: str, language: str) -> str:
    """The message in this language, as far as the catalogue has it or its parts."""
    return _turned(text, language) if language in CATALOGUES else text


def translated_whole(text: str, language: str) -> str:
    """What is told of data: in this language if it is a text of ours, and as it is if a team wrote it."""
    return _found(text, language, SENTENCE) or text if language in CATALOGUES else text


def written_language() -> str:
    """What project.toml says, whatever else is wrong in it; English where there is none."""
    path = Path("project.toml")
    content = path.read_bytes().decode(errors="replace") if path.is_file() else ""
    found = re.search(r'^language *= *"([\w-]+)"', content, re.MULTILINE)
    return found[1] if found and found[1] in LANGUAGES else "en"


@cache
def catalogue(language: str) -> dict[str, str]:
    """All messages, English to translated."""
    here = Path(__file__).parent
    files = [here / CATALOGUES[language], *sorted(here.glob(f"tasks/*/{CATALOGUES[language]}"))]
    contents = [tomllib.loads(file.read_text(encoding="utf-8")) for file in files]
    return {english: text for each in contents for section in each.values() for english, text in section.items()}


def pattern(english: str) -> re.Pattern[str]:
    """What a message with these blanks looks like."""
    parts = []
    for words, blank, _, _ in Formatter().parse(english):
        parts.append(re.escape(words))
        if blank:
            held = r"\d[\d,.]*" if blank in COUNTED else r"[\w<>]+" if blank in NAMES else TEXT
            parts.append(f"(?P<{blank}>{held})")
    return re.compile("".join(parts), re.DOTALL)


def letters(english: str) -> int:
    """How many a message has of its own: those with most say most exactly what it is."""
    return len(re.sub(r"\{\w+\}|\W", "", english))


@cache
def _patterns(language: str) -> list[tuple[int, re.Pattern[str], str]]:
    texts = catalogue(language)
    return [
        (letters(english), pattern(english), texts[english]) for english in sorted(texts, key=letters, reverse=True)
    ]


def _found(text: str, language: str, least: int = 0) -> str | None:
    for own, known, chinese in _patterns(language):
        if own >= least and (found := known.fullmatch(text)):
            return chinese.format(**{name: _held(name, part, language) for name, part in found.groupdict().items()})
    return None


def _held(blank: str, part: str, language: str) -> str:
    """What a blank holds; of several names only what is said about them is ours."""
    return part if blank in WRITTEN else _turned(part, language, least=5 if blank == "names" else 0)


def _turned(text: str, language: str, least: int = 0) -> str:
    if (found := _found(text, language, least)) is not None:
        return found
    for mark, sign in SIGNS.items():
        parts = re.split(mark, text, maxsplit=1)
        if len(parts) == 2 and (turned := [_turned(part, language, least) for part in parts]) != parts:
            return sign.join(turned)
    return text
