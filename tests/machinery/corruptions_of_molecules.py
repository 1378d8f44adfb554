"""The corruptions of molecules and their targets."""

from __future__ import annotations

from corruptions import Corruption, change, decimals, few, put, shuffled
from rdkit import Chem


def otherwise(smiles: str) -> str:
    """The same molecule, written from its last atom."""
    molecule = Chem.MolFromSmiles(smiles)
    return Chem.MolToSmiles(molecule, rootedAtAtom=molecule.GetNumAtoms() - 1, canonical=False)


MOLECULES: dict[str, tuple[str, Corruption]] = {
    "rows copied": ("no_near_duplicate", lambda data: data.copies()),
    "rows copied for a kelvin more": ("no_near_duplicate", lambda data: data.copies(target=lambda x: x + 1)),
    "molecules copied and written otherwise": (
        "no_near_duplicate",
        lambda data: data.copies(smiles=lambda x: x.map(otherwise)),
    ),
    "a molecule twice": (
        "expect_column_values_to_be_unique",
        change("smiles", lambda x: x.where(x.index != 7, x[8]), rehash=True),
    ),
    "one target changed, its digest not": ("digest_of_content", put("target", 300.0)),
    "molecules of other rows": ("digest_of_content", change("smiles", shuffled)),
    "targets of other rows": ("better_than_chance", change("target", shuffled, rehash=True)),
    "half of the targets wrong": ("answers_predictable", change("target", lambda x: shuffled(x, 0.6), rehash=True)),
    "2 % of the targets far off": (
        "labels_believable",
        change("target", lambda x: few(x, lambda y: y * 4), rehash=True),
    ),
    "targets in another unit": (
        "scale_as_before",
        lambda data: change("target", lambda x: x * 1000, rehash=True)(data.remembered()),
    ),
    "one target in another unit": ("plausible", change("target", lambda x: x.where(x.index != 7, x * 1000))),
    "one target in degrees Celsius": ("expect_column_values_to_be_between", put("target", -18.0)),
    "a missing target": ("answer_is_there", put("target", None)),
    "a name for a molecule": ("payload_readable", put("smiles", "benzene")),
    "a ring that is not closed": ("payload_readable", put("smiles", "c1ccccc")),
    "carbon with five bonds": ("payload_readable", put("smiles", "C(C)(C)(C)(C)C")),
    "a missing molecule": ("payload_readable", put("smiles", None)),
    "a molecule with a blank": ("expect_column_values_to_match_regex", put("smiles", "CCO ")),
    "salts": ("expect_column_values_to_match_regex", put("smiles", "CC(=O)[O-].[Na+]", range(5))),
    "targets as decimals": ("plain_type", change("target", decimals)),
    "targets as texts": ("expect_column_values_to_be_between", change("target", lambda x: x.astype(str))),
    "no atoms": ("expect_column_values_to_be_between", put("atoms", 0)),
    "a number without an end": ("finite", change("target", lambda x: x.where(x.index != 7, float("inf")))),
}
