"""Data card: Markdown for readers who have the data but not the report.

After "Datasheets for Datasets" (Gebru et al. 2021).
"""

from __future__ import annotations

from lab.data_results import RuleReport, SplitReport, Validation
from lab.reporting.cards import code, escape, kind, limit, link, table
from lab.reporting.documents import Results
from lab.settings import Project
from lab.style import number
from lab.words import Say, speaker, translated

SPLITS = ("train", "validation", "test")
SIZES = (*SPLITS, "left_out")


def data_card(project: Project, results: Results) -> str:
    """Where the data come from, what is in them, how they were split and checked."""
    say = speaker(project.language)
    source, splits, validation = results["provenance"], results["splits"], results["validation"]
    unsaid = say("documents.not_given").replace("*", "**")  # bold, as Typst and Markdown write it
    about = [
        (say("terms.project"), escape(project.title)),
        (say("terms.kind"), kind(say, source)),
        (say("terms.source"), link(source["source"])),
        (say("terms.licence"), escape(source["licence"]) or unsaid),
        (say("terms.citation"), escape(source["citation"]) or unsaid),
        (say("terms.notes"), escape(source["notes"]) or number(None)),
        (say("terms.examples"), number(source["rows"])),
        (say("terms.size"), f"{number(source['bytes'])} {say('terms.bytes')}"),
        (say("terms.digest"), code(source["digest"])),
    ]
    columns = [(code(name), code(type_)) for name, type_ in source["columns"].items()]
    sizes = [(say(f"terms.{name}"), number(splits["sizes"][name])) for name in SIZES if name in splits["sizes"]]
    parts = [
        f"# {say('cards.data_card', title=escape(source['title']))}",
        *([] if source["kind"] == "real" else [limit(say, source)]),
        table(["", ""], about),
        *_classes(say, validation, splits),
        f"## {say('terms.columns')}",
        table([say("terms.column"), say("terms.type")], columns),
        f"## {say('terms.split')}",
        table([say("terms.subset"), say("terms.examples")], sizes),
        _rules(say, splits, project.language),
        f"## {say('terms.checks')}",
        _warnings(say, validation, project.language),
        _rules(say, validation, project.language),
    ]
    if source["files"]:
        files = [(code(name), code(digest)) for name, digest in sorted(source["files"].items())]
        parts += [f"## {say('cards.downloaded')}", table([say("terms.file"), "SHA-256"], files)]
    return "\n\n".join(parts) + "\n"


def _classes(say: Say, validation: Validation, splits: SplitReport) -> list[str]:
    """How many examples each class has, in all and in each split; nothing if the answer is no class."""
    if not validation["classes"]:
        return []
    rows = []
    for name, count in validation["classes"].items():
        by_split = splits["classes"].get(name, {})
        rows.append((escape(name), number(count), *(number(by_split.get(part)) for part in SPLITS)))
    header = [say(f"terms.{name}") for name in ("class", "examples", *SPLITS)]
    return [f"## {say('terms.classes')}", table(header, rows)]


def _warnings(say: Say, validation: Validation, language: str) -> str:
    """What did not stop the pipeline, but should be known."""
    if not validation["warnings"]:
        return say("cards.no_warning")
    return "\n".join([say("cards.warnings"), "", *(f"- {escape(line[language])}" for line in validation["warnings"])])


def _rules(say: Say, report: RuleReport, language: str) -> str:
    rows = [
        (
            code(translated("parts", rule["column"] or "", language)),
            escape(rule["words"][language]),
            say(f"cards.{rule['severity']}"),
            number(rule["unexpected_count"]) if rule["success"] or rule["unexpected_count"] else "!",
        )
        for rule in report["expectations"]
    ]
    return table([say(f"terms.{name}") for name in ("column", "rule", "if_broken", "violations")], rows)
