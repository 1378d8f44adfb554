"""Split the examples into train, validation and test, and check that nothing leaks from one into another."""

from pathlib import Path

import numpy as np
import pandas as pd

from lab.errors import UserError, run
from lab.files import atomic, read_table, write_json
from lab.settings import SplitSettings, read_params
from lab.task import load_problem
from lab.validation import check, failures

SPLITS = ("train", "validation", "test")


def split(examples: pd.DataFrame, settings: SplitSettings, stratify: str | None) -> pd.Series:
    """Name a split for each row: seeded, keeping a ``group`` together and the shares of ``stratify`` alike.

    Groups are shuffled, then dealt out within each class, so that each class and each split
    gets its share to within one group.
    """
    # Without groups, examples of the same content still belong together.
    groups = examples["group" if "group" in examples else "sha256"].astype(str)
    first = examples.assign(_group=groups.to_numpy()).drop_duplicates("_group")
    classes = first[stratify].astype(str) if stratify else pd.Series("all", index=first.index)
    random = np.random.default_rng(settings.seed)
    edges = np.cumsum([settings.test, settings.validation])
    assigned: dict[str, str] = {}
    for _, members in sorted(first.groupby(classes.to_numpy())):
        shuffled = random.permutation(members["_group"].to_numpy())
        # The offset deals the remainders of small classes to different splits instead of always to the last.
        position = (np.arange(len(shuffled)) + random.random()) / len(shuffled)
        for group, where in zip(shuffled, np.searchsorted(edges, position, side="right"), strict=True):
            assigned[group] = ("test", "validation", "train")[where]
    return groups.map(assigned).rename("split")


def leakage_rules(examples: pd.DataFrame, stratify: str | None) -> list:
    """No id, content or group in two splits; no split empty; every class in every split."""
    import great_expectations.expectations as gxe

    rules = [
        gxe.ExpectColumnValuesToBeUnique(column="id"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="split", value_set=list(SPLITS)),
        gxe.ExpectColumnValuesToBeInSet(column="splits_of_content", value_set=[1]),
    ]
    if "group" in examples:
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="splits_of_group", value_set=[1]))
    if stratify:
        rules.append(gxe.ExpectColumnValuesToBeInSet(column="splits_of_class", value_set=[len(SPLITS)]))
    return rules


def main() -> None:
    params, stratify = read_params(), load_problem().stratify
    examples = read_table(Path("data/raw/examples.parquet"), "id", "sha256")
    if stratify and stratify not in examples:
        raise UserError(f"problem.py: stratify names {stratify!r}, which is no column of data/raw/examples.parquet")
    rows = examples.assign(split=split(examples, params.split, stratify))
    kinds = {"content": "sha256", "group": "group", "class": stratify}
    for kind, column in kinds.items():
        if column in rows:
            rows[f"splits_of_{kind}"] = rows.groupby(column)["split"].transform("nunique")
    report = check("splits", rows, leakage_rules(examples, stratify))
    if not report["success"]:
        raise UserError(f"the split leaks or lacks a class: {failures(report)}")
    with atomic(Path("data/splits.parquet")) as temporary:
        rows[["id", "split"]].to_parquet(temporary, index=False)
    sizes = {name: int((rows["split"] == name).sum()) for name in SPLITS}
    write_json(Path("results/splits.json"), report | {"sizes": sizes})
    print(f"split {len(rows)} examples: " + ", ".join(f"{size} {name}" for name, size in sizes.items()))


if __name__ == "__main__":
    run(main)
