"""What must hold for this task's pictures, depth maps, scores and methods, whatever the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from lab.contract import Batch
from lab.data import picture_maps
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.depth_estimation import problem
from lab.tasks.depth_estimation.baseline import EncoderDecoder
from lab.tasks.depth_estimation.depths import read_depth
from lab.tasks.depth_estimation.motorcycle import BLOCK, MARGIN, SIDE, corners, metres
from lab.tasks.depth_estimation.network import DepthNetwork, mirrored
from lab.tasks.depth_estimation.novel import MultiScale
from lab.training.sanity import learn

METHODS = (EncoderDecoder, MultiScale)


def test_depth_follows_from_the_cameras() -> None:
    """A point at depth Z moves by f·B/Z pixels, less the offset of the second camera's middle."""
    truth = np.array([[2.0, 5.0]])
    disparity = 994.978 * 0.193001 / truth - 31.086
    found = metres(np.append(disparity, [[np.inf, np.nan]], axis=1))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found[0, :2], truth[0], rtol=1e-6)
    assert np.isnan(found[0, 2:]).all()


def test_no_pixel_is_in_two_pieces_and_squares_do_not_touch() -> None:
    owner = np.full((500, 741), -1)
    names: dict[str, int] = {}
    for top, left, group in corners(*owner.shape):
        here = np.s_[top : top + SIDE, left : left + SIDE]
        assert owner[here].shape == (SIDE, SIDE)
        assert (owner[here] == -1).all()
        owner[here] = names.setdefault(group, len(names))
    assert len(names) == (500 // BLOCK) * (741 // BLOCK)
    for gap in range(1, 2 * MARGIN + 1):
        for one, other in ((owner[gap:], owner[:-gap]), (owner[:, gap:], owner[:, :-gap])):
            assert not ((one != other) & (one >= 0) & (other >= 0)).any()


def test_score_is_that_of_all_known_pixels_together() -> None:
    random = np.random.default_rng(0)
    truth, drawn = random.uniform(1, 5, (2, 30, 50))
    truth[random.random(truth.shape) < 0.3] = np.nan
    truth[3] = np.nan
    drawn[0, 0] = -1.0
    found = problem.score(problem.measure(pd.DataFrame({"depth": list(truth), "predicted": list(drawn)})))
    assert list(found) == [metric.name for metric in problem.metrics]
    known = ~np.isnan(truth)
    wanted, said = truth[known], drawn[known]
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((wanted - said) ** 2)))
    assert found["abs_rel"] == pytest.approx(100 * np.mean(np.abs(wanted - said) / wanted))
    ratio = np.where(said > 0, np.maximum(wanted / said, said / wanted), np.inf)
    assert found["delta_1"] == pytest.approx(100 * np.mean(ratio < 1.25))


def batch_of(number: int = 8, height: int = 37, width: int = 50) -> Batch:
    rows = torch.tensor([[0.0, 1.0]]).repeat(number, 1)
    depth = 2 + torch.rand(number, height, width)
    return {"picture": torch.rand(number, 3, height, width), "depth": depth, "rows": rows}


@pytest.mark.parametrize("method", METHODS)
def test_unknown_pixels_are_not_learnt_and_answers_stay_in_reach(method: type[DepthNetwork]) -> None:
    torch.manual_seed(0)
    batch = batch_of()
    network = method(batch, width=4, depth=3).eval()  # type: ignore[call-arg]
    assert network.loss(batch)["loss"].item() == pytest.approx(1, abs=1)
    half = batch | {"depth": batch["depth"].clone()}
    half["depth"][4:] = torch.nan
    alone = {name: values[:4] for name, values in batch.items()}
    for name, value in network.loss(half).items():
        assert value.item() == pytest.approx(network.loss(alone)[name].item(), rel=1e-4)
    nobody = network.loss(batch | {"depth": torch.full_like(batch["depth"], torch.nan)})["loss"]
    nobody.backward()
    assert nobody.item() == 0
    assert all(torch.isfinite(values.grad).all() for values in network.parameters() if values.grad is not None)
    for values in network.parameters():
        values.data *= 30
    answer = network.predict(batch)["predicted"]
    assert answer.shape == (8, 37, 50)
    assert batch["depth"].min() <= answer.min() <= answer.max() <= batch["depth"].max()
    assert network.loss(batch)["rmse"].item() > 0.1


def test_pictures_and_depths_are_mirrored_together() -> None:
    torch.manual_seed(0)
    batch = batch_of(40)
    found = mirrored(batch | {"depth": batch["picture"][:, 0]})
    torch.testing.assert_close(found["picture"][:, 0], found["depth"])
    turned = (found["picture"] != batch["picture"]).flatten(1).any(dim=1)
    assert 10 < turned.sum() < 30
    torch.testing.assert_close(found["picture"][turned].flip(-1), batch["picture"][turned])


@pytest.mark.parametrize("method", METHODS)
def test_the_row_of_a_piece_is_told(method: type[DepthNetwork]) -> None:
    """Grey pieces alike, whose depth is where they were cut: only their rows can tell."""
    torch.manual_seed(0)
    top = torch.rand(32) * 0.9
    depth = (5 - 3 * top)[:, None, None].expand(-1, 16, 16)
    batch = {"picture": torch.rand(32, 1, 16, 16), "depth": depth, "rows": torch.stack([top, top + 0.1], dim=1)}
    network = method(batch, width=4, depth=2)  # type: ignore[call-arg]
    learn(network, batch, 60, 0.02)
    assert network.loss(batch)["rmse"] < 0.35 * depth.std()
    elsewhere = batch | {"rows": batch["rows"].flip(0)}
    assert network.loss(elsewhere)["rmse"] > 0.7 * depth.std()


