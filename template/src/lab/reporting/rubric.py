"""``uv run lab rubric``: the evidence for each criterion of ``rubric.yml``. Points are given by people."""

from __future__ import annotations

from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from lab.reporting import evidence
from lab.reporting.documents import DOCUMENTS
from lab.settings import read_project
from lab.strict import Strict, Text, checked, did_you_mean, read_yaml
from lab.words import Say

Title = Text | Annotated[dict[str, Text], Field(min_length=1)]


def _is_inside(pattern: str) -> bool:
    """Whether a pattern can be read, and finds files of this project alone, on any system."""
    if ".." in PureWindowsPath(pattern).parts or PureWindowsPath(pattern).anchor or pattern.startswith("~"):
        return False
    try:
        next(Path().glob(pattern), None)
    except (ValueError, IndexError, NotImplementedError):
        return False
    return True


class Source(Strict):
    """Where a piece of evidence is looked up: exactly one of these; ``words`` belongs to ``section``."""

    section: Text | None = None
    words: Annotated[int, Field(ge=1)] = 1
    file: Text | None = None
    check: Text | None = None
    pages: dict[str, Annotated[int, Field(ge=1)]] | None = None
    minutes: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _is_one_that_exists(self) -> Source:
        if len(self.model_fields_set - {"words"}) != 1:
            raise ValueError("one of section, file, check, pages and minutes is needed, and only one")
        if "words" in self.model_fields_set and not self.section:
            raise ValueError("words is the least length of a section: write it beside one")
        if self.pages is not None and len(self.pages) != 1:
            raise ValueError("pages names one document: pages: {report: 12}")
        documents = [self.section.partition("#")[0]] if self.section else list(self.pages or ())
        if wrong := [name for name in documents if name not in DOCUMENTS]:
            what = f"section {self.section!r} is in no document" if self.section else f"{wrong[0]!r} is no document"
            raise ValueError(f"{what}{did_you_mean(wrong[0], DOCUMENTS)}")
        if self.check and self.check not in evidence.CHECKS:
            raise ValueError(f"there is no check {self.check!r}{did_you_mean(self.check, evidence.CHECKS)}")
        if self.file and not _is_inside(self.file):
            raise ValueError(f"file {self.file!r} must be a path inside the project, or a pattern")
        return self

    def look(self, live: bool) -> evidence.Evidence:
        if self.section:
            return evidence.from_section(self.section, self.words)
        if self.file:
            return evidence.from_file(self.file)
        if self.pages:
            return evidence.from_pages(*next(iter(self.pages.items())))
        if self.minutes:
            return evidence.from_minutes(self.minutes)
        return evidence.from_check(self.check or "", live)


class Criterion(Strict):
    id: Text
    title: Title
    points: float = Field(gt=0)
    evidence: list[Source] = Field(min_length=1)

    def name(self, language: str) -> str:
        if isinstance(self.title, str):
            return self.title
        return self.title.get(language) or next(iter(self.title.values()))


class Rubric(Strict):
    """``rubric.yml``."""

    criteria: list[Criterion] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_each_once(self) -> Rubric:
        names = [criterion.id for criterion in self.criteria]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"criteria: id {twice[0]!r} appears twice")
        return self


def read_rubric() -> Rubric:
    return checked(Rubric, read_yaml(Path("rubric.yml")), "rubric.yml")


class Piece(TypedDict):
    """A piece of evidence, as ``lab.reporting.evidence.Evidence``."""

    what: str
    found: bool
    detail: str
    where: str
    todo: str
    pages: list[str]


class CriterionReport(TypedDict):
    """A criterion and the pieces of evidence for it."""

    id: str
    title: str
    points: float  # at most
    pages: list[str]  # of the documents, where the evidence is: ``deliverables/report.pdf#page=3``
    evidence: list[Piece]


class RubricReport(TypedDict):
    """``results/rubric.json``: what evidence there is."""

    points: float  # of all criteria, at most
    criteria: list[CriterionReport]


def look_up(rubric: Rubric, live: bool = True) -> RubricReport:
    """The evidence for each criterion, as it is now.

    Without ``live``, Git's history is left out, so that a later commit does not make what was written differ.
    """
    language = read_project().language
    criteria = [_look_up(criterion, language, live) for criterion in rubric.criteria]
    return {"points": sum(criterion.points for criterion in rubric.criteria), "criteria": criteria}


def _look_up(criterion: Criterion, language: str, live: bool) -> CriterionReport:
    found = [source.look(live) for source in criterion.evidence]
    pieces: list[Piece] = [
        {
            "what": one.what,
            "found": one.found,
            "detail": one.detail,
            "where": one.where,
            "todo": one.todo,
            "pages": list(one.pages),
        }
        for one in found
    ]
    pages = sorted({page for one in found for page in one.pages}, key=_place)
    title = criterion.name(language)
    return {"id": criterion.id, "title": title, "points": criterion.points, "pages": pages, "evidence": pieces}


def where_in_words(where: str, say: Say) -> str:
    """``documents/report.typ, line 7``, in the project's language."""
    file, line, number = where.rpartition(", line ")
    return say("rubric.line", file=file, line=number) if line else where


def _place(page: str) -> tuple[int, int]:
    """A document's place among ``DOCUMENTS``, and the page."""
    document, _, number = page.partition("#page=")
    return DOCUMENTS.index(PurePosixPath(document).stem), int(number)
