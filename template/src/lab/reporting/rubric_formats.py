"""``lab rubric``: the evidence as a table for a terminal, as Markdown, and as the JSON of two graders. No points."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from lab.console import padded, wide
from lab.errors import UserError
from lab.reporting.cards import escape
from lab.reporting.documents import read_results
from lab.reporting.rubric import CriterionReport, RubricReport, look_up, read_rubric, where_in_words
from lab.reporting.rubric_page import page
from lab.reporting.team import shares
from lab.settings import read_project
from lab.staleness import is_stale
from lab.words import Say, speaker


def main(form: str = "text") -> None:
    """Print the evidence; a ``UserError`` afterwards if it is of results that are stale or were edited."""
    report, say = look_up(read_rubric()), speaker(read_project().language)
    if form in ("text", "markdown"):
        print(as_text(report, say, markdown=form == "markdown"), end="")
    elif form == "html":
        print(page(report, root="", team=shares(live=True)), end="")
    else:
        as_json: Any = report
        if form != "json":
            as_json = gradescope(report, say) if form == "gradescope" else classroom50(report, say)
        print(json.dumps(as_json, ensure_ascii=False, indent=2))
    if Path("dvc.lock").is_file():  # else nothing ran yet, which the evidence says
        read_results()
        if is_stale():
            raise UserError("the results are not those of these files: run `uv run dvc repro`, then this again")


def as_text(report: RubricReport, say: Say, markdown: bool = False) -> str:
    """For people: a table of the criteria, then the evidence for each; plain for a terminal, or as Markdown."""
    show = escape if markdown else str
    lines = [say("rubric.head", points=f"{report['points']:g}"), "", *_table(report, say, markdown), ""]
    for criterion in report["criteria"]:
        title = say("rubric.criterion", title=show(criterion["title"]), points=f"{criterion['points']:g}")
        lines.append(f"{'## ' if markdown else ''}{say('figures.colon').join((title, _found(criterion, say)))}")
        lines += [""] if markdown else []
        for piece in criterion["evidence"]:
            where = f" ({show(where_in_words(piece['where'], say))})" if piece["where"] else ""
            mark = "[x]" if piece["found"] else "[ ]"
            told = say("figures.colon").join((show(piece["what"]), show(piece["detail"])))
            lines.append(f"{'- ' if markdown else '  '}{mark} {told}{where}")
            if piece["todo"] and not piece["found"]:
                lines.append(f"{'  ' if markdown else '      '}→ {show(piece['todo'])}")
        lines.append("")
    return "\n".join(lines)


def _table(report: RubricReport, say: Say, markdown: bool) -> list[str]:
    """Points at most, how much is found, and the pages, by criterion."""
    head = [say(f"rubric.{name}") for name in ("what", "points", "evidence", "pages")]
    rows = [
        [one["title"], f"{one['points']:g}", _found(one, say), pages_in_words(one["pages"], say)]
        for one in report["criteria"]
    ]
    if markdown:
        cells = [[escape(cell) for cell in row] for row in rows]
        return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *cells)]
    widths = [max(wide(row[place]) for row in (head, *rows)) for place in range(len(head))]
    return ["  ".join(map(padded, row, widths)).rstrip() for row in (head, *rows)]


def _found(criterion: CriterionReport, say: Say) -> str:
    found = sum(piece["found"] for piece in criterion["evidence"])
    return say("rubric.found", found=found, of=len(criterion["evidence"]))


def pages_in_words(pages: list[str], say: Say) -> str:
    """``report p. 2, 3; slides p. 4``."""
    found: dict[str, list[str]] = {}
    for address in pages:
        document, _, number = address.partition("#page=")
        found.setdefault(PurePosixPath(document).stem, []).append(number)
    return say("figures.item").join(
        say("rubric.on_pages", document=say(f"evidence.{name}"), pages=", ".join(numbers))
        for name, numbers in found.items()
    )


def gradescope(report: RubricReport, say: Say) -> dict[str, Any]:
    """``results.json`` of an autograder of Gradescope: a test case for each piece, passed or failed, without a score.

    Gradescope wants a score for the whole where the cases have none: it is 0, as the text says, for people give points.
    """
    cases = [
        {
            "number": f"{row}.{column}",
            "name": say("figures.colon").join((criterion["title"], piece["what"])),
            "status": "passed" if piece["found"] else "failed",
            "output": "\n".join(filter(None, (piece["detail"], piece["where"], piece["todo"], *piece["pages"]))),
            "output_format": "text",
            "extra_data": {"criterion": criterion["id"], "points_at_most": criterion["points"]},
        }
        for row, criterion in enumerate(report["criteria"], 1)
        for column, piece in enumerate(criterion["evidence"], 1)
    ]
    return {"score": 0, "output": say("rubric.no_points"), "output_format": "text", "tests": cases}


CLASSROOM = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
"""What the runner of Classroom 50 tells an autograder, as variables of the environment."""


def classroom50(report: RubricReport, say: Say) -> dict[str, Any]:
    """``result.json`` of an autograder of Classroom 50 (``classroom50/result/v1``): each score is 0 of 0."""
    if missing := [name for name in CLASSROOM if not os.environ.get(name)]:
        raise UserError(f"{', '.join(missing)}: not set; the runner of Classroom 50 sets them, so call this from there")
    classroom, assignment, submission, commit, release = (os.environ[name] for name in CLASSROOM)
    tests = [
        {
            "test-name": say("figures.colon").join((criterion["title"], piece["what"])),
            "passed": piece["found"],
            "score": 0,
            "max-score": 0,
        }
        for criterion in report["criteria"]
        for piece in criterion["evidence"]
    ]
    return {
        "schema": "classroom50/result/v1",
        "classroom": classroom,
        "assignment": assignment,
        "submission": submission,
        "commit": commit,
        "release": release,
        "review": os.environ.get("REVIEW_URL") or commit,
        "datetime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "score": 0,
        "max-score": 0,
        "tests": tests,
    }
