"""Evidence for a criterion: what is there, where, or what is missing. It counts and quotes; it judges nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lab.data_results import Collected, RuleReport
from lab.errors import UserError
from lab.examples_left import examples_left
from lab.files import digests, read_json, read_text
from lab.paths import COMPARISON, COSTS, DELIVERABLES, FIGURES, OWN_FIGURES, PROSE, PROVENANCE, SPLIT_REPORT, VALIDATION
from lab.reporting.documents import DOCUMENTS
from lab.reporting.prose import Section, read_section
from lab.results import Comparison, Costs
from lab.settings import read_params, task_folder
from lab.style import probability


@dataclass(frozen=True)
class Evidence:
    """``what`` was looked for, whether it was ``found``, the ``detail`` a grader wants, and ``where`` to look."""

    what: str
    found: bool
    detail: str
    where: str


def from_section(place: str) -> Evidence:
    """``report#problem`` or ``report``: whether a section is written."""
    document, _, label = place.partition("#")
    what = f"{document}, section {label}" if label else f"all of {document}"
    path = PROSE / f"{document}.typ"
    if not path.is_file():
        return Evidence(what, False, "the document is missing", path.as_posix())
    try:
        section = read_section(read_text(path), label or None)
    except UserError as error:
        return Evidence(what, False, str(error), path.as_posix())
    if section is None:
        return Evidence(what, False, f"no heading has the label <{label}>", path.as_posix())
    left = f"{section.prompts} prompt{'s' if section.prompts > 1 else ''} left, " if section.prompts else ""
    found = section.prompts == 0 and section.words > 0
    return Evidence(what, found, f"{left}{section.words} words", f"{path.as_posix()}, line {section.line}")


def from_file(pattern: str) -> Evidence:
    """Whether there is a file of that name or pattern, and how many. Hidden folders are searched only by their name."""
    found = [path for path in Path().glob(pattern) if path.is_file()]
    if not any(part.startswith(".") for part in Path(pattern).parts):
        found = [path for path in found if not any(part.startswith(".") for part in path.parts)]
    files = sorted(path.as_posix() for path in found if path.stat().st_size)
    if not files:
        return Evidence("file", False, "empty" if found else "missing", pattern)
    more = f" and {len(files) - 1} more" if len(files) > 1 else ""
    unfinished = _unfinished(Path(files[0]))
    return Evidence("file", not unfinished, unfinished or "is there", files[0] + more)


def _unfinished(path: Path) -> str:
    """Why a file that ``deliver`` wrote is not yet the team's, if it is not."""
    if path.parent != DELIVERABLES:
        return ""
    if (prose := PROSE / f"{path.stem}.typ").is_file():
        section = read_section(read_text(prose))
        left = section.prompts if section else 0
        return f"a draft: {left} prompt{'s' if left > 1 else ''} left" if left else ""
    return _of_the_template("methods" if path.stem == "model_card" else "data")


def from_check(name: str) -> Evidence:
    """One of ``CHECKS``, on the results as they are; without results there is no evidence."""
    title, subject, check = CHECKS[name]
    try:
        found, detail, where = check()
        left = _of_the_template(subject)
    except UserError as error:
        return Evidence(title, False, str(error), "")
    except (KeyError, TypeError, AttributeError):  # of a result that somebody edited
        return Evidence(title, False, "the results are not what their stages wrote: run `uv run dvc repro`", "")
    return Evidence(title, found and not left, f"{detail}; {left}" if left else detail, where)


def _of_the_template(subject: str) -> str:
    """What shows that ``data`` or ``methods`` are still the template's example, if they are."""
    params = read_params()
    left = examples_left(params)
    if subject == "data" and "problem" in left:
        return f"still the template's demo data, as {(task_folder() / 'problem.py').as_posix()} says"
    others = [name for name in params.methods if name != "baseline"]
    if subject == "methods" and others and set(others) <= set(left):
        files = ", ".join((task_folder() / f"{name}.py").as_posix() for name in others)
        return f"still the template's example, as {files} says"
    return ""


Finding = tuple[bool, str, str]


def _provenance() -> Finding:
    source: Collected = read_json(PROVENANCE)
    given = {"source": source["source"], "licence": source["licence"], "citation": source["citation"]}
    missing = [key for key, text in given.items() if not text.strip()]
    detail = f"{source['kind']} data, {source['title']}; {source['licence']}; {source['source']}"
    return not missing, f"no {', '.join(missing)} given" if missing else detail, PROVENANCE.as_posix()


def _rules(path: Path) -> Finding:
    report: RuleReport = read_json(path)
    failed = [rule["rule"] for rule in report["expectations"] if not rule["success"] and rule["severity"] == "stop"]
    detail = f"{len(report['expectations'])} rules over {report['rows']} examples, "
    detail += f"{len(failed)} broken: {failed[0]}" if failed else "none broken"
    return bool(report["success"]), f"{detail}; {len(report['warnings'])} warnings", path.as_posix()


