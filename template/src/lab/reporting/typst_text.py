"""A Typst source by what its characters are: a small reader of the syntax, as far as texts and numbers need it."""

from __future__ import annotations

import re

OWN, SHOWN, NUMBER, MATH, PROMPT, OTHER = "osnmp "
"""Kinds of characters: prose of the section, other text on the page, a number in code, an equation, a prompt, all else.

Other text is that of headings, captions, cells and strings. Literals of ``#quoted[…]`` and raw text are ``OTHER``.
"""

IDENTIFIER = re.compile(r"[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*")
LITERAL = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?(?P<unit>pt|mm|cm|in|em|fr|deg|rad|%)?(?![\w])")
SKIPPED = re.compile(
    r"<[A-Za-z][\w:.-]*>|@[\w:-]+(?:\.[\w:-]+)*|https?://[^\s\]\)]+|\\u\{[0-9a-f]+\}|```.*?```|`[^`]*`", re.S
)
COMMENT = re.compile(r"/\*.*?\*/|(?<!:)//[^\n]*", re.S)
FORMATTERS = ("number", "count", "percent", "probability", "with-unit", "str")
"""Functions that show the number that they are given."""
BLOCKS = ("if", "for", "while", "context")


def kinds(source: str) -> str:
    """The kind of each character of ``source``: a text of the same length."""
    reader = _Reader(source)
    reader.markup(0, OWN)
    return "".join(reader.kinds)


class _Reader:
    def __init__(self, source: str) -> None:
        self.text, self.kinds = source, [OTHER] * len(source)

    def mark(self, begin: int, end: int, kind: str) -> None:
        self.kinds[begin:end] = kind * (end - begin)

    def markup(self, at: int, kind: str) -> int:
        """Read text from ``at`` to the ``]`` that closes it; return the place behind that."""
        text, depth, line = self.text, 0, True
        now = kind
        while at < len(text):
            char = text[at]
            if char == "\n":
                line, now = True, kind
            elif line and char == "=" and re.match(r"=+ ", text[at : at + 9]):
                now = SHOWN if kind == OWN else kind
            line = line and char.isspace()
            if found := COMMENT.match(text, at) or SKIPPED.match(text, at):
                at = found.end()
            elif char == "\\":
                self.mark(at + 1, at + 2, now)
                at += 2
            elif char == "$":
                at = self.math(at, kind)
            elif char == "#":
                at = self.embedded(at + 1, now)
            elif char == "]" and depth == 0:
                return at + 1
            else:
                depth += (char == "[") - (char == "]")
                self.mark(at, at + 1, now)
                at += 1
        return at

    def math(self, at: int, kind: str) -> int:
        end = at + 1
        while end < len(self.text) and self.text[end] != "$":
            end += 2 if self.text[end] == "\\" else 1
        if kind in (OWN, SHOWN):
            self.mark(at, end + 1, MATH)
        return end + 1

    def embedded(self, at: int, kind: str) -> int:
        """Read what follows a ``#`` in a text."""
        found = IDENTIFIER.match(self.text, at)
        if found is None:
            return self.group(at, kind) if self.text[at : at + 1] in ("(", "{", "[") else at
        if found[0] in ("let", "set", "show", "import", "include", "return"):
            return self.code(found.end(), kind, end="\n;", literals=found[0] == "let")
        if found[0] in BLOCKS:
            return self.code(found.end(), kind, end="block")
        return self.call(found.end(), found[0], kind)

    def call(self, at: int, name: str, kind: str) -> int:
        """Read arguments behind a name: ``(…)`` and ``[…]``."""
        inside = PROMPT if name == "unwritten" else OTHER if name == "quoted" or kind == OTHER else kind
        while self.text[at : at + 1] in ("(", "["):
            if self.text[at] == "[":
                at = self.markup(at + 1, inside)
            else:
                in_brackets = SHOWN if inside == OWN else inside
                at = self.code(at + 1, in_brackets, end=")", literals=name in FORMATTERS)
        if found := re.compile(r"\.[A-Za-z_][\w-]*(?=[(\[])").match(self.text, at):
            return self.call(found.end(), name, kind)
        return at

    def group(self, at: int, kind: str, literals: bool = False) -> int:
        if self.text[at] == "[":
            return self.markup(at + 1, kind)
        return self.code(at + 1, kind, end=")" if self.text[at] == "(" else "}", literals=literals)

    def code(self, at: int, kind: str, end: str, literals: bool = False) -> int:
        """Read code up to a character of ``end`` (``block``: to the end of its last block); numbers count if asked."""
        text, inside = self.text, SHOWN if kind == OWN and end != "block" else kind
        while at < len(text):
            char = text[at]
            if char in end and end != "block":
                return at if char == "\n" else at + 1
            if (char == "\n" and end == "block") or char in ")]}":  # the bracket of a text around this
                return at
            if found := COMMENT.match(text, at) or SKIPPED.match(text, at):
                at = found.end()
            elif char == '"':
                at = self.string(at, inside)
            elif char == "$":
                at = self.math(at, kind)
            elif char in "([{":
                at = self.group(at, inside, literals)
                if end == "block" and char in "[{" and not re.compile(r"\s*else\b").match(text, at):
                    return at
            elif found := IDENTIFIER.match(text, at):
                at = found.end()
                if text[at : at + 1] in ("(", "["):
                    at = self.call(at, found[0], inside)
            elif (number := LITERAL.match(text, at)) is not None:
                at = number.end()
                if literals and number["unit"] in (None, "%"):
                    self.mark(number.start(), at, NUMBER)
            else:
                at += 1
        return at

    def string(self, at: int, kind: str) -> int:
        """Read a string; the name of a file or an address is no text."""
        end = at + 1
        while end < len(self.text) and self.text[end] != '"':
            end += 2 if self.text[end] == "\\" else 1
        content = self.text[at + 1 : end]
        if not re.search(r"://|^\S+\.[A-Za-z]{1,4}$", content):
            self.mark(at + 1, end, SHOWN if kind == OWN else kind)
        return end + 1
