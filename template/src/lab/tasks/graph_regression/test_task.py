"""What must hold for this task's molecules, graphs and methods, whatever the data."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pandas as pd
import pytest
import torch
from rdkit import Chem

from lab.console import localised
from lab.contract import Batch, Method
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.graph_regression import problem
from lab.tasks.graph_regression.baseline import Perceptron
from lab.tasks.graph_regression.molecules import canonical, descriptors, graphs, read, scaffold, skeleton
from lab.tasks.graph_regression.novel import MessagePassing
from lab.training.sanity import learn

SOME = ["CCO", "c1ccccc1", "CC(=O)Oc1ccccc1C(=O)O", "C[N+](C)(C)CCO", "FC(F)(F)C1CC1", "N#N", "C", "OS(=O)(=O)O"]


@pytest.fixture
def batch() -> Batch:
    return graphs(SOME) | {"target": torch.linspace(100, 500, len(SOME))}


def methods(examples: Batch) -> list[Method]:
    torch.manual_seed(0)
    return [Perceptron(examples, width=32, dropout=0.1), MessagePassing(examples, width=16, steps=3, dropout=0.1)]


def test_graphs_are_those_of_the_molecules(batch: Batch) -> None:
    assert (batch["atoms"][:, :, 0] > 0).sum(dim=1).tolist() == [3, 6, 13, 7, 7, 2, 1, 5]
    ethanol = (batch["atoms"][0], batch["neighbours"][0], batch["bonds"][0])
    assert ethanol[0][:3, 0].tolist() == [6, 6, 8]
    assert sorted(ethanol[1][1][ethanol[2][1] > 0].tolist()) == [0, 2]  # the middle carbon has two neighbours
    assert (batch["bonds"][1][batch["bonds"][1] > 0] == 8).all()  # benzene: aromatic, in a ring
    assert (batch["bonds"][:, :, 0] > 0).sum(dim=1)[6] == 0  # methane has no bond


def test_predictions_do_not_depend_on_how_a_molecule_is_written_or_who_else_is_there(batch: Batch) -> None:
    aspirin = Chem.MolFromSmiles(SOME[2])
    written = [Chem.MolToSmiles(aspirin, rootedAtAtom=atom, canonical=False) for atom in range(13)]
    alone = graphs([SOME[2]])
    for method in methods(batch):
        first = method.eval().predict(alone)["predicted"]
        torch.testing.assert_close(method.predict(graphs(written))["predicted"], first.expand(13))
        torch.testing.assert_close(method.predict(batch)["predicted"][2:3], first)


def test_a_molecule_knows_which_bond_is_where() -> None:
    """Ortho, meta and para: the same atoms, told apart by message passing over enough bonds."""
    isomers = graphs(["Oc1ccccc1Cl", "Oc1cccc(Cl)c1", "Oc1ccc(Cl)cc1"]) | {"target": torch.tensor([1.0, 2.0, 3.0])}
    predicted = methods(isomers)[1].eval().predict(isomers)["predicted"]
    assert predicted.unique().numel() == 3


def test_loss_starts_near_that_of_guessing_the_mean(batch: Batch) -> None:
    target = (batch["target"] - batch["target"].mean()) / batch["target"].std()
    for method in methods(batch):
        assert method.eval().loss(batch)["loss"].item() == pytest.approx(target.abs().mean().item(), abs=0.4)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CC(=O)O", "CC(=O)[O-].[Na+]", True),  # an acid and its salt
        ("NCCc1ccccc1", "Cl.NCCc1ccccc1", True),
        ("C/C=C/C", "C/C=C\\C", True),  # stereoisomers
        ("OCC", "CCO", True),
        ("Oc1ccccc1Cl", "Oc1ccc(Cl)cc1", False),
        ("CCO", "CCN", False),
    ],
)
def test_a_substance_has_one_skeleton(one: str, other: str, same: bool) -> None:
    assert (skeleton(read(one)) == skeleton(read(other))) is same


def test_scaffolds_are_ring_systems() -> None:
    assert scaffold(read("Cc1ccccc1")) == scaffold(read("OC(=O)c1ccccc1CC")) == "c1ccccc1"
    assert scaffold(read("CCO")) != scaffold(read("CCN"))
    assert descriptors(SOME).drop(columns="skeleton").notna().all(axis=None)


def test_own_molecules_train_by_settings_alone(tmp_path: Path) -> None:
    """A table with Chinese names, salts, another unit, and a gap."""
    chains = ["C" * size + end for size in range(1, 16) for end in ("O", "N", "C(=O)O", "C(=O)[O-].[Na+]")]
    table = pd.DataFrame({"名稱": [f"分子 {row}" for row in range(len(chains))], "結構": chains})
    table["溶解度"] = [f"{-len(chain) / 2:.2f}" for chain in chains]
    table.loc[3, "溶解度"] = None
    table["註"] = "某人量的"
    table.to_csv(tmp_path / "分子.csv", index=False)
    options = DataSettings.model_validate(
        {
            "source": "table",
            "path": str(tmp_path / "分子.csv"),
            "columns": {"text": "結構", "target": "溶解度", "id": "名稱"},
            "unit": "log mol/L",
        }
    )
    examples, source = problem.collect(tmp_path, options)
    examples.to_parquet(tmp_path / "examples.parquet")
    assert len(examples) == 59
    assert localised("1 rows without target are left out") in source.notes
    acid = examples.set_index("smiles").loc[[canonical(read("CCC(=O)O")), canonical(read("CCC(=O)[O-].[Na+]"))]]
    assert acid["group"].nunique() == 1
    assert {rule.column for rule in problem.expectations(examples, options) if hasattr(rule, "column")} >= set(
        examples
    ) - {"id", "sha256", "group"}
    ids = examples["id"].tolist()
    found = cast(dict[str, Batch], problem.load(tmp_path, {"train": ids[::2], "test": ids[1::2]}))
    for method in methods(found["train"]):
        learn(method, found["train"], 100)
        assert method.eval().loss(found["train"])["loss"] < 0.3, type(method)
        assert method.loss(found["test"])["loss"] < 0.85, type(method)  # the mean gives 0.88


def test_a_group_of_the_team_and_a_skeleton_are_both_kept_together() -> None:
    examples = pd.DataFrame({"id": list("abcd"), "group": ["1", "2", "2", "3"]})
    examples["smiles"] = ["CCO", "OCC", "CCN", "CCC"]
    found = problem.grouped(examples, skeleton)["group"].tolist()
    assert found[0] == found[1] == found[2] != found[3]


def test_what_is_no_molecule_is_named(tmp_path: Path) -> None:
    pd.DataFrame({"s": ["CCO", "benzene", "c1cc"], "y": [1, 2, 3]}).to_csv(tmp_path / "t.csv", index=False)
    given = {"source": "table", "path": str(tmp_path / "t.csv"), "columns": {"text": "s", "target": "y"}}
    with pytest.raises(UserError, match="2 of 3 molecules cannot be read: benzene, c1cc"):
        problem.collect(tmp_path, DataSettings.model_validate(given))
