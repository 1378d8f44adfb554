"""What is checked: each function holds one kind of file against what its stage gives again, and names what differs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.console import language, said
from lab.data.raw_files import check_files
from lab.files import digest_of, read_json
from lab.fingerprint import of_stages
from lab.paths import (
    COMPARISON,
    COSTS,
    DATA_DOCS,
    DELIVERABLES,
    DOWNLOADS,
    EXAMPLES,
    FIGURES,
    FINGERPRINTS,
    LOOKS,
    METRICS,
    PROVENANCE,
    RAW,
    RUBRIC_REPORT,
    RUNS,
    SPLIT_REPORT,
    SPLITS,
    VALIDATION,
)
from lab.reporting.evidence import from_check
from lab.settings import Params
from lab.team_code.loading import load_problem
from lab.verification.differences import of_files, of_folders
from lab.verification.handed_in import faults_of_hand_in
from lab.verification.records import faults_of_records, plan_in_doubt
from lab.verification.runs import faults_of_runs
from lab.verification.throwaway import Throwaway, is_inside
from lab.words import in_language

ROUNDING = 1e-6
"""What numbers that are computed again from the same files may differ by, relative to their size."""
OFFLINE = ("demo", "folder", "table")
"""Sources that are collected again. Others need the network, or give something else by now: of them see the digest."""


@dataclass(frozen=True)
class Finding:
    """What one check found: nothing wrong, or ``faults``, each with the file; and what of it was not checked."""

    name: str
    faults: list[str]
    unchecked: str = ""


def lock(params: Params, again: Throwaway) -> Finding:
    """The files here are those that ``dvc.lock``, and so the commit, names."""
    name = said("verify.lock")
    if not Path("dvc.lock").is_file():
        return Finding(name, ["dvc.lock is missing, so no commit names these results: run `uv run dvc repro`"])
    command = [sys.executable, "-m", "dvc", "status", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace")
    try:
        stages = json.loads(done.stdout)
    except ValueError:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or ["no answer"]
        return Finding(name, [f"dvc status: {lines[-1].removeprefix('ERROR: ')}"])
    changed = [each for stage, list_ in stages.items() if stage != "fingerprint" for each in _changes(stage, list_)]
    outputs = {fault.split()[0] for fault in changed if "dvc.lock" in fault}
    return Finding(name, [fault for fault in changed if "dvc.lock" in fault or fault.split()[0] not in outputs])


def _changes(stage: str, entries: list[Any]) -> Iterator[str]:
    for entry in entries:
        for kind, paths in entry.items() if isinstance(entry, dict) else ():
            for path, how in paths.items():
                if kind == "changed outs":
                    yield f"{path} is not what dvc.lock names ({how})"
                else:
                    keys = f" ({', '.join(how)})" if isinstance(how, dict) else ""
                    yield f"{path}{keys} changed after {stage} ran"


def code_and_settings(params: Params, again: Throwaway) -> Finding:
    """The stages ran with the code and settings that stand here; a comment is no change."""
    ran, now = read_json(FINGERPRINTS), of_stages(params)
    stages = [name for name in now if name not in ("methods", "seeds") and ran.get(name) != now[name]]
    return Finding(said("verify.code_and_settings"), [f"{name}: changed after it ran" for name in stages])


def data(params: Params, again: Throwaway) -> Finding:
    """The raw data are those that were collected, and collecting gives them again where that needs no network."""
    name = said("verify.data")
    stops = [check for check in check_files(RAW, read_json(PROVENANCE, "digest")["digest"]) if check.severity == "stop"]
    found = [in_language(check.detail, language()) for check in stops if not check.holds]
    faults = [f"{RAW.as_posix()}: not as collected: {told}" for told in found]
    unchecked = ""
    if params.data.source not in OFFLINE or not is_inside(Path(params.data.path)):
        unchecked = said("verify.not_collected", source=params.data.source, path=params.data.path)
    else:
        again.link(Path(params.data.path))
        again.link(DOWNLOADS)
        if failure := again.run("collect"):
            faults.append(f"collect: {failure}")
        else:
            faults += of_files(EXAMPLES, again.folder / EXAMPLES, ROUNDING)
            # A changed example changes these sums as well: they are no fault of their own.
            sums = ("digest", "bytes") if faults else ("bytes",)
            faults += of_files(PROVENANCE, again.folder / PROVENANCE, skip=sums)
    again.link(RAW)
    return Finding(name, faults, unchecked)


def split(params: Params, again: Throwaway) -> Finding:
    """Rules and split, made again from the raw data."""
    name = said("verify.split")
    again.link(RAW)
    for stage in ("validate", "split"):
        if failure := again.run(stage):
            return Finding(name, [f"{stage}: {failure}"])
    pairs = [(path, again.folder / path) for path in (VALIDATION, SPLITS, SPLIT_REPORT)]
    faults = [fault for pair in pairs for fault in of_files(*pair, ROUNDING)]
    return Finding(name, faults + of_folders(DATA_DOCS.parent, again.folder / DATA_DOCS.parent, ROUNDING))


def runs(params: Params, again: Throwaway) -> Finding:
    """Each run is what its training wrote, of this code, these settings and these data, and none is another's copy."""
    return Finding(said("verify.runs"), *faults_of_runs(params, load_problem().targets))


def comparison(params: Params, again: Throwaway) -> Finding:
    """Every score, interval and figure, computed again from the predictions that are here."""
    name = said("verify.comparison")
    for path in (RAW, SPLITS, RUNS):
        again.link(path)
    if failure := again.run("compare"):
        return Finding(name, [f"compare: {failure}"])
    faults = []
    for path in (COMPARISON, METRICS, COSTS):
        faults += of_files(path, again.folder / path, ROUNDING, skip=("figure_digests", "look"))
    return Finding(name, faults + of_folders(FIGURES, again.folder / FIGURES, tolerance=1e-3))


def documents(params: Params, again: Throwaway) -> Finding:
    """Documents and cards, made again from the results that are here; and the copies that are handed in."""
    name = said("verify.documents")
    for path in (RAW, RUNS, COMPARISON, COSTS, FIGURES, VALIDATION, SPLIT_REPORT, DATA_DOCS.parent, LOOKS.parent):
        again.link(path)
    if failure := again.run("deliver"):
        return Finding(name, [f"deliver: {failure}"])
    faults = of_folders(DELIVERABLES, again.folder / DELIVERABLES)
    typed = from_check("typed_numbers")  # quoted from the literature, or out of date: a person looks
    notes = [] if typed.found else [said("verify.typed", detail=typed.detail)]
    named = " ".join(faults)
    loosely = [
        path.name
        for path in sorted(DELIVERABLES.glob("*.p*"))
        if path.as_posix() not in named and digest_of(path) != digest_of(again.folder / path)
    ]
    if loosely:
        notes.append(said("verify.by_words", names=said("results.list").join(loosely)))
    for path in (RUBRIC_REPORT, RUBRIC_REPORT.with_suffix(".md"), RUBRIC_REPORT.with_suffix(".html")):
        faults += of_files(path, again.folder / path)
    return Finding(name, faults + faults_of_hand_in(), said("results.then").join(notes))


Check = Callable[[Params, Throwaway], Finding]


def ledger(params: Params, again: Throwaway) -> Finding:
    """What ``records/`` holds is what programs wrote there, as far as Git or a later line knows."""
    return Finding(said("verify.ledger"), faults_of_records(), plan_in_doubt())


CHECKS: tuple[Check, ...] = (
    lock,
    code_and_settings,
    data,
    split,
    runs,
    ledger,
    comparison,
    documents,
)
"""In this order: what is wrong first explains what follows."""
