"""A formula within a line as text: letters, raised and lowered parts, fractions with a slash."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import groupby

from lxml import html

from lab.reporting.slide_elements import Run

SPACED = set("=+−-±<>≤≥≠≈∼∈∉⊂→←↔⇒∝≡·×∣:")
ENDS = {"msub": (-1,), "munder": (-1,), "msup": (1,), "mover": (1,), "msubsup": (-1, 1), "munderover": (-1, 1)}


def formula(node: html.HtmlElement) -> list[Run]:
    """The runs of a MathML element."""
    tag, parts = node.tag, list(node)
    if tag in ("mi", "mn", "mo", "mtext"):
        return [_letters(node)]
    if tag == "mfrac":
        return [*_group(parts[0]), Run("/"), *_group(parts[1])]
    if tag in ("msqrt", "mroot"):
        return [Run("√"), *(_group(parts[0]) if len(parts) == 1 else [Run("("), *_inside(node), Run(")")])]
    if tag in ("mover", "munder") and "true" in (node.get("accent"), node.get("accentunder")):
        *before, last = formula(parts[0])
        return [*before, replace(last, text=unicodedata.normalize("NFC", last.text + _letters(parts[1]).text.strip()))]
    if tag in ENDS:
        ends = zip(ENDS[tag], parts[1:], strict=True)
        return formula(parts[0]) + [replace(run, raised=end) for end, part in ends for run in formula(part)]
    if tag == "mtr":
        return [*_inside(node), Run("  ")]
    return [Run(" ")] if tag == "mspace" else _inside(node)


def read_aloud(runs: list[Run]) -> str:
    """A formula for those who hear it: ``x_i^2``, with parentheses where more than one sign is raised or lowered."""
    text = ""
    for raised, group in groupby(runs, key=lambda run: run.raised):
        part = "".join(run.text for run in group)
        sign = {0: "", 1: "^", -1: "_"}[raised]
        text += sign + (f"({part})" if raised and len(part) > 1 else part)
    return text.strip()


def _inside(node: html.HtmlElement) -> list[Run]:
    return [run for child in node for run in formula(child)]


def _group(node: html.HtmlElement) -> list[Run]:
    """A part of a fraction or root, in parentheses if it is more than one letter or number."""
    runs = formula(node)
    return runs if len(runs) == 1 else [Run("("), *runs, Run(")")]


def _letters(node: html.HtmlElement) -> Run:
    """Letters as a text font has them: the slanted ones of mathematics are in few fonts."""
    text = "".join(node.itertext()).strip().replace("\ufe00", "").replace("\ufe01", "")
    if node.tag == "mo" and text in SPACED and node.get("form") != "prefix":
        return Run(f" {text} ")
    slanted = any(
        "MATHEMATICAL" in unicodedata.name(letter, "") and "ITALIC" in unicodedata.name(letter) for letter in text
    )
    plain = "".join(unicodedata.normalize("NFKC", one) if 0x1D400 <= ord(one) <= 0x1D7FF else one for one in text)
    return Run(plain + "\u2009" * (node.tag == "mo" and len(text) > 1), italic=slanted)
