"""Checks for ``rubric.yml`` of what a team wrote in its documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from lab.errors import UserError
from lab.files import read_json, read_text
from lab.paths import COMPARISON, PROSE
from lab.reporting.checks_of_results import Check, Finding
from lab.reporting.documents import DOCUMENTS
from lab.reporting.prose import COMMENT, HEADING, read_section
from lab.reporting.typed_numbers import Settings
from lab.reporting.typst_text import MATH, kinds
from lab.settings import read_params, read_project
from lab.words import Say, table

REPORT, BIBLIOGRAPHY = PROSE / "report.typ", PROSE / "references.bib"
CITED = re.compile(r"(?<![\w.])@([A-Za-z][\w:.-]*\w)|#?cite\(<([\w:.-]+)>")
RAW = re.compile(r"```.*?```|`[^`]*`", re.S)
LIMITS = re.compile(r"limit|限制|局限|侷限", re.IGNORECASE)
LOSS = re.compile(r"loss|objective|損失|目標函數|cal\(L\)|\bL\b", re.IGNORECASE)
DRAWING = re.compile(r"#?(?:image\(\s*\"(?!/?results/)(?!\.\./results/)|flow\()")
"""A picture that is none of the results, or boxes and arrows drawn by ``#flow``."""


def _source(path: Path) -> str:
    """The text of a document without comments and raw text, such as the examples in prompts."""
    return RAW.sub("", COMMENT.sub("", read_text(path))) if path.is_file() else ""


def _entries() -> list[str]:
    return re.findall(r"^\s*@(?!comment|string|preamble)\w+\s*\{\s*([^,\s]+)", read_text(BIBLIOGRAPHY), re.M | re.I)


def _cited(text: str) -> list[str]:
    return list(dict.fromkeys(one or other for one, other in CITED.findall(text)))


def _citations(say: Say, live: bool) -> Finding:
    if not REPORT.is_file() or not BIBLIOGRAPHY.is_file():
        return False, say("evidence.no_references"), PROSE.as_posix()
    entries, keys = _entries(), set(_cited(_source(REPORT)))
    cited = [key for key in entries if key in keys]
    colon = say("figures.colon") if cited else ""
    return bool(cited), say("evidence.cited", number=len(cited)) + colon + ", ".join(cited), REPORT.as_posix()


def _references(say: Say, live: bool) -> Finding:
    """Each key that is cited is in references.bib, and each entry there is cited by a document or by the machinery."""
    if not REPORT.is_file() or not BIBLIOGRAPHY.is_file():
        return False, say("evidence.no_references"), PROSE.as_posix()
    entries = _entries()
    own = "\n".join(_source(PROSE / f"{name}.typ") for name in DOCUMENTS)
    labels = set(re.findall(r"(?<!cite\()<([\w:.-]+)>", own))
    keys = [key for key in _cited(own) if key not in labels]
    ours = _cited("\n".join(text for section in table(read_project().language).values() for text in section.values()))
    lost = [f"@{key}" for key in keys if key not in entries]
    unused = [key for key in entries if key not in keys and key not in ours]
    parts = [say("evidence.cited", number=len([key for key in keys if key in entries]))]
    parts += [say("evidence.unresolved", keys=", ".join(lost))] if lost else []
    parts += [say("evidence.unused", keys=", ".join(unused))] if unused else []
    return bool(keys) and not lost and not unused, say("figures.item").join(parts), BIBLIOGRAPHY.as_posix()


def _typed_numbers(say: Say, live: bool) -> Finding:
    """Numbers in the text that no result gives: some are from the literature, others may be out of date."""
    typed, finished, settings, metrics = [], False, _settings(), _metrics()
    for path in (PROSE / f"{name}.typ" for name in DOCUMENTS):
        section = read_section(read_text(path), settings=settings, metrics=metrics) if path.is_file() else None
        finished |= section is not None and section.words > 0 and not section.prompts
        for line, number in section.numbers if section else []:
            typed.append(say("evidence.typed_at", number=number, file=path.name, line=line))
    if not typed and not finished:
        return False, say("evidence.nothing_written"), PROSE.as_posix()
    detail = say("evidence.typed", numbers=say("figures.item").join(typed)) if typed else say("evidence.all_read")
    return not typed, detail, PROSE.as_posix()


