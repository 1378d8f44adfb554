"""The evidence as one page, whole without the web: ``results/rubric.html``, and the same in what is handed in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from lab.paths import DATA_DOCS, DELIVERABLES, FIGURES
from lab.reporting.documents import DOCUMENTS
from lab.reporting.pages import pdf_of
from lab.reporting.rubric import RubricReport, where_in_words
from lab.reporting.team import Share
from lab.settings import read_project
from lab.style import STYLE
from lab.words import speaker, table

TEMPLATE = Path(__file__).parent / "rubric_page.j2"


def page(report: RubricReport, root: str = "../", outside: str | None = None, team: Sequence[Share] = ()) -> str:
    """The page as HTML.

    ``root`` leads from the page to the folder that has ``deliverables/`` and ``results/``, ``outside`` to the project
    (the same, if it is not given). ``team`` is shown where it is given.
    """
    project = read_project()
    say = speaker(project.language)
    away = root if outside is None else outside
    documents = [(say(f"evidence.{name}"), pdf_of(name)) for name in DOCUMENTS if pdf_of(name).is_file()]
    cards = [(say(f"hand_in.{path.stem}"), path) for path in sorted(DELIVERABLES.glob("*.md"))]
    figures = [(path.name, path) for path in sorted(FIGURES.glob("*.svg"))]
    docs = [("Data Docs", DATA_DOCS)] if DATA_DOCS.is_file() else []
    links = [(name, root + quote(path.as_posix())) for name, path in (*documents, *docs, *cards)]
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        language=project.language,
        say=table(project.language)["rubric"],
        fill=say,
        project=project,
        light=STYLE["page"],
        dark=STYLE["page_dark"],
        report=report,
        links=links,
        figures=[(name, root + quote(path.as_posix())) for name, path in figures],
        team=team,
        place=lambda where: _place(where, root, away),
        shown=lambda address: _page(address, root, report),
    )


def _page(address: str, root: str, report: RubricReport) -> Markup:
    """A link to a page of a PDF."""
    document, _, number = address.partition("#page=")
    say = speaker(read_project().language)
    text = say("rubric.on_pages", document=say(f"evidence.{PurePosixPath(document).stem}"), pages=number)
    return Markup('<a href="{}">{}</a>').format(f"{root}{quote(document)}#page={number}", text)


def _place(where: str, root: str, outside: str) -> Markup:
    """``where`` of a piece, as a link if there is such a file or folder."""
    say = speaker(read_project().language)
    more = re.escape(say("evidence.more_files", more="N")).replace("N", r"\d+")
    found = re.match(rf"(.+?)(?=, line \d+$|{more}$|$)", where)
    path = Path(found[1]) if found else Path(where)
    shown = where_in_words(where, say)
    if not where or not path.exists():
        return Markup.escape(shown)
    if path == Path("results/data_docs"):
        path = DATA_DOCS
    inside = path.parts[0] in ("deliverables", "results") or path.as_posix().startswith("data/raw/")
    return Markup('<a href="{}">{}</a>').format((root if inside else outside) + quote(path.as_posix()), shown)
