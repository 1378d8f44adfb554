"""Proposal, report, slides and poster: Typst reads ``results/`` itself, and what it cannot read fails in one line."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import TypedDict

import fontpkg_source_sans_3
import fontpkg_source_serif_4
import typst
from pylopdf_fonts_zh_tw import serif_path

from lab.console import tell
from lab.data_results import Collected, SplitReport, Validation
from lab.errors import UserError
from lab.files import digests, read_json, read_text
from lab.paths import COMPARISON, COSTS, FIGURES, PROSE, PROVENANCE, SPLIT_REPORT, VALIDATION
from lab.reporting.prose import COMMENT
from lab.results import Comparison, Costs
from lab.strict import read_yaml

DOCUMENTS = ("proposal", "report", "slides", "poster")
OPTIONAL = ("poster",)
"""Not every course asks for it: it is made where its source is there."""


class Results(TypedDict):
    """What documents and cards draw on."""

    provenance: Collected
    validation: Validation
    splits: SplitReport
    comparison: Comparison
    costs: Costs


def read_results() -> Results:
    """What the stages wrote; a file that DVC did not write is refused."""
    results: Results = {
        "provenance": read_json(PROVENANCE),
        "validation": read_json(VALIDATION),
        "splits": read_json(SPLIT_REPORT),
        "comparison": read_json(COMPARISON),
        "costs": read_json(COSTS),
    }
    recorded = _recorded()
    for path in (PROVENANCE, VALIDATION, SPLIT_REPORT, COMPARISON, COSTS):
        digest = recorded.get(path.as_posix())
        if digest and digest != hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest():
            raise UserError(f"{path.as_posix()} is not what its stage wrote: run `uv run dvc repro`, which repairs it")
    found = digests(FIGURES, pattern="**/[!.]*")
    for name, digest in results["comparison"].get("figure_digests", {}).items():
        if found.get(name) != digest:
            what = "is not what compare drew" if name in found else "is missing"
            raise UserError(f"{(FIGURES / name).as_posix()} {what}: run `uv run dvc repro`, which draws it again")
    return results


def _recorded() -> dict[str, str]:
    """MD5 of each file that a stage wrote, as DVC notes it in ``dvc.lock`` when the stage ends."""
    lock = Path("dvc.lock")
    if not lock.is_file():
        return {}
    stages = (read_yaml(lock) or {}).get("stages", {})
    return {out["path"]: out.get("md5", "") for stage in stages.values() for out in stage.get("outs", [])}


def compile_documents(records: list[str] | None = None, team: dict[str, int] | None = None) -> dict[str, bytes]:
    """Each document as PDF, with ``records``, sentences on what records/ holds, and the trained runs of each member.

    The same sources, results and fonts give the same bytes.
    """
    sources = []
    for name in DOCUMENTS:
        source = PROSE / f"{name}.typ"
        if source.is_file():
            sources.append(source)
        elif name not in OPTIONAL:
            raise UserError(f"{source.as_posix()} is missing: `git checkout {source.as_posix()}` brings it back")
    for path in sorted(path for path in PROSE.rglob("*") if path.suffix in (".typ", ".bib")):
        text = COMMENT.sub("", read_text(path))
        if path in sources and not text.strip():
            raise UserError(
                f"{path.as_posix()} is empty: `git checkout {path.as_posix()}` brings its last version back"
            )
    return {source.stem: typeset(source, told(records, team)) for source in sources}


def told(records: list[str] | None, team: dict[str, int] | None) -> dict[str, str]:
    """What documents are told besides the files that they read."""
    return {name: json.dumps(value) for name, value in (("records", records), ("team", team)) if value}


LOST = re.compile(r'the text `"(.+?)"` could not be displayed')


def fonts() -> typst.Fonts:
    """The fonts that come with packages, and no installed ones: the same bytes on every machine."""
    latin = [Path(package.__file__).parent / "files" for package in (fontpkg_source_serif_4, fontpkg_source_sans_3)]
    return typst.Fonts(include_system_fonts=False, font_paths=[*latin, serif_path().parent])


def typeset(source: Path, inputs: dict[str, str]) -> bytes:
    """One document as PDF/UA, which those who do not see can use; as plain PDF where the team's text prevents that."""
    compiler = typst.Compiler(source, root=Path(), font_paths=fonts(), sys_inputs=inputs)
    try:
        return _pdf(compiler, inputs, accessible=True)
    except typst.TypstError as error:
        if "PDF/UA-1 error" not in error.diagnostic:
            raise UserError(_place(error)) from None
        fault = error
    if lost := sorted(set("".join(LOST.findall(fault.diagnostic)))):
        named = ", ".join(f"{sign} (U+{ord(sign):04X})" for sign in lost)
        tell("console.no_glyph", path=source.as_posix(), signs=named)
        inputs = inputs | {"without_font": "".join(lost)}
        try:
            return _pdf(compiler, inputs, accessible=True)
        except typst.TypstError as error:
            fault = error
    tell("console.not_accessible", place=_place(fault))
    try:
        return _pdf(compiler, inputs, accessible=False)
    except typst.TypstError as error:
        raise UserError(_place(error)) from None


def _pdf(compiler: typst.Compiler, inputs: dict[str, str], accessible: bool) -> bytes:
    pdf = compiler.compile(format="pdf", sys_inputs=inputs, pdf_standards=["ua-1"] if accessible else [])
    assert isinstance(pdf, bytes)  # pages are a list for pictures only
    return pdf


def _place(error: typst.TypstError) -> str:
    """The place in a team's document, or else where Typst found the fault, and what is wrong there."""
    places = [(Path(file).name, line) for file, line in re.findall(r"┌─ (.+?):(\d+):\d+", error.diagnostic)]
    own = [(file, line) for file, line in places if Path(file).stem in DOCUMENTS]
    message = error.message.removeprefix("assertion failed: ").removeprefix("panicked with: ")
    message = message.replace(f"{Path.cwd()}/", "").replace(f"{Path.cwd()}\\", "")
    where = "".join(f"documents/{file}, line {line}: " for file, line in (own or places)[:1])
    return where + "; ".join([message, *error.hints])
