"""Evidence for a criterion: what is there, where, or what is missing. It counts and quotes; it judges nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.console import localised
from lab.errors import UserError
from lab.examples_left import MARK
from lab.files import read_text
from lab.paths import DELIVERABLES, PROSE
from lab.reporting.checks_of_results import CHECKS as OF_RESULTS
from lab.reporting.checks_of_results import of_the_template
from lab.reporting.checks_of_texts import CHECKS as OF_TEXTS
from lab.reporting.checks_of_texts import minutes_said
from lab.reporting.pages import number_of_pages, page_of, pdf_of
from lab.reporting.prose import read_section
from lab.reporting.team import CHECKS as OF_TEAM
from lab.reporting.written import look
from lab.settings import read_project
from lab.words import Say, speaker

CHECKS = OF_RESULTS | OF_TEXTS | OF_TEAM
"""By name: what it is evidence of (``data`` and ``methods`` of the template are none), sections that show it, a check.

Its title and what to do are in the table of words.
"""


@dataclass(frozen=True)
class Evidence:
    """``what`` was looked for, whether it was ``found``, the ``detail`` a grader wants, and ``where`` to look.

    ``todo`` says what to do while it is not found; ``pages`` are addresses in the PDFs: ``…/report.pdf#page=3``.
    """

    what: str
    found: bool
    detail: str
    where: str
    todo: str = ""
    pages: tuple[str, ...] = ()


def _say() -> Say:
    return speaker(read_project().language)


def _pages(*places: str) -> tuple[str, ...]:
    """Where sections such as ``report#problem`` begin in the PDFs, as far as these have them."""
    found = [(document, page_of(document, label)) for document, _, label in (each.partition("#") for each in places)]
    return tuple(dict.fromkeys(f"{pdf_of(document).as_posix()}#page={page}" for document, page in found if page))


def from_section(place: str, words: int = 1) -> Evidence:
    """``report#problem`` or ``report``: whether a section is written, with at least so many words."""
    say, (document, _, label) = _say(), place.partition("#")
    name = say(f"evidence.{document}")
    what = say("evidence.section", document=name, label=label) if label else say("evidence.document", document=name)
    there = look(place, words, say)
    if there.section is None:
        key = "evidence.heading_todo" if there.path.is_file() else "evidence.missing_todo"
        return Evidence(what, False, there.detail, there.where, say(key, label=label, path=there.path.as_posix()))
    todo = "" if there.found else say("evidence.section_todo" if there.section.prompts else "evidence.words_todo")
    pages = _pages(place) if label else ()
    return Evidence(what, there.found, there.detail, there.where, todo, pages)


def from_file(pattern: str) -> Evidence:
    """Whether there is a file of that name or pattern, and how many. Hidden folders are searched only by their name."""
    say = _say()
    found = [path for path in Path().glob(pattern) if path.is_file()]
    if not any(part.startswith(".") for part in Path(pattern).parts):
        found = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    files = sorted(path.as_posix() for path in found if path.stat().st_size)
    what = say("evidence.file")
    if not files:
        detail = say("evidence.file_empty" if found else "evidence.file_missing")
        key = "evidence.deliver_todo" if Path(pattern).parent == DELIVERABLES else "evidence.file_todo"
        return Evidence(what, False, detail, pattern, say(key, path=pattern))
    more = say("evidence.more_files", more=len(files) - 1) if len(files) > 1 else ""
    unfinished, todo = _unfinished(Path(files[0]), say)
    return Evidence(what, not unfinished, unfinished or say("evidence.is_there"), files[0] + more, todo)


def _unfinished(path: Path, say: Say) -> tuple[str, str]:
    """Why a file that the template or ``deliver`` wrote is not yet the team's, if it is not, and what to do."""
    if path.suffix == ".py" and MARK in read_text(path):
        return say("evidence.example", files=path.as_posix()), say("evidence.example_todo")
    if path.parent != DELIVERABLES:
        return "", ""
    if (prose := PROSE / f"{path.stem}.typ").is_file():
        section = read_section(read_text(prose))
        left = section.prompts if section else 0
        kind = "evidence.draft_one" if left == 1 else "evidence.draft"
        return (say(kind, prompts=left), say("evidence.section_todo")) if left else ("", "")
    if path.suffix not in (".md", ".json"):
        return "", ""
    left_over = of_the_template("methods" if path.stem == "model_card" else "data", say)
    return left_over, say("evidence.example_todo") if left_over else ""


def from_check(name: str, live: bool = True) -> Evidence:
    """One of ``CHECKS``, on the results as they are; without results there is no evidence.

    ``live`` looks at Git's history as well, which goes on after the results were written.
    """
    say, (subject, shown, check) = _say(), CHECKS[name]
    title, todo, pages = say(f"evidence.{name}"), say(f"evidence.{name}_todo"), _pages(*shown)
    try:
        found, detail, where = check(say, live)
        left = of_the_template(subject, say)
    except UserError as error:
        return Evidence(title, False, localised(error), "", todo, pages)
    except (KeyError, TypeError, AttributeError):  # of a result that somebody edited
        return Evidence(title, False, say("evidence.not_as_written"), "", say("evidence.repro_todo"), pages)
    if left:
        detail = say("figures.item").join((detail, left))
        return Evidence(title, False, detail, where, say("evidence.example_todo"), pages)
    return Evidence(title, found, detail, where, "" if found else todo, pages)


def from_pages(document: str, most: int) -> Evidence:
    """Whether the PDF of a document has no more pages than allowed."""
    say, pages, path = _say(), number_of_pages(document), pdf_of(document).as_posix()
    what = say("evidence.pages", document=say(f"evidence.{document}"), most=most)
    if not pages:
        return Evidence(what, False, say("evidence.file_missing"), path, say("evidence.deliver_todo"))
    section = read_section(read_text(PROSE / f"{document}.typ")) if (PROSE / f"{document}.typ").is_file() else None
    detail, draft = say("evidence.pages_found", pages=pages), section is not None and section.prompts > 0
    if draft:  # the pages of prompts say nothing
        detail = say("figures.item").join((detail, _unfinished(Path(path), say)[0]))
        return Evidence(what, False, detail, path, say("evidence.section_todo"))
    return Evidence(what, pages <= most, detail, path, "" if pages <= most else say("evidence.pages_todo", most=most))


def from_minutes(most: float) -> Evidence:
    """Whether the minutes that the slides name for each speaker are no more than the talk may take."""
    say, path = _say(), (PROSE / "slides.typ").as_posix()
    what, said = say("evidence.minutes", most=f"{most:g}"), minutes_said()
    if not said:
        return Evidence(what, False, say("evidence.no_minutes"), path, say("evidence.minutes_todo"))
    total, found = sum(said), sum(said) <= most
    detail = say("evidence.minutes_found", minutes=f"{total:g}", slides=len(said))
    return Evidence(what, found, detail, path, "" if found else say("evidence.shorten_todo", most=f"{most:g}"))
