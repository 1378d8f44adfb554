"""``uv run lab hand-in``: what a grader opens without installing anything, as a folder that Git carries."""

from __future__ import annotations

import shutil
from pathlib import Path

from lab.errors import UserError
from lab.files import write_text
from lab.paths import (
    COMPARISON,
    COSTS,
    DATA_DOCS,
    DELIVERABLES,
    FIGURES,
    HAND_IN,
    POWERPOINT,
    PROVENANCE,
    RUBRIC_REPORT,
    SPLIT_REPORT,
    VALIDATION,
    WEB_PAGE,
)
from lab.reporting import rubric_page
from lab.reporting.cards import comparison_table, escape
from lab.reporting.documents import DOCUMENTS, Results, read_results
from lab.reporting.rubric import Piece, RubricReport, look_up, read_rubric, where_in_words
from lab.reporting.team import shares
from lab.runs import git
from lab.settings import Project, read_project
from lab.staleness import is_stale
from lab.words import Say, speaker

FOLDERS = (DELIVERABLES, FIGURES, DATA_DOCS.parent)
RUBRIC_PAGE = RUBRIC_REPORT.with_suffix(".html")
FILES = (PROVENANCE, COMPARISON, COSTS, VALIDATION, SPLIT_REPORT, RUBRIC_REPORT, RUBRIC_REPORT.with_suffix(".md"))
LARGE = 20_000_000
"""Bytes: more than this is slow to clone and to open in a browser."""


def main() -> None:
    """Write a new folder, or leave the last one if something is missing, stale or not committed."""
    project, commit = read_project(), _commit()
    if is_stale():
        raise UserError("the results are not those of this code: run `uv run dvc repro`, commit, then run this again")
    report = look_up(read_rubric())
    page = _page(project, read_results(), report, commit)
    evidence = rubric_page.page(report, outside="../../", team=shares(live=True))
    fresh = HAND_IN.with_name(f".{HAND_IN.name}.tmp")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        for folder in FOLDERS:
            shutil.copytree(folder, fresh / folder)
        for file in FILES:
            (fresh / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, fresh / file)
        write_text(fresh / "README.md", page)
        write_text(fresh / RUBRIC_PAGE, evidence)
        shutil.rmtree(HAND_IN, ignore_errors=True)
        fresh.replace(HAND_IN)
    except FileNotFoundError as error:
        raise UserError(f"{error.filename} is missing: run `uv run dvc repro`, which makes it") from None
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    size, name = sum(path.stat().st_size for path in HAND_IN.rglob("*") if path.is_file()), HAND_IN.as_posix()
    say = speaker(project.language)
    print(say("console.handed_in", folder=name, size=f"{size / 1e6:.1f}", commit=commit[:10]))
    if size > LARGE:
        print(say("console.too_large", size=f"{LARGE / 1e6:.0f}"))
    if missing := [piece for one in report["criteria"] for piece in one["evidence"] if not piece["found"]]:
        print(say("console.evidence_missing", number=len(missing)))
    print(say("console.next_commit", folder=name))


def _commit() -> str:
    """The commit whose results are handed in; a ``UserError`` if the files here are not those of a commit."""
    commit = git("rev-parse", "HEAD")
    if not commit:
        raise UserError('nothing is committed yet: git add --all, then git commit --message "Start"')
    if changed := git("status", "--porcelain", "--", ".", f":!{HAND_IN.as_posix()}"):
        names = ", ".join(line.split(maxsplit=1)[1] for line in changed.splitlines()[:3])
        raise UserError(
            f"not committed: {names}: git add --all and git commit first, so that a grader finds this state"
        )
    return commit


def _page(project: Project, results: Results, report: RubricReport, commit: str) -> str:
    """What a Git host shows of the folder: the documents, the comparison, and the evidence with a link for each."""
    say = speaker(project.language)
    members = say("results.list").join(escape(" ".join(filter(None, (one.name, one.id)))) for one in project.members)
    pdfs = {name: DELIVERABLES / f"{name}.pdf" for name in DOCUMENTS}
    documents = [f"[{say(f'evidence.{name}')}]({path.as_posix()})" for name, path in pdfs.items() if path.is_file()]
    for name, path in (("hand_in.for_powerpoint", POWERPOINT), ("hand_in.for_browser", WEB_PAGE)):
        documents += [f"[{say(name)}]({path.as_posix()})"] if path.is_file() else []
    cards = [f"[{say(f'hand_in.{path.stem}')}]({path.as_posix()})" for path in sorted(DELIVERABLES.glob("*.md"))]
    listed = say("results.list").join([*documents, *cards, f"[Data Docs]({DATA_DOCS.as_posix()})"])
    parts = [
        f"# {escape(project.title)}",
        f"{members} · {escape(project.course)} · commit `{commit}`",
        f"**{say('hand_in.documents')}**{say('figures.colon')}{listed}",
        comparison_table(say, results["comparison"]),
        f"![{say('hand_in.comparison')}]({(FIGURES / 'comparison.svg').as_posix()})",
        say("hand_in.each_number", file=f"[{COMPARISON.name}]({COMPARISON.as_posix()})"),
        f"# {say('hand_in.evidence')}",
        say("hand_in.as_page", page=f"[{RUBRIC_PAGE.name}]({RUBRIC_PAGE.as_posix()})"),
    ]
    for criterion in report["criteria"]:
        parts.append(
            "## " + say("rubric.criterion", title=escape(criterion["title"]), points=f"{criterion['points']:g}")
        )
        parts.append("\n".join(_piece(piece, say) for piece in criterion["evidence"]))
    return "\n\n".join(parts) + "\n"


def _piece(piece: Piece, say: Say) -> str:
    """One line of the evidence; ``where`` is a link if the file is in the folder or in the repository around it."""
    where, mark = piece["where"], "x" if piece["found"] else " "
    path = Path(where.partition(",")[0])
    if path.is_file() or path.is_dir():
        inside = any(path == file or path.is_relative_to(file) for file in (*FOLDERS, *FILES))
        line = where.rpartition("line ")[2] if ", line " in where else ""
        address = (path if inside else ".." / path).as_posix().replace(" ", "%20") + (f"#L{line}" if line else "")
        where = f"[{escape(where_in_words(where, say))}]({address})"
    else:
        where = escape(where_in_words(where, say))
    told = say("figures.colon").join((escape(piece["what"]), escape(piece["detail"])))
    return f"- [{mark}] {told}" + (f" ({where})" if where else "")