def test_only_skip_connections_tell_single_pixels() -> None:
    torch.manual_seed(0)
    batch = batch_of(16, 32, 32)
    batch["depth"] = 2 + (batch["picture"][:, 0] > 0.5).float()
    errors = []
    for method in METHODS:
        network = method(batch, width=4, depth=2)
        learn(network, batch, 60, 0.02)
        errors.append(network.loss(batch)["rmse"].item())
    assert errors[1] < 0.25 < 0.4 < errors[0]


def test_depth_maps_of_many_kinds_are_read(tmp_path: Path) -> None:
    values = np.array([[0, 1500, 40_000], [65_535, 7, 1]], np.uint16)
    wanted = np.array([[np.nan, 1.5, 40], [np.nan, 0.007, 0.001]], np.float32)
    Image.fromarray(values).save(tmp_path / "depth.png")
    np.save(tmp_path / "depth.npy", np.where(values == 0, np.nan, values.astype(float)))
    for name in ("depth.png", "depth.npy"):
        found = read_depth(tmp_path / name, scale=0.001, unknown=65_535)
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wanted, rtol=1e-6)
    np.save(tmp_path / "strange.npy", np.array([[-1.0, np.inf, 2.0]]))
    np.testing.assert_array_equal(read_depth(tmp_path / "strange.npy"), [[np.nan, np.nan, 2]])


def make(folder: Path, number: int = 24) -> dict[str, Any]:
    """Rooms of many sizes: what is bright is near, some grey, some in colour; the settings for them."""
    random = np.random.default_rng(0)
    for row in range(number):
        height, width = random.integers(40, 90, 2)
        y, x = np.mgrid[:height, :width]
        disc = (y - height / 2) ** 2 + (x - width / 2 - random.integers(-6, 6)) ** 2 < random.integers(10, 16) ** 2
        shade = (np.where(disc, 200, 60) + random.integers(-20, 20, disc.shape)).astype(np.uint8)
        depth = np.where(disc, 1000, 3000)
        depth[0] = 0
        for place in ("圖 pictures", "depths"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        picture = shade if row % 2 else np.stack([shade] * 3, axis=2)
        Image.fromarray(picture).save(folder / "圖 pictures" / f"房 {row:02d}.{('png', 'jpg')[row % 3 % 2]}")
        if row % 4:
            Image.fromarray(depth.astype(np.uint16)).save(folder / "depths" / f"房 {row:02d}.png")
        else:
            np.save(folder / "depths" / f"房 {row:02d}.npy", depth.astype(float))
    return {"source": "folder", "path": str(folder), "size": 29, "pictures": "圖 pictures", "scale": 0.001, "unit": "m"}


def test_own_pictures_and_depths_train_by_settings_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = DataSettings(**make(tmp_path / "own"))
    table, _ = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    maps = np.load(tmp_path / "maps.npy")
    assert maps.shape == (24, 29, 29)
    assert set(np.unique(maps[np.isfinite(maps)])) == {1, 3}
    assert {rule.column for rule in problem.expectations(table, options)[1:]} >= set(table) - {"id", "sha256"}  # type: ignore[attr-defined]
    train, test = table["id"][:16].tolist(), table["id"][16:].tolist()
    examples = cast(dict[str, Batch], problem.load(tmp_path, {"train": train, "test": test}))
    assert examples["test"]["rows"].tolist() == [[0, 1]] * 8
    for method in METHODS:
        torch.manual_seed(0)
        network = method(examples["train"], width=4, depth=2)
        learn(network, examples["train"], 60, 0.02)
        assert network.loss(examples["test"])["rmse"] < 0.5, method  # 0.8 of the mean depth
    monkeypatch.setattr(picture_maps, "MEMORY", 1)
    lazy = problem.load(tmp_path, {"train": train[::-1]})["train"]
    assert isinstance(lazy, picture_maps.PictureMaps)
    for name in ("picture", "depth", "rows"):
        torch.testing.assert_close(lazy[0][name], examples["train"][name][-1], equal_nan=True)
    assert MultiScale(lazy, width=4, depth=2).predict(examples["test"])["predicted"].shape == (8, 29, 29)


@pytest.mark.parametrize(
    ("spoil", "given", "said"),
    [
        (lambda folder: (folder / "depths/房 03.png").unlink(), {}, "1 of 24 files of 圖 pictures have none .* 房 03"),
        (lambda folder: Image.new("I;16", (20, 30)).save(folder / "depths/房 03.png"), {}, r"房 03.png \(20 × 30 pix"),
        (lambda folder: Image.new("RGB", (20, 30)).save(folder / "depths/房 03.png"), {}, "it has colours"),
        (lambda folder: (folder / "depths/房 03.png").rename(folder / "depths/房 03.jpg"), {}, "smears depth"),
        (lambda folder: (folder / "depths/房 04.npy").write_bytes(b"x"), {}, r"房 04.npy"),
        (lambda folder: np.save(folder / "depths/房 04.npy", np.ones(3)), {}, "numbers of shape"),
        (lambda folder: None, {"scale": "mm"}, "data.scale: 'mm' must be a number above 0"),
        (lambda folder: None, {"unknown": "none"}, "data.unknown: 'none' must be a number"),
        (lambda folder: None, {"depth": "depths"}, "data.depth: unknown key: did you mean 'depths'"),
    ],
)
def test_a_mistake_in_own_depths_is_told_in_one_line(tmp_path: Path, spoil: Any, given: dict, said: str) -> None:
    settings = make(tmp_path / "own")
    spoil(tmp_path / "own")
    with pytest.raises(UserError, match=said) as caught:
        problem.collect(tmp_path, DataSettings(**(settings | given)))
    assert "\n" not in str(caught.value)
