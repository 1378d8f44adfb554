"""Whether a section of a document is written: no prompt is left in it, and it has enough words of the team's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.console import localised
from lab.errors import UserError
from lab.files import read_text
from lab.paths import PROSE
from lab.reporting.prose import Section, read_section
from lab.words import Say


@dataclass(frozen=True)
class Look:
    """What is there of a section: the file, the section if it could be read, and what is to be said of it."""

    path: Path
    section: Section | None
    detail: str
    found: bool

    @property
    def where(self) -> str:
        return f"{self.path.as_posix()}, line {self.section.line}" if self.section else self.path.as_posix()


def look(place: str, words: int, say: Say) -> Look:
    """Look at ``report#problem``, or at all of ``report``, for at least so many ``words``."""
    document, _, label = place.partition("#")
    path = PROSE / f"{document}.typ"
    if not path.is_file():
        return Look(path, None, say("evidence.document_missing"), False)
    try:
        section = read_section(read_text(path), label or None)
    except UserError as error:
        return Look(path, None, localised(error), False)
    if section is None:
        return Look(path, None, say("evidence.no_heading", label=label), False)
    kind = "evidence.prompt_left" if section.prompts == 1 else "evidence.prompts_left"
    left = say(kind, prompts=section.prompts) if section.prompts else ""
    few = section.words < words and words > 1
    detail = left + say("evidence.words_of" if few else "evidence.words", words=section.words, least=words)
    return Look(path, section, detail, section.prompts == 0 and section.words >= words)
