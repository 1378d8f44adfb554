"""Everything that is checked of raw data besides the rules of ``problem.py``, and what was found."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Contents, Problem
from lab.data.answers import check_classes, check_copies, check_doubts, check_sentences, doubts, is_number, word_counts
from lab.data.checks import Check, check_columns, check_ids
from lab.data.gate import check
from lab.data.leaks import check_leaks
from lab.data.map_checks import check_copied_maps
from lab.data.near_duplicates import clusters
from lab.data.payload import (
    Memory,
    check_contents,
    check_memory,
    check_source,
    check_texts,
    read_contents,
    remember,
)
from lab.data.raw_files import check_files
from lab.data.rules import standing_rules, unruled
from lab.data_results import Collected, Suspicious, Validation
from lab.errors import UserError
from lab.messages import translated
from lab.words import LANGUAGES, Text

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation


@dataclass
class Inspection:
    contents: Contents | None
    checks: list[Check]
    memory: Memory
    """What the next validation is compared with."""
    near_duplicates: list[list[str]] = field(default_factory=list)
    """Ids of examples that are nearly copies of each other."""
    suspicious: list[Suspicious] = field(default_factory=list)
    classes: dict[str, int] = field(default_factory=dict)


def validate(
    problem: Problem,
    rules: list[Expectation],
    raw: Path,
    rows: pd.DataFrame,
    provenance: Collected,
    before: Memory | None = None,
) -> tuple[Validation, Inspection]:
    """Hold ``rows`` and what they contain against the problem's ``rules`` and every project's.

    Returns what ``validation.json`` says, and what was found.
    """
    import great_expectations.expectations as gxe

    ranged = {rule.column for rule in rules if isinstance(rule, gxe.ExpectColumnValuesToBeBetween)}
    found = inspect(problem, raw, rows, provenance, ranged, before)
    checks = [*found.checks, *check_files(raw, provenance["digest"]), *unruled(rows, rules)]
    standing = standing_rules(rows, rules)
    # Great Expectations calls rules of different kinds equal if they are of one column.
    further = [rule for rule in rules if not any(type(one) is type(rule) and one == rule for one in standing)]
    report = check("raw data", rows, standing + further, checks)
    whole: Validation = {
        **report,
        "near_duplicates": found.near_duplicates,
        "suspicious": found.suspicious,
        "classes": found.classes,
    }
    return whole, found


def inspect(
    problem: Problem,
    raw: Path,
    examples: pd.DataFrame,
    provenance: Collected,
    ranged: set[str],
    before: Memory | None = None,
) -> Inspection:
    """Look at the examples and at what they contain. ``before`` is the memory of the last validation."""
    unreadable: Text = ""
    try:
        contents = read_contents(problem, raw, examples)
    except UserError as error:
        contents, unreadable = None, {each: translated(str(error), each) for each in LANGUAGES}
    if contents is not None and contents.target not in examples:
        contents = replace(contents, target=None)
    table = examples.drop(columns=["id", "sha256"])
    if contents is not None and contents.table is not None:
        table = table.assign(**{name: contents.table[name] for name in contents.table if name not in examples})
    memory = remember(examples, contents)
    checks = [check_ids(examples["id"]), check_source(provenance), *check_memory(memory, before)]
    target = contents.target if contents is not None else None
    # Classes and groups that are called 1, 2, 3 are names all the same; where there are no classes, all are of one.
    normal = {("number_as_number", "group"), ("number_as_number", target)}
    normal |= {("varies", problem.stratify)} if contents is not None and target is None else set()
    checks += [one for one in check_columns(table, ranged) if (one.kind, one.column) not in normal]
    checks.append(Check("payload_readable", "stop", detail=unreadable, holds=not unreadable))
    found = Inspection(contents, checks, memory)
    if contents is not None:
        checks += check_contents(contents, examples)
        _look_for_copies(found, examples, contents)
        if contents.target is not None:
            _look_at_answers(found, examples, contents, problem.stratify == contents.target)
    return found


def _look_for_copies(found: Inspection, examples: pd.DataFrame, contents: Contents) -> None:
    numbers, uniform = clusters(contents, examples["sha256"])
    copied = pd.Series(numbers).duplicated(keep=False).to_numpy()
    found.checks += [Check("no_near_duplicate", "warn", copied), Check("examples_differ", "warn", uniform)]
    ids = examples["id"].astype(str).to_numpy()
    order = np.flatnonzero(copied)
    grouped = pd.Series(ids[order]).groupby(numbers[order], sort=False)
    found.near_duplicates = [members.tolist() for _, members in grouped]
    if contents.maps is not None and copied.any():
        found.checks.append(check_copied_maps(contents.maps, numbers))
    if contents.target is not None and copied.any() and not is_number(examples[contents.target]):
        found.checks.append(check_copies(examples[contents.target], numbers))


def _look_at_answers(found: Inspection, examples: pd.DataFrame, contents: Contents, stratified: bool) -> None:
    answers = examples[contents.target]
    words = word_counts(list(contents.texts)) if contents.texts is not None else None
    if contents.sentences:
        found.checks += check_texts(answers.fillna("").astype(str).tolist(), str(answers.name))
        found.checks += check_sentences(answers, contents, None if words is None else words[0])
        return
    if is_number(answers):
        found.checks.append(Check("answer_is_there", "stop", answers.isna().to_numpy(bool), contents.target))
    else:
        found.checks += check_classes(answers, stratified)
        counts = answers.dropna().astype(str).value_counts()
        found.classes = {str(name): int(count) for name, count in sorted(counts.items())}
    found.checks += check_leaks(contents, answers, words)
    doubted = doubts(contents, answers, None if words is None else words[0])
    if doubted is None:
        return
    found.checks += check_doubts(doubted, answers)
    most = min(500, max(10, round(0.04 * len(doubted.rows))))
    for row, score, instead in zip(doubted.rows[:most], doubted.score, doubted.instead, strict=False):
        given = answers.iloc[row]
        entry: Suspicious = {
            "id": str(examples["id"].iloc[row]),
            "given": str(given),
            "instead": instead,
            "score": round(float(score), 3),
        }
        found.suspicious.append(entry)