def _methods() -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    where = COMPARISON.as_posix()
    others = [name for name in comparison["methods"] if name != comparison["baseline"]]
    return bool(others), f"{', '.join(others) or 'nothing'} besides the {comparison['baseline']}", where


def _seeds() -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    where = COMPARISON.as_posix()
    seeds = comparison["seeds"]
    alone = "" if len(seeds) > 1 else "; one allows no verdict"
    return len(seeds) > 1, f"{len(seeds)} for each method: {', '.join(map(str, seeds))}{alone}", where


def _verdicts() -> Finding:
    """A difference that is not significant is evidence too, once the report discusses it."""
    comparison: Comparison = read_json(COMPARISON)
    where = COMPARISON.as_posix()
    metric = comparison["metrics"][0]["name"]
    all_methods = {name: entry["metrics"][metric]["difference"] for name, entry in comparison["methods"].items()}
    found = {name: difference for name, difference in all_methods.items() if difference}
    if any(one["verdict"] is None for one in found.values()):
        return False, "no verdict: one seed does not show what another would give", where
    lines = [
        f"{name} {one['verdict']} ({metric}, p {probability(one['p_corrected'] or 0.0, equals=True)})"
        for name, one in found.items()
    ]
    clear = any(one["verdict"] != "not significant" for one in found.values())
    if found and not clear and not (discussed := from_section("report#comparisons")).found:
        lines.append(f"which the report does not discuss yet ({discussed.where})")
        return False, "; ".join(lines), where
    return bool(found), "; ".join(lines) or "no method besides the baseline", where


def _costs() -> Finding:
    costs: Costs = read_json(COSTS)
    # No seconds here: no two runs take the same, and the evidence of two runs should be the same bytes.
    kinds = sorted({kind.replace("_", " ") for entry in costs["methods"].values() for kind in entry})
    return (
        bool(costs["methods"]),
        f"of {', '.join(costs['methods'])}: {', '.join(kinds)} of each seed",
        COSTS.as_posix(),
    )


def _figures() -> Finding:
    comparison: Comparison = read_json(COMPARISON)
    names = [*(f"{name}.svg" for name in OWN_FIGURES), *comparison["figures"]]
    found, drawn = digests(FIGURES, pattern="**/[!.]*"), comparison.get("figure_digests", {})
    missing = [name for name in names if name not in found]
    edited = [name for name in found if found[name] != drawn.get(name, found[name])]
    detail = f"missing: {', '.join(missing)}" if missing else ", ".join(names)
    detail = f"not what compare drew: {', '.join(edited)}" if edited else detail
    return not missing and not edited, detail, FIGURES.as_posix()


def _citations() -> Finding:
    report, bibliography = PROSE / "report.typ", PROSE / "references.bib"
    if not report.is_file() or not bibliography.is_file():
        return False, "report.typ or references.bib is missing", PROSE.as_posix()
    entries = re.findall(r"^\s*@\w+\s*\{\s*([^,\s]+)", read_text(bibliography), re.M)
    text = read_text(report)
    cited = [key for key in entries if re.search(rf"@{re.escape(key)}(?![\w-])|#cite\(<{re.escape(key)}>", text)]
    return bool(cited), f"{len(cited)} cited{': ' if cited else ''}{', '.join(cited)}", report.as_posix()


def _typed_numbers() -> Finding:
    """Decimals and percentages in the prose: some are quoted from the literature, others may be out of date."""
    typed, files = [], [PROSE / f"{name}.typ" for name in DOCUMENTS]
    for path in files:
        section = read_section(read_text(path)) if path.is_file() else Section(1, 0, 0, [])
        typed += [f"{number} in {path.name}, line {line}" for line, number in (section.numbers if section else [])]
    return not typed, f"typed: {'; '.join(typed)}" if typed else "all are read from results/", PROSE.as_posix()


CHECKS: dict[str, tuple[str, str, Callable[[], Finding]]] = {
    "provenance": ("source and licence of the data", "data", _provenance),
    "validation": ("validation of the data", "data", lambda: _rules(VALIDATION)),
    "splits": ("splits without leakage", "data", lambda: _rules(SPLIT_REPORT)),
    "methods": ("methods besides the baseline", "methods", _methods),
    "seeds": ("several seeds", "methods", _seeds),
    "verdicts": ("differences and whether they are significant", "methods", _verdicts),
    "costs": ("costs of training", "methods", _costs),
    "figures": ("figures", "methods", _figures),
    "citations": ("works that the report cites", "", _citations),
    "typed_numbers": ("no number typed by hand", "", _typed_numbers),
}
"""By name: a title, what it is evidence of (the data and methods of the template are none), and the check."""
