"""The demo data: melting points of organic substances, from the laboratories' own records."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data.tables import row_digests
from lab.tasks.graph_regression.molecules import canonical, read, skeleton

if TYPE_CHECKING:
    from great_expectations.expectations import Expectation

NUMBER = 6000
"""Substances that are drawn by chance from about 11,000: as many as train in a minute."""
MOST = 40
"""Atoms of a molecule, hydrogen apart."""
POINTS = "Phase Change/OpenNotebook Melting Points.tsv"
NAMES = ("pubchem large", "pubchem small")


def collect_melting_points() -> tuple[pd.DataFrame, Provenance]:
    """``smiles``, ``target`` (the melting point in kelvin) and ``atoms`` (hydrogen apart) of 6,000 substances."""
    import chemicals

    folder = Path(chemicals.__file__).parent
    points = pd.read_csv(folder / POINTS, sep="\t").set_index("CAS")["Tm"]
    written: dict[str, str] = {}
    for name in NAMES:
        with (folder / f"Identifiers/chemical identifiers {name}.tsv").open(encoding="utf-8") as lines:
            for line in lines:
                _, number, _, _, smiles, _ = line.split("\t", 5)
                if number in points.index:
                    written.setdefault(number, smiles)
    rows, known = [], set()
    for place in np.random.default_rng(0).permutation(len(points)):
        number = str(points.index[place])
        molecule = read(written.get(number, ""))
        if molecule is None or "." in written[number] or molecule.GetNumAtoms() > MOST:
            continue
        group = skeleton(molecule)
        if group in known or not any(atom.GetAtomicNum() == 6 for atom in molecule.GetAtoms()):
            continue
        known.add(group)
        atoms = molecule.GetNumAtoms()
        rows.append((number, group, canonical(molecule), round(float(points.iloc[place]), 2), atoms))
        if len(rows) == NUMBER:
            break
    examples = pd.DataFrame(sorted(rows), columns=["id", "group", "smiles", "target", "atoms"])
    examples.insert(1, "sha256", row_digests(examples))
    provenance = Provenance(
        title="Melting points of 6,000 organic substances",
        kind="real",
        source="Jean-Claude Bradley Open Melting Point Dataset, and SMILES from PubChem; both come with the package "
        "chemicals (OpenNotebook Melting Points.tsv, chemical identifiers)",
        licence="the melting points are CC0; PubChem's names are in the public domain; the package is MIT",
        citation="Bradley, Williams & Lang 2014, Jean-Claude Bradley Open Melting Point Dataset, figshare; "
        "Bell et al. 2016-, Chemical properties component of ChEDL; Kim et al. 2016, PubChem Substance and Compound "
        "databases, Nucleic Acids Research 44",
        notes="Drawn by chance from 11,549 substances. Left out: what has no SMILES, no carbon, several "
        "parts (salts), or more than 40 atoms beside hydrogen, and, of stereoisomers, all but one. The values are "
        "medians of what suppliers and books report; where a handbook has the same substance, half of them "
        "agree within 0.5 K, and 2 % differ by more than 20 K. Molecules of the same family are in training and test: "
        "scores are for new members of known families; set data.scaffolds for new ring systems.",
    )
    return examples, provenance


def melting_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToEqual(value=NUMBER),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^\d+-\d\d-\d$"),
        gxe.ExpectColumnValuesToMatchRegex(column="smiles", regex=r"^[A-Za-z0-9@+\-\[\]()=#$/\\%:]+$"),
        gxe.ExpectColumnValuesToBeUnique(column="smiles"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^[A-Z]{14}$"),
        gxe.ExpectColumnValuesToNotBeNull(column="target"),
        gxe.ExpectColumnValuesToBeBetween(column="target", min_value=60, max_value=900),
        gxe.ExpectColumnValuesToBeBetween(column="atoms", min_value=1, max_value=MOST),
    ]
