# The template's example. Delete this line when the problem and its data are your own.
"""Tell a number of a molecule from its graph; the demo data are melting points of organic substances."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import torch

from lab.comparison.quantity_scores import MAE, R2, RMSE, score_quantities
from lab.contract import Contents, Drawn, Examples, Provenance
from lab.data.features import numeric_target
from lab.data.sources import find, provenance
from lab.data.splitting import merged
from lab.data.tables import identities, named, row_contents, row_digests, told_of
from lab.errors import UserError, some
from lab.forests import fitted
from lab.settings import read_params
from lab.tasks.graph_regression.melting import collect_melting_points, melting_rules
from lab.tasks.graph_regression.molecules import canonical, descriptors, graphs, read, scaffold, skeleton

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

    from lab.data_settings import DataSettings

RAW = Path("data/raw")
"""Where the pipeline keeps the table that ``figures`` looks molecules up in."""

metrics = (MAE, RMSE, R2)
targets = ("target",)
stratify = None


def collect(raw: Path, options: DataSettings) -> tuple[pd.DataFrame, Provenance]:
    """The table alone: ``smiles`` in RDKit's writing, ``target``, the number of ``atoms``, and ``group``.

    A substance, its salts and its stereoisomers are one group; with ``data.scaffolds`` so are all molecules that have
    the same ring system. Own data are a table with columns ``text`` (SMILES) and ``target``.
    """
    scaffolds = options.own(scaffolds=False)["scaffolds"]
    if options.source == "demo":
        examples, source = collect_melting_points()
        return (grouped(examples.drop(columns="group"), scaffold) if scaffolds else examples), source
    options.need("text", "target")
    found, name = find(options), options.columns.target
    table = named(found.read(options), options, target="target")
    table["target"] = numeric_target(table["target"], name)
    table, told = told_of(table, ["text", "target"])
    table["id"] = identities(table)
    molecules = [read(str(text)) for text in table["text"]]
    if wrong := [str(text) for text, molecule in zip(table["text"], molecules, strict=True) if molecule is None]:
        what = f"{len(wrong)} of {len(table)} molecules cannot be read"
        raise UserError(f"{what}: {some(wrong, 3)}: repair or remove these rows of {found.said}")
    examples = table[[column for column in ("id", "group", "date") if column in table]].copy()
    examples["smiles"] = [canonical(molecule) for molecule in molecules]
    examples["target"] = table["target"]
    examples["atoms"] = [molecule.GetNumAtoms() for molecule in molecules]
    examples = grouped(examples, scaffold if scaffolds else skeleton)
    examples.insert(1, "sha256", row_digests(examples))
    unit = f" ({options.unit})" if options.unit else ""
    said = [f"{len(examples)} molecules of {examples['group'].nunique()} groups, the target is {name}{unit}", told]
    return examples, provenance(options, found, said, [])


def grouped(examples: pd.DataFrame, kind: object) -> pd.DataFrame:
    """With a column ``group``: molecules of one ``kind`` are together, and so are those of a group that was given."""
    kinds = pd.Series([kind(read(text)) for text in examples["smiles"]], examples.index)  # type: ignore[operator]
    if "group" in examples:
        together = [members.astype(str).tolist() for _, members in examples.groupby(kinds)["id"] if len(members) > 1]
        return examples.assign(group=merged(examples["group"].astype(str), examples["id"], together))
    return examples.assign(group=kinds)


def expectations(examples: pd.DataFrame, options: DataSettings) -> list[Expectation]:
    import great_expectations.expectations as gxe

    if options.source == "demo":  # whose rules are in melting.py; yours are below
        return melting_rules()
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=20),
        gxe.ExpectColumnValuesToMatchRegex(column="smiles", regex=r"^\S+$"),
        gxe.ExpectColumnUniqueValueCountToBeBetween(column="target", min_value=3),
        gxe.ExpectColumnValuesToNotBeNull(column="target"),
        gxe.ExpectColumnValuesToBeBetween(column="atoms", min_value=1, max_value=300),
    ]


def load(raw: Path, splits: dict[str, list[str]]) -> dict[str, Examples]:
    """The graphs and fingerprints of molecules.py; ``target``: (n,), in its unit."""
    table = pd.read_parquet(raw / "examples.parquet").set_index("id")
    ids = [identity for members in splits.values() for identity in members]
    everything = graphs(table.loc[ids, "smiles"].tolist())
    everything["target"] = torch.tensor(table.loc[ids, "target"].to_numpy(np.float32))
    parts = {name: values.split([len(members) for members in splits.values()]) for name, values in everything.items()}
    return {split: {name: parts[name][place] for name in parts} for place, split in enumerate(splits)}


def references(raw: Path, splits: dict[str, list[str]]) -> dict[str, dict[str, np.ndarray]]:
    """A forest (Geurts et al. 2006) on descriptors, as chemists use them, and on fingerprints."""
    from sklearn.ensemble import ExtraTreesRegressor

    found = {split: batch for split, batch in load(raw, splits).items() if isinstance(batch, dict)}
    smiles = pd.read_parquet(raw / "examples.parquet").set_index("id")["smiles"]
    train, test = (
        np.hstack([descriptors(smiles[splits[split]]).drop(columns="skeleton").fillna(0), found[split]["fingerprint"]])
        for split in ("train", "test")
    )
    forest = ExtraTreesRegressor(100, max_features=1 / 3, min_samples_leaf=2, random_state=0)
    return {"forest": {"predicted": fitted(forest, train, found["train"]["target"]).predict(test)}}


def score(predictions: pd.DataFrame) -> dict[str, float]:
    return score_quantities(predictions)


def figures(predictions: dict[str, pd.DataFrame]) -> dict[str, Drawn]:
    """Predicted against true values, and the molecules that each method is most wrong about."""
    from lab.comparison.drawing import said
    from lab.comparison.quantities import draw_values
    from lab.tasks.graph_regression.drawing import draw_worst

    options = read_params().data
    tests = {method: frame[frame["split"] == "test"] for method, frame in predictions.items()}
    table = pd.read_parquet(RAW / "examples.parquet").set_index("id")
    name, unit = options.columns.target or said({"en": "melting point", "zh-TW": "熔點"}), options.unit
    return {"values": draw_values(tests, name, unit), "worst": draw_worst(tests, table["smiles"], unit)}


def contents(raw: Path, examples: pd.DataFrame) -> Contents:
    wrong = [text for text in examples["smiles"].astype(str) if read(text) is None]
    if wrong:
        raise UserError(f"{len(wrong)} molecules cannot be read: {some(wrong, 3)}")
    return Contents(hashed=row_contents(examples), table=descriptors(examples["smiles"]), target="target")
