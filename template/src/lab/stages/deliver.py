"""Write what is handed in: proposal, report and slides, data and model card, and the evidence for the rubric."""

from collections.abc import Callable
from pathlib import Path

from lab.console import localised
from lab.errors import UserError, run
from lab.files import atomic, read_text, write_json, write_text
from lab.paths import DELIVERABLES, POWERPOINT, PROSE, RUBRIC_REPORT, RUNS, WEB_PAGE
from lab.reporting.cards import model_card
from lab.reporting.croissant import croissant
from lab.reporting.data_card import data_card
from lab.reporting.documents import compile_documents, read_results
from lab.reporting.milestones import milestones
from lab.reporting.powerpoint import powerpoint
from lab.reporting.prose import language_of_prompts
from lab.reporting.records import sentences
from lab.reporting.rubric import look_up, read_rubric
from lab.reporting.rubric_formats import as_text
from lab.reporting.rubric_page import page
from lab.reporting.team import shares
from lab.reporting.web_page import web_page
from lab.runs import read_finished
from lab.settings import read_project
from lab.words import Say, speaker


def main() -> None:
    # All of it is made before any of it is written: what fails leaves nothing half-done.
    project, rubric, results = read_project(), read_rubric(), read_results()
    champion, seeds = results["comparison"]["champion"], results["comparison"]["seeds"]
    runs = {seed: read_finished(RUNS / champion / str(seed)) for seed in seeds}
    cards = {"data_card.md": data_card(project, results), "model_card.md": model_card(project, results, runs)}
    metadata = croissant(project, results)
    say = speaker(project.language)
    told = sentences(say), {one.name: one.runs for one in shares(live=False)}
    documents = compile_documents(*told)
    others = {
        POWERPOINT: _other("console.no_powerpoint", POWERPOINT, say, lambda: powerpoint(*told)),
        WEB_PAGE: _other("console.no_web_page", WEB_PAGE, say, lambda: web_page(*told)),
    }
    for name, content in documents.items():
        with atomic(DELIVERABLES / f"{name}.pdf") as temporary:
            temporary.write_bytes(content)
    for path, made in others.items():
        if made is None:  # an old one would not say what the new PDF says
            path.unlink(missing_ok=True)
        else:
            with atomic(path) as temporary:
                temporary.write_bytes(made)
    for name, text in cards.items():
        write_text(DELIVERABLES / name, text)
    write_json(DELIVERABLES / "croissant.json", metadata)
    if dates := milestones(project):
        with atomic(DELIVERABLES / "milestones.ics") as temporary:
            temporary.write_bytes(dates)
    else:
        (DELIVERABLES / "milestones.ics").unlink(missing_ok=True)
    report = look_up(rubric, live=False)
    write_json(RUBRIC_REPORT, report)
    write_text(RUBRIC_REPORT.with_suffix(".md"), as_text(report, say, markdown=True))
    write_text(RUBRIC_REPORT.with_suffix(".html"), page(report))
    for path in sorted(DELIVERABLES.iterdir()):
        print(say("console.wrote", path=path.as_posix()))
    for name in documents:
        path = PROSE / f"{name}.typ"
        if language_of_prompts(read_text(path)) not in (project.language, None):
            print(say("console.other_language", path=path.as_posix()))


def _other(key: str, path: Path, say: Say, make: Callable[[], bytes]) -> bytes | None:
    """A further form of a document. Whatever a team's own Typst breaks in it, the PDFs are there in time."""
    try:
        return make()
    except Exception as error:
        first, *_ = str(error).splitlines() or [""]
        reason = localised(first) if isinstance(error, UserError) else f"{type(error).__name__}: {first}"
        print(say(key, path=path.as_posix(), reason=reason))
        return None


if __name__ == "__main__":
    run(main)
