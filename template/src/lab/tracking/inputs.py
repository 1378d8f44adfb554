"""The data of a run as MLflow shows them: one dataset for each split, with its digest and size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lab.data_results import Collected
from lab.files import read_json, read_table, sha256
from lab.paths import PROVENANCE, SPLITS
from lab.results import RunRecord

if TYPE_CHECKING:
    import pandas as pd

CONTEXTS = {"train": "training", "validation": "validation", "test": "testing"}
"""What MLflow calls the splits."""


@dataclass(frozen=True)
class Input:
    name: str
    digest: str
    source: str
    context: str
    rows: int | None = None


def inputs(folder: Path, record: RunRecord) -> list[Input]:
    """The splits that the run in ``folder`` trained on and answered; all data as one while they are not known.

    They are known of a finished run whose predictions are of the examples that ``splits.parquet`` names now.
    """
    digest = record["data_digest"]
    known: Collected | None = read_json(PROVENANCE) if PROVENANCE.is_file() else None
    if known is None or known.get("digest") != digest:
        return [_input("data/raw", digest, "data/raw", "training")]
    title, source = known["title"], known["source"]
    predictions = folder / "predictions.parquet"
    if record["status"] != "finished" or not (SPLITS.is_file() and predictions.is_file()):
        return [_input(title, digest, source, "training")]
    splits, answered = (_ids(read_table(path, "id", "split")) for path in (SPLITS, predictions))
    if any(splits[name] != answered.get(name) for name in ("validation", "test")):
        return [_input(title, digest, source, "training")]
    return [
        _input(
            f"{title}: {name}",
            sha256("\n".join([digest, *sorted(splits[name])]).encode()),
            source,
            context,
            len(splits[name]),
        )
        for name, context in CONTEXTS.items()
    ]


def _ids(table: pd.DataFrame) -> dict[str, list[str]]:
    return {str(split): rows["id"].astype(str).tolist() for split, rows in table.groupby("split")}


def _input(name: str, digest: str, source: str, context: str, rows: int | None = None) -> Input:
    return Input(name[:500], digest[:36], source, context, rows)  # MLflow's limits; the tag data_digest has all of it
