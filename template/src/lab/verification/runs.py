"""Whether the runs are what their training wrote, and each a training of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from lab.console import said
from lab.errors import UserError
from lab.files import read_json, read_table
from lab.fingerprint import of_run
from lab.paths import PROVENANCE, RUNS
from lab.results import RunRecord
from lab.runs import read_finished
from lab.settings import Params
from lab.verification.differences import of_tables


def faults_of_runs(params: Params, targets: tuple[str, ...]) -> tuple[list[str], str]:
    """What is wrong, a line each; and what a person should know of them, if anything.

    Another training would show a copied run. What needs none: it has the key of the other, or says that it was asked
    something else than the others.
    """
    faults: list[str] = []
    records: dict[Path, RunRecord] = {}
    collected = read_json(PROVENANCE, "digest")["digest"]
    for method in params.methods:
        for seed in params.seeds:
            folder = RUNS / method / str(seed)
            try:
                record = records[folder] = read_finished(folder)
            except UserError as error:
                faults.append(str(error).partition(": ")[0])
                continue
            if record["fingerprint"] != of_run(params, method, seed, collected):
                faults.append(f"{folder.as_posix()}: {_other(params, method, record, collected)}")
    return faults + _copies(records) + _other_targets(list(records), targets), _alike(records)


def _other(params: Params, method: str, record: RunRecord, collected: str) -> str:
    """What a run was trained with that is not what stands here."""
    now = json.loads(json.dumps(params.training(method).model_dump() | params.options(method)))
    then = record["parameters"]
    names = [name for name in dict.fromkeys([*now, *then]) if now.get(name) != then.get(name)]
    if names:
        told = [f"{name} is {now.get(name, 'not set')!r}, trained with {then.get(name, 'none')!r}" for name in names]
        return f"params.yaml: {'; '.join(told)}"
    if record["data_digest"] != collected:
        return "trained on other data than data/raw"
    return "trained with other code, another split or another seed than there is here"


def _copies(records: dict[Path, RunRecord]) -> list[str]:
    """Runs with the key of another: each training draws its own."""
    first: dict[str, Path] = {}
    return [
        f"{folder.as_posix()} is a copy of {first[record['key']].as_posix()}: run.json has the same key"
        for folder, record in records.items()
        if first.setdefault(record["key"], folder) != folder
    ]


def _other_targets(folders: list[Path], targets: tuple[str, ...]) -> list[str]:
    """Predictions that stand beside other right answers than those of the first run."""
    known: pd.DataFrame | None = None
    faults = []
    for folder in folders:
        path, first = folder / "predictions.parquet", folders[0].as_posix()
        table = read_table(path, "id", "split")
        table = table[["id", "split", *(name for name in targets if name in table)]]
        known = table if known is None else known
        if of_tables(known, table):
            faults.append(f"{path.as_posix()} has other right answers or other examples than {first}")
    return faults


def _alike(records: dict[Path, RunRecord]) -> str:
    """Seeds of one method with the very same weights: either the method draws no random numbers, or one was copied."""
    first: dict[tuple[str, str], Path] = {}
    told = []
    for folder, record in records.items():
        key = record["method"], record["files"].get("model.safetensors", folder.as_posix())
        if first.setdefault(key, folder) != folder:
            told.append(said("verify.alike", one=folder.as_posix(), other=first[key].as_posix()))
    return said("results.then").join(told)
