"""What must hold for this task's outliers, stand-ins, measures and detectors."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import average_precision_score, roc_auc_score, roc_curve

from lab.contract import Batch
from lab.data.splitting import split
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.settings import SplitSettings
from lab.tasks.anomaly_detection import problem
from lab.tasks.anomaly_detection.baseline import Autoencoder
from lab.tasks.anomaly_detection.detection import detection, threshold
from lab.tasks.anomaly_detection.detector import Detector, altered, corners
from lab.tasks.anomaly_detection.novel import ContrastiveNeighbours


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    table, _ = problem.collect(folder, DataSettings.model_validate({"held_out": [9]}))
    table.to_parquet(folder / "examples.parquet", index=False)
    return folder


def loaded(raw: Path, most: int = 200) -> dict[str, Batch]:
    table = pd.read_parquet(raw / "examples.parquet")
    where = split(table, SplitSettings(validation=0.15, test=0.25, seed=0), problem.stratify)
    ids = {str(name): rows["id"].sample(most, random_state=0).tolist() for name, rows in table.groupby(where)}
    return cast(dict[str, Batch], problem.load(raw, ids))


def detectors(examples: Batch) -> list[Detector]:
    torch.manual_seed(0)
    return [Autoencoder(examples, width=32, code=8), ContrastiveNeighbours(examples, 4, augment=0.1, temperature=0.2)]


def test_no_outlier_is_learnt_from_or_chosen_by(raw: Path) -> None:
    found = loaded(raw)
    shares = {name: part["outlier"].float().mean().item() for name, part in found.items()}
    assert shares["train"] == shares["validation"] == 0
    assert 0.2 < shares["test"] < 0.45


@pytest.mark.parametrize(("held_out", "told"), [(["9", "x"], "no class x"), (list(range(10)), "all classes")])
def test_outliers_that_leave_nothing_to_tell_apart_are_told(tmp_path: Path, held_out: list, told: str) -> None:
    with pytest.raises(UserError, match=rf"data\.held_out: .*{told}"):
        problem.collect(tmp_path, DataSettings.model_validate({"held_out": held_out}))


def test_what_stands_in_for_outliers_is_a_picture_with_a_patch_of_it_in_another_place(raw: Path) -> None:
    found = loaded(raw)
    assert torch.equal(found["train"]["altered"], found["train"]["picture"])
    picture, changed = found["validation"]["picture"], found["validation"]["altered"]
    assert (picture != changed).flatten(1).any(dim=1).float().mean().item() > 0.95
    numbered = torch.arange(80.0).view(1, 1, 8, 10).repeat(50, 1, 1, 1)
    places = corners(50, 8, 10, seed=1)
    seen = altered(numbered, places)
    for one, ((down, across), (to, beside)) in zip(seen, places.tolist(), strict=True):
        assert torch.equal(
            one[0, to : to + 4, beside : beside + 5], numbered[0, 0, down : down + 4, across : across + 5]
        )
        assert (one != numbered[0]).sum().item() == (20 if [down, across] != [to, beside] else 0)
    assert {0, 4} <= set(places[..., 0].unique().tolist()) <= set(range(5))
    assert {0, 5} <= set(places[..., 1].unique().tolist()) <= set(range(6))
    assert altered(torch.rand(1, 3, 5, 7), corners(1, 5, 7, seed=0)).shape == (1, 3, 5, 7)


def test_measures_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    outlier = random.random(400) < 0.2
    score = (random.normal(size=400) + outlier).round(1)  # with equal scores
    found = detection(outlier, score)
    assert found["auroc"] == pytest.approx(roc_auc_score(outlier, score))
    assert found["average_precision"] == pytest.approx(average_precision_score(outlier, score))
    alarms, hits, _ = roc_curve(outlier, score, drop_intermediate=False)
    assert found["false_alarms"] == pytest.approx(100 * alarms[hits >= 0.95].min())
    assert (score[outlier] >= threshold(outlier, score)).mean() >= 0.95
    assert 100 * (score[~outlier] >= threshold(outlier, score)).mean() == pytest.approx(found["false_alarms"])


def test_validation_is_scored_by_stand_ins_and_test_by_outliers_alone() -> None:
    rows = {"outlier": [0, 0, 0, 0], "anomaly_score": [1.0, 2.0, 3.0, 4.0], "altered_score": [5.0, 6.0, 7.0, 0.0]}
    validation = pd.DataFrame(rows).assign(split="validation")
    assert problem.score(validation)["auroc"] == 12 / 16
    test = validation.assign(split="test", outlier=[0, 0, 1, 0])
    assert problem.score(test)["auroc"] == pytest.approx(2 / 3)
    assert np.isnan(problem.score(validation.assign(split="test"))["auroc"])


def test_each_detector_learns_that_a_new_kind_of_picture_is_unusual(raw: Path) -> None:
    """Of pictures with strokes and noise: whoever has learnt strokes finds noise unusual."""
    pictures = loaded(raw)["train"]["picture"]
    noise = pictures.flatten(1)[:, torch.randperm(784)].view_as(pictures)
    for method in detectors({"picture": pictures[:150]}):
        optimizer = torch.optim.Adam(method.parameters(), lr=0.01)
        for step in range(40):
            optimizer.zero_grad()
            method.train().loss({"picture": pictures[step % 3 * 50 : step % 3 * 50 + 50]})["loss"].backward()
            optimizer.step()
        method.eval()
        with torch.no_grad():
            scores = method.predict({"picture": pictures[150:], "altered": noise[150:]})
        both = torch.cat([scores["anomaly_score"], scores["altered_score"]]).numpy()
        assert roc_auc_score(np.repeat([0, 1], 50), both) > 0.85, type(method)


def test_the_neighbours_are_those_of_the_weights_of_now(raw: Path) -> None:
    """A picture of training is its own neighbour, before and after other weights are loaded."""
    pictures = loaded(raw, 60)["train"]["picture"]
    method = detectors({"picture": pictures})[1].eval()
    other = ContrastiveNeighbours({"picture": pictures}, 4, augment=0.1, temperature=0.2).eval()
    with torch.no_grad():
        torch.testing.assert_close(method.unusual(pictures), torch.zeros(60), atol=1e-5, rtol=0)
        before = method.unusual(pictures.flip(3))
        method.load_state_dict(other.state_dict())
        method.eval()
        torch.testing.assert_close(method.unusual(pictures), torch.zeros(60), atol=1e-5, rtol=0)
        torch.testing.assert_close(method.unusual(pictures.flip(3)), other.unusual(pictures.flip(3)))
    assert not torch.allclose(before, method.unusual(pictures.flip(3)))
    assert not any("pictures" in name for name in method.state_dict())


def test_pictures_of_any_size_and_colour_are_judged() -> None:
    for shape in ((3, 20, 33), (1, 4, 4), (3, 64, 64)):
        batch = {"picture": torch.rand(12, *shape), "altered": torch.rand(12, *shape)}
        for method in detectors(batch):
            assert torch.isfinite(method.loss(batch)["loss"])
            assert method.eval().predict(batch)["anomaly_score"].shape == (12,)
