"""Molecules as RDKit reads them from SMILES: their identity, what is known of them, and their graphs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
import torch
from rdkit import Chem, rdBase
from rdkit.Chem import GraphDescriptors, rdFingerprintGenerator, rdMolDescriptors
from rdkit.Chem.Scaffolds import MurckoScaffold

from lab.contract import Batch

rdBase.DisableLog("rdApp.*")  # what is wrong with a molecule is told once, in one line

BITS = 1024
"""Places of a fingerprint."""
ATOM_KINDS = {"element": 119, "neighbours": 8, "charge": 7, "hydrogens": 6, "hybridization": 9, "in ring": 4}
"""What is told of each atom, and how many values it may have; 0 is no atom."""
BOND_KINDS = 9
"""No bond; single, double, triple, aromatic, each in a ring or not."""
BONDS = {
    Chem.BondType.SINGLE: 0,
    Chem.BondType.DOUBLE: 1,
    Chem.BondType.TRIPLE: 2,
    Chem.BondType.AROMATIC: 3,
}


def read(smiles: str) -> Any:
    """The molecule; None if it is none."""
    molecule = Chem.MolFromSmiles(smiles.strip()) if smiles.strip() else None
    return molecule if molecule is not None and molecule.GetNumAtoms() else None


def canonical(molecule: Any) -> str:
    """One way of writing for each molecule."""
    return Chem.MolToSmiles(molecule)


def skeleton(molecule: Any) -> str:
    """The same for a substance, its salts, its stereoisomers and most of its tautomers: InChIKey's first block."""
    parts = Chem.GetMolFrags(molecule, asMols=True, sanitizeFrags=False)
    largest = max(parts, key=lambda part: (part.GetNumAtoms(), Chem.MolToSmiles(part)))
    return Chem.MolToInchiKey(largest)[:14] or Chem.MolToSmiles(largest, isomericSmiles=False)


def scaffold(molecule: Any) -> str:
    """Its rings and what links them (Bemis & Murcko 1996); of a molecule without rings its skeleton."""
    rings = MurckoScaffold.MurckoScaffoldSmiles(mol=molecule, includeChirality=False)
    return rings or skeleton(molecule)


def descriptors(smiles: Iterable[str]) -> pd.DataFrame:
    """Figures of each molecule by which chemists compare them, and its skeleton, which few share."""
    known: dict[str, Callable[[Any], float]] = {
        "weight": rdMolDescriptors.CalcExactMolWt,
        "logp": lambda molecule: rdMolDescriptors.CalcCrippenDescriptors(molecule)[0],
        "polar_area": rdMolDescriptors.CalcTPSA,
        "donors": rdMolDescriptors.CalcNumHBD,
        "acceptors": rdMolDescriptors.CalcNumHBA,
        "rotatable": rdMolDescriptors.CalcNumRotatableBonds,
        "rings": rdMolDescriptors.CalcNumRings,
        "saturated": rdMolDescriptors.CalcFractionCSP3,
        "branching": GraphDescriptors.BalabanJ,
        "chains": rdMolDescriptors.CalcChi4n,
    }
    molecules = [Chem.MolFromSmiles(text) for text in smiles]
    table = {name: [float(figure(molecule)) for molecule in molecules] for name, figure in known.items()}
    figures = pd.DataFrame(table).replace([np.inf, -np.inf], np.nan)
    return figures.assign(skeleton=[skeleton(molecule) for molecule in molecules])


def graphs(smiles: Sequence[str]) -> Batch:
    """The graphs of molecules, filled up with 0 to those of the largest one.

    ``atoms``: (n, most atoms, kinds), see ``ATOM_KINDS``. ``neighbours``: (n, most atoms, most neighbours), the places
    of the atoms that each is bound to; ``bonds``: the kinds of these bonds, 0 where there is none.
    ``fingerprint``: (n, BITS), how often each group of atoms occurs, by a hash of its atoms two bonds around
    (Rogers & Hahn 2010).
    """
    molecules = [Chem.MolFromSmiles(text) for text in smiles]
    most = max(molecule.GetNumAtoms() for molecule in molecules)
    degree = max(atom.GetDegree() for molecule in molecules for atom in molecule.GetAtoms())
    atoms = np.zeros((len(molecules), most, len(ATOM_KINDS)), np.int16)
    neighbours = np.zeros((len(molecules), most, max(degree, 1)), np.int16)
    bonds = np.zeros_like(neighbours)
    fingerprint = np.zeros((len(molecules), BITS), np.uint8)
    generator = rdFingerprintGenerator.GetMorganGenerator(radius=2, fpSize=BITS)
    for row, molecule in enumerate(molecules):
        for place, atom in enumerate(molecule.GetAtoms()):
            atoms[row, place] = of_atom(atom)
            for number, bond in enumerate(atom.GetBonds()):
                neighbours[row, place, number] = bond.GetOtherAtomIdx(place)
                bonds[row, place, number] = 1 + 2 * BONDS.get(bond.GetBondType(), 0) + bond.IsInRing()
        fingerprint[row] = generator.GetCountFingerprintAsNumPy(molecule).clip(max=255)
    found = {"atoms": atoms, "neighbours": neighbours, "bonds": bonds, "fingerprint": fingerprint}
    return {name: torch.from_numpy(array) for name, array in found.items()}


def of_atom(atom: Any) -> tuple[int, ...]:
    ring = 0 if not atom.IsInRing() else 1 if atom.IsInRingSize(5) else 2 if atom.IsInRingSize(6) else 3
    return (
        atom.GetAtomicNum() or 118,  # a place for "any atom" that no element needs
        min(atom.GetDegree(), 7),
        int(np.clip(atom.GetFormalCharge(), -3, 3)) + 3,
        min(atom.GetTotalNumHs(), 5),
        min(int(atom.GetHybridization()), 8),
        ring,
    )
