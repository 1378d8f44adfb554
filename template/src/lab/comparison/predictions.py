"""What all trained methods answer: ``predictions.parquet`` of each run."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from lab.errors import UserError
from lab.files import read_table
from lab.paths import RUNS, SPLITS

Predictions = dict[str, dict[int, pd.DataFrame]]
"""By method and seed."""


def read_predictions(methods: Iterable[str], seeds: list[int]) -> Predictions:
    """The predictions of these runs, checked to answer the same examples in the same order."""
    found: Predictions = {}
    splits = read_table(SPLITS, "id", "split")
    expected = {name: splits.loc[splits["split"] == name, "id"].tolist() for name in ("validation", "test")}
    for method in methods:
        found[method] = {}
        for seed in seeds:
            path = RUNS / method / str(seed) / "predictions.parquet"
            frame = read_table(path, "id", "split")
            for split, ids in expected.items():
                if frame.loc[frame["split"] == split, "id"].tolist() != ids:
                    others = f"other examples than the {split} split of {SPLITS.as_posix()}"
                    mend = f"delete the folder {path.parent.as_posix()} and run `uv run dvc repro`"
                    raise UserError(f"{path.as_posix()} answers {others}: {mend}")
            found[method][seed] = frame
    return found