def _settings() -> Settings:
    """Numbers of params.yaml, by the last part of their name in words."""
    found: dict[str, list[float]] = {}

    def walk(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                walk(str(key), inner)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found.setdefault(name.replace("_", " "), []).append(float(value))

    params = read_params()
    walk("", params.model_dump())
    found["significance"] = [round(1 - params.compare.confidence, 10)]
    return found


def _metrics() -> list[str]:
    try:
        return [str(metric["name"]) for metric in read_json(COMPARISON)["metrics"]]
    except (UserError, KeyError, TypeError):  # there is none yet, or somebody edited it: another check says so
        return []


def _equations(text: str) -> Iterator[str]:
    """Those that stand in a line of their own."""
    for place in re.finditer(f"{MATH}+", kinds(text)):
        yield from re.findall(r"\$\s[^$]*\s\$", text[place.start() : place.end()])


def _approach(say: Say) -> tuple[str, str]:
    """The text of the report's section on the approach, and where it begins."""
    text = _source(REPORT)
    headings = [(match, len(match["marks"] or "=")) for match in HEADING.finditer(text)]
    for place, (match, level) in enumerate(headings):
        if match["label"] == "approach":
            end = next((each.start() for each, other in headings[place + 1 :] if other <= level), len(text))
            return text[match.start() : end], REPORT.as_posix()
    return "", REPORT.as_posix()


def _formula(say: Say, live: bool) -> Finding:
    """An equation, and a loss beside it or in it."""
    text, where = _approach(say)
    equations = list(_equations(text))
    loss = bool(LOSS.search(re.sub(r"#unwritten\[.*?\]\s*$", "", text, flags=re.S | re.M)))
    if not equations:
        return False, say("evidence.no_equation"), where
    return loss, say("evidence.equations" if loss else "evidence.no_loss", number=len(equations)), where


def _drawing(say: Say, live: bool) -> Finding:
    found = [name for name in DOCUMENTS if DRAWING.search(_source(PROSE / f"{name}.typ"))]
    names = say("results.list").join(say(f"evidence.{name}") for name in found)
    return bool(found), names or say("evidence.no_drawing"), PROSE.as_posix()


def _limitations(say: Say, live: bool) -> Finding:
    """A section whose label or title speaks of limits, and which is written."""
    text = read_text(REPORT) if REPORT.is_file() else ""
    for match in HEADING.finditer(COMMENT.sub(lambda found: " " * len(found[0]), text)):
        if match["label"] and LIMITS.search(match[0]):
            section = read_section(text, match["label"])
            if section and not section.prompts and section.words:
                where = f"{REPORT.as_posix()}, line {section.line}"
                return True, say("evidence.words", words=section.words, least=1), where
            return False, say("evidence.limits_empty"), REPORT.as_posix()
    return False, say("evidence.no_limits"), REPORT.as_posix()


def minutes_said() -> list[float]:
    """The minutes that the slides name, by ``#speaker("name", minutes: 2)``."""
    found = re.findall(r"#speaker\([^)]*?minutes:\s*(\d+(?:\.\d+)?)", _source(PROSE / "slides.typ"))
    return [float(minutes) for minutes in found]


CHECKS: dict[str, tuple[str, tuple[str, ...], Check]] = {
    "citations": ("", ("report#problem",), _citations),
    "references": ("", (), _references),
    "typed_numbers": ("", (), _typed_numbers),
    "drawing": ("", ("report#approach", "slides#approach"), _drawing),
    "formula": ("", ("report#approach",), _formula),
    "limitations": ("", ("report#limitations",), _limitations),
}
