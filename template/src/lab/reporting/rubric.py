"""``uv run lab rubric``: the evidence for each criterion of ``rubric.yml``. Points are given by people."""

from __future__ import annotations

from pathlib import Path, PureWindowsPath
from typing import Annotated

from pydantic import Field, model_validator
from typing_extensions import TypedDict

from lab.reporting import evidence
from lab.reporting.cards import escape
from lab.reporting.documents import DOCUMENTS
from lab.settings import read_project
from lab.strict import Strict, Text, checked, did_you_mean, read_yaml

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
    """Where a piece of evidence is looked up: exactly one of these."""

    section: Text | None = None
    file: Text | None = None
    check: Text | None = None

    @model_validator(mode="after")
    def _is_one_that_exists(self) -> Source:
        if len(self.model_fields_set) != 1:
            raise ValueError("one of section, file and check is needed, and only one")
        if self.section and self.section.partition("#")[0] not in DOCUMENTS:
            meant = did_you_mean(self.section.partition("#")[0], DOCUMENTS)
            raise ValueError(f"section {self.section!r} is in no document{meant}")
        if self.check and self.check not in evidence.CHECKS:
            raise ValueError(f"there is no check {self.check!r}{did_you_mean(self.check, evidence.CHECKS)}")
        if self.file and not _is_inside(self.file):
            raise ValueError(f"file {self.file!r} must be a path inside the project, or a pattern")
        return self

    def look(self) -> evidence.Evidence:
        if self.section:
            return evidence.from_section(self.section)
        if self.file:
            return evidence.from_file(self.file)
        return evidence.from_check(self.check or "")


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


class CriterionReport(TypedDict):
    """A criterion and the pieces of evidence for it."""

    id: str
    title: str
    points: float  # at most
    evidence: list[Piece]


class RubricReport(TypedDict):
    """``results/rubric.json``: what evidence there is."""

    points: float  # of all criteria, at most
    criteria: list[CriterionReport]


def look_up(rubric: Rubric) -> RubricReport:
    """The evidence for each criterion, as it is now."""
    language = read_project().language
    return {
        "points": sum(criterion.points for criterion in rubric.criteria),
        "criteria": [
            {
                "id": criterion.id,
                "title": criterion.name(language),
                "points": criterion.points,
                "evidence": [
                    {"what": one.what, "found": one.found, "detail": one.detail, "where": one.where}
                    for one in (source.look() for source in criterion.evidence)
                ],
            }
            for criterion in rubric.criteria
        ],
    }


def as_text(report: RubricReport, markdown: bool = False) -> str:
    """For people: plain for a terminal, or as Markdown."""
    show = escape if markdown else str
    lines = [f"Evidence for {report['points']:g} points. It says what is there, not what it is worth.", ""]
    for criterion in report["criteria"]:
        found = sum(piece["found"] for piece in criterion["evidence"])
        title = f"{show(criterion['title'])} ({criterion['points']:g} points)"
        lines.append(f"{'## ' if markdown else ''}{title}: {found} of {len(criterion['evidence'])} found")
        lines += [""] if markdown else []
        for piece in criterion["evidence"]:
            where = f" ({show(piece['where'])})" if piece["where"] else ""
            mark = "[x]" if piece["found"] else "[ ]"
            lines.append(f"{'- ' if markdown else '  '}{mark} {show(piece['what'])}: {show(piece['detail'])}{where}")
        lines.append("")
    return "\n".join(lines)


def main() -> None:
    print(as_text(look_up(read_rubric())), end="")
