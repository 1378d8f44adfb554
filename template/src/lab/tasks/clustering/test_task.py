"""What must hold for this task's labels, measures, clusters and methods."""

from __future__ import annotations

import math
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

from lab.contract import Batch
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.clustering import problem
from lab.tasks.clustering.agreement import agreement, matched
from lab.tasks.clustering.baseline import DenoisingAutoencoder
from lab.tasks.clustering.clusterer import Clusterer
from lab.tasks.clustering.novel import DeepCluster, whitened


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Batch]:
    raw = tmp_path_factory.mktemp("raw")
    table, _ = problem.collect(raw, DataSettings.model_validate({"clusters": 7}))
    table.to_parquet(raw / "examples.parquet", index=False)
    ids = table["id"].sample(400, random_state=0).tolist()
    return cast(
        dict[str, Batch], problem.load(raw, {"train": ids[:300], "validation": ids[300:350], "test": ids[350:]})
    )


def methods(examples: Batch) -> list[Clusterer]:
    torch.manual_seed(0)
    drawing = DenoisingAutoencoder(examples, width=4, hidden=16, augment=0.1)
    return [drawing, DeepCluster(examples, width=4, pseudo_classes=12, every=2, augment=0.1)]


def trained(method: Clusterer, examples: Batch, epochs: int, most: int = 300) -> None:
    optimizer = torch.optim.Adam(method.parameters(), lr=0.01)
    for _ in range(epochs):
        for rows in torch.randperm(len(examples["row"])).split(100)[: most // 100]:
            optimizer.zero_grad()
            batch = {name: value[rows] for name, value in examples.items() if name != "label"}
            method.train().loss(batch)["loss"].backward()
            optimizer.step()


def test_no_label_is_known_in_training(found: dict[str, Batch]) -> None:
    assert (found["train"]["label"] == -1).all()
    assert found["validation"]["label"].unique().numel() > 5
    assert (found["test"]["clusters"] == 7).all()


def test_methods_learn_and_choose_the_same_without_labels(found: dict[str, Batch]) -> None:
    """A batch without the key would be an error for whoever reads it; another label changes nothing."""
    results = []
    for label in (found["train"]["label"], torch.arange(300) % 10):
        examples = {**found["train"], "label": label}
        for method in methods(examples):
            trained(method, examples, epochs=1)
            torch.manual_seed(1)
            validated = method.eval().validate({"picture": found["validation"]["picture"]})
            results.append([method.predict({"picture": found["test"]["picture"]})["cluster"], *validated.values()])
    for first, second in zip(results[:2], results[2:], strict=True):
        for one, other in zip(first, second, strict=True):
            assert torch.equal(one, other)


def test_measures_are_those_of_scikit_learn_and_names_of_clusters_do_not_matter() -> None:
    random = np.random.default_rng(0)
    label = random.integers(5, size=300)
    cluster = np.where(random.random(300) < 0.6, label, random.integers(8, size=300))
    result = agreement(label, cluster)
    assert result["nmi"] == pytest.approx(normalized_mutual_info_score(label, cluster))
    assert result["ari"] == pytest.approx(adjusted_rand_score(label, cluster))
    assert agreement(label, random.permutation(8)[cluster]) == pytest.approx(result)
    assert agreement(label, (label + 2) % 5) == pytest.approx({"nmi": 1, "ari": 1, "accuracy": 100})
    alone = agreement(label, np.zeros(300, int))
    assert (alone["nmi"], alone["ari"]) == (0, 0)
    assert alone["accuracy"] == pytest.approx(100 * np.bincount(label).max() / 300)
    assert np.isnan(agreement(label * 0, cluster)["nmi"])


def test_each_class_names_one_cluster_even_if_two_would_like_it() -> None:
    label, cluster = np.array([0, 0, 0, 0, 0, 1]), np.array([0, 0, 0, 1, 1, 1])
    assert matched(label, cluster) == {0: 0, 1: 1}
    assert agreement(label, cluster)["accuracy"] == pytest.approx(100 * 4 / 6)


@pytest.mark.parametrize("clusters", [1, "ten", 501, 2.5])
def test_a_number_of_clusters_that_makes_no_sense_is_told(tmp_path: Path, clusters: object) -> None:
    with pytest.raises(UserError, match=r"data\.clusters: .*: it must be a number from 2 to 500"):
        problem.collect(tmp_path, DataSettings.model_validate({"clusters": clusters}))


def test_as_many_clusters_are_made_as_asked_for_and_the_nearest_is_told(found: dict[str, Batch]) -> None:
    for method in methods(found["train"]):
        method.eval()
        answer = method.predict({"picture": found["train"]["picture"]})
        assert answer["cluster"].unique().numel() == 7
        torch.testing.assert_close(answer["feature"].norm(dim=1), torch.ones(300))
        assert method.centres is not None
        torch.testing.assert_close(torch.cdist(answer["feature"], method.centres).amin(dim=1), answer["distance"])
        before = method.centres
        method.load_state_dict(
            methods(found["test"] | {"clusters": found["train"]["clusters"]})[0].state_dict(), strict=False
        )
        method.eval()
        assert method.centres is not before, "centres of other weights"


def test_pseudo_labels_are_found_anew_after_so_many_epochs_and_told_apart(found: dict[str, Batch]) -> None:
    method = cast(DeepCluster, methods(found["train"])[1])
    batch = {name: value[:100] for name, value in found["train"].items()}
    method.train().loss(batch)
    first = method.pseudo_label.clone()
    assert first[method.rows].unique().numel() == 12
    trained(method, found["train"], epochs=1)
    assert torch.equal(method.pseudo_label, first)
    assert int(method.seen) == 400
    trained(method, found["train"], epochs=2)
    assert not torch.equal(method.pseudo_label, first)
    assert method.training


def test_an_interrupted_training_goes_on_with_its_pseudo_labels(found: dict[str, Batch]) -> None:
    first, second = (cast(DeepCluster, methods(found["train"])[1]) for _ in range(2))
    trained(first, found["train"], epochs=1)
    second.load_state_dict(first.state_dict())
    assert torch.equal(first.pseudo_label, second.pseudo_label)
    assert torch.equal(first.seen, second.seen)
    assert "pictures" not in first.state_dict()


def test_whitened_features_are_uncorrelated_and_vary_alike() -> None:
    torch.manual_seed(0)
    features = torch.randn(5000, 6) @ torch.randn(6, 6) + 3
    covariance = torch.cov((whitened(features) * 6**0.5).T)
    torch.testing.assert_close(covariance, torch.eye(6), atol=0.06, rtol=0)


def test_pseudo_labels_are_learnt_from_their_own_pictures(found: dict[str, Batch]) -> None:
    """All are equally likely at first; labels of other pictures could not be learnt so fast."""
    torch.manual_seed(0)
    method = DeepCluster(found["train"], width=8, pseudo_classes=6, every=99, augment=0.0)
    assert method.train().loss(found["train"])["loss"].item() == pytest.approx(math.log(6), abs=1e-4)
    trained(method, found["train"], epochs=15)
    assert method.loss(found["train"])["accuracy"] > 0.8


def test_score_gives_every_metric() -> None:
    frame = pd.DataFrame({"label": [0, 0, 1, 1], "cluster": [3, 3, 0, 0]})
    assert problem.score(frame) == {"nmi": pytest.approx(1), "ari": pytest.approx(1), "accuracy": 100}
    assert set(problem.score(frame)) == {metric.name for metric in problem.metrics}
