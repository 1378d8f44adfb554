"""What a project says in its language: one table of texts for each, which the documents read as well."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

FILES = {"en": "words.en.toml", "zh-TW": "words.zh-TW.toml"}
LANGUAGES = tuple(FILES)

Text = str | Mapping[str, str]
"""A text as it is, or by language: ``{"en": "price", "zh-TW": …}``."""

Say = Callable[..., str]
"""``say("cards.biased", metric="fid")``: a text of the table, with its ``{…}`` filled in."""


@cache
def table(language: str) -> dict[str, dict[str, str]]:
    """All texts of a language: by section, then by name."""
    return tomllib.loads((Path(__file__).parent / FILES[language]).read_text(encoding="utf-8"))


def in_language(text: Text, language: str) -> str:
    """The text in this language, else in the first one that it has."""
    if isinstance(text, str):
        return text
    return text.get(language) or next(iter(text.values()), "")


def term(name: str) -> Text:
    """A name that tables and lists show, in each language: ``{"en": "accuracy", "zh-TW": …}``."""
    return {language: table(language)["terms"][name] for language in LANGUAGES}


def speaker(language: str) -> Say:
    """A function that says each text in this language."""
    texts = table(language)

    def say(key: str, /, **values: object) -> str:
        section, _, name = key.partition(".")
        return texts[section][name].format(**values)

    return say


def in_each(told: Callable[[Say], str]) -> Text:
    """The text that ``told`` makes with what speaks a language, in every language of a project."""
    return {language: told(speaker(language)) for language in LANGUAGES}


def translated(section: str, text: str, language: str) -> str:
    """A text of a section of the English table in another language; any other text as it is."""
    name = next((name for name, word in table("en")[section].items() if word == text), None)
    return table(language)[section][name] if name else text


def rule(kind: str, language: str, arguments: dict[str, object]) -> str:
    """A rule of data in plain words; a rule without words by its own name."""
    texts = table(language)["rules"]
    for end, other in (("min_value", "at_most"), ("max_value", "at_least")):
        if arguments.get(end) is None and f"{kind}_{other}" in texts:  # a range that is open at this end
            kind = f"{kind}_{other}"
    text = texts.get(kind)
    if text is None:
        return kind.removeprefix("expect_").replace("_", " ")
    for name, value in arguments.items():
        text = text.replace(f"{{{name}}}", _short(value))
    return text


def _short(value: object) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list | set | tuple) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
