"""What must hold for this task's pictures, masks, scores and methods, whatever the data."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from sklearn.metrics import accuracy_score, f1_score, jaccard_score

from lab.contract import Batch
from lab.data import picture_maps
from lab.data.picture_maps import UNKNOWN
from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.tasks.image_segmentation import problem
from lab.tasks.image_segmentation.baseline import EncoderDecoder
from lab.tasks.image_segmentation.masks import read_mask
from lab.tasks.image_segmentation.novel import UNet
from lab.tasks.image_segmentation.scenes import CELL, SIDE, compose, piece
from lab.training.sanity import learn

METHODS = (EncoderDecoder, UNet)


def test_a_mask_is_where_the_ink_and_the_grounds_are() -> None:
    random = np.random.default_rng(0)
    bar = np.zeros((28, 28), np.uint8)
    bar[4:24, 10:18] = 255
    for _ in range(20):
        grounds = [np.full((SIDE, SIDE), 100.0), np.full((SIDE, SIDE), 140.0)]
        picture, classes = compose(grounds, np.array([2, 0]), np.stack([bar, bar]), random)
        assert set(np.unique(classes)) == {0, 2, 3}
        assert min((classes == number).mean() for number in (0, 2)) > 0.05
        assert (classes == 3).sum() > 100
        assert (picture[classes == 2] == 100).mean() > 0.9
        assert (picture[classes == 0] == 140).mean() > 0.9
        assert np.isin(picture[classes == 3], (100, 140)).mean() < 0.1


def test_a_piece_of_ground_stays_in_its_square() -> None:
    photograph = np.arange(4 * CELL * 4 * CELL).reshape(4 * CELL, 4 * CELL)
    random = np.random.default_rng(0)
    for _ in range(50):
        row, column = random.integers(0, 4, 2)
        cut = piece(photograph, row, column, random).astype(int)
        assert cut.shape == (SIDE, SIDE)
        assert (cut // (4 * CELL) // CELL == row).all()
        assert (cut % (4 * CELL) // CELL == column).all()


def test_score_is_that_of_all_known_pixels_together() -> None:
    random = np.random.default_rng(0)
    truth, drawn = random.integers(0, 4, (2, 30, 50)).astype(np.uint8)
    drawn[:, :25] = truth[:, :25]
    truth[:, ::7] = UNKNOWN
    truth[drawn == 3] = np.where(
        truth[drawn == 3] == 3, 0, truth[drawn == 3]
    )  # a class that is only ever drawn wrongly
    frame = pd.DataFrame({"mask": list(truth), "predicted": list(drawn)})
    found = problem.score(problem.measure(frame))
    known = truth != UNKNOWN
    assert list(found) == [metric.name for metric in problem.metrics]
    assert found["mean_iou"] == pytest.approx(100 * jaccard_score(truth[known], drawn[known], average="macro"))
    assert found["mean_dice"] == pytest.approx(100 * f1_score(truth[known], drawn[known], average="macro"))
    assert found["pixel_accuracy"] == pytest.approx(100 * accuracy_score(truth[known], drawn[known]))


@pytest.mark.parametrize("method", METHODS)
def test_loss_starts_where_all_classes_are_equally_likely_and_unknown_pixels_do_not_count(method: type) -> None:
    torch.manual_seed(0)
    batch = {"picture": torch.rand(8, 3, 37, 50), "mask": torch.randint(0, 6, (8, 37, 50), dtype=torch.uint8)}
    network = method(batch, width=4, depth=3).eval()
    first = network.loss(batch)
    assert first["loss"].item() == pytest.approx(math.log(6), abs=0.4)
    assert network.predict(batch)["predicted"].shape == (8, 37, 50)
    half = batch | {"mask": batch["mask"].clone()}
    half["mask"][4:] = UNKNOWN
    alone = {name: values[:4] for name, values in batch.items()}
    for name, value in network.loss(half).items():
        assert value.item() == pytest.approx(network.loss(alone)[name].item(), rel=1e-5)
    nobody = {"picture": batch["picture"], "mask": torch.full_like(batch["mask"], UNKNOWN)}
    assert network.loss(nobody)["loss"].item() == 0


def test_only_the_u_net_sees_single_pixels_when_it_draws() -> None:
    """A checkerboard of single pixels is gone once the picture is halved by means: only skip connections tell it."""
    torch.manual_seed(0)
    board = (torch.arange(32)[:, None] + torch.arange(32)) % 2
    batch = {"picture": torch.rand(16, 1, 32, 32), "mask": torch.zeros(16, 32, 32, dtype=torch.uint8)}
    batch["picture"] = (batch["picture"] > 0.5).float() * board + (batch["picture"] <= 0.5).float() * 0.5
    batch["mask"][batch["picture"][:, 0] == 1] = 1
    accuracy = []
    for method in METHODS:
        network = method(batch, width=4, depth=2)
        learn(network, batch, 40, 0.02)
        accuracy.append(network.loss(batch)["pixel_accuracy"].item())
    assert accuracy[1] > 0.98 > 0.95 > accuracy[0]


def test_masks_of_any_mode_are_read(tmp_path: Path) -> None:
    values = np.array([[0, 1, 2], [2, 1, 0]], np.uint8)
    path = tmp_path / "mask.png"
    Image.fromarray(values).save(path)
    assert np.array_equal(read_mask(path), values)
    Image.fromarray(values.astype(np.uint16) * 1000).save(path)
    assert np.array_equal(read_mask(path), values.astype(int) * 1000)
    palette = Image.fromarray(values)
    palette.putpalette([10, 20, 30, 200, 0, 0, 0, 0, 255])
    assert palette.mode == "P"
    palette.save(path)
    assert np.array_equal(read_mask(path), values)
    Image.fromarray(values > 1).save(path)
    assert set(np.unique(read_mask(path))) == {0, 1}
    Image.fromarray(np.array([[[255, 0, 0], [7, 7, 7]]], np.uint8)).save(path)
    assert read_mask(path).tolist() == [[256 + 0xFF0000, 7]]
    Image.fromarray(values).save(tmp_path / "mask.jpg")
    with pytest.raises(UserError, match="PNG"):
        read_mask(tmp_path / "mask.jpg")


def make(folder: Path, number: int = 24) -> dict[str, Any]:
    """Bright discs on dark grounds of many sizes, some grey, some in colour; the settings for them."""
    random = np.random.default_rng(0)
    for row in range(number):
        height, width = random.integers(40, 90, 2)
        y, x = np.mgrid[:height, :width]
        disc = (y - height / 2) ** 2 + (x - width / 2 - random.integers(-6, 6)) ** 2 < random.integers(10, 16) ** 2
        shade = np.where(disc, 200, 60) + random.integers(-20, 20, disc.shape)
        name = f"葉 {row:02d}"
        for place in ("圖 pictures", "masks"):
            (folder / place).mkdir(parents=True, exist_ok=True)
        picture = shade.astype(np.uint8) if row % 2 else np.stack([shade.astype(np.uint8)] * 3, axis=2)
        Image.fromarray(picture).save(folder / "圖 pictures" / f"{name}.{('png', 'jpg')[row % 3 % 2]}")
        mask = np.where(disc, 255, 0).astype(np.uint8)
        mask[0] = 99
        Image.fromarray(mask).save(folder / "masks" / f"{name}.png")
    return {"source": "folder", "path": str(folder), "size": 29, "pictures": "圖 pictures", "unknown": 99}


def test_own_pictures_and_masks_train_by_settings_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    options = DataSettings(**make(tmp_path / "own") | {"classes": {0: "ground", 255: "葉"}})
    table, _ = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    maps = np.load(tmp_path / "maps.npy")
    assert maps.shape == (24, 29, 29)
    assert set(np.unique(maps)) <= {0, 1, UNKNOWN}
    assert problem.names_of(tmp_path) == ["ground", "葉"]
    assert {rule.column for rule in problem.expectations(table, options)[1:]} >= set(table) - {"id", "sha256"}  # type: ignore[attr-defined]
    train, test = table["id"][:16].tolist(), table["id"][16:].tolist()
    examples = cast(dict[str, Batch], problem.load(tmp_path, {"train": train, "test": test}))
    for method in METHODS:
        torch.manual_seed(0)
        network = method(examples["train"], width=4, depth=2)
        learn(network, examples["train"], 30, 0.02)
        assert network.loss(examples["test"])["pixel_accuracy"] > 0.92, method  # 0.88 are ground
    monkeypatch.setattr(picture_maps, "MEMORY", 1)
    lazy = problem.load(tmp_path, {"train": train[::-1]})["train"]
    assert isinstance(lazy, picture_maps.PictureMaps)
    for name in ("picture", "mask"):
        torch.testing.assert_close(lazy[0][name], examples["train"][name][-1])
    assert UNet(lazy, width=4, depth=2).predict(examples["test"])["predicted"].shape == (8, 29, 29)


@pytest.mark.parametrize(
    ("spoil", "given", "said"),
    [
        (lambda folder: (folder / "masks/葉 03.png").unlink(), {}, "1 of 24 files of 圖 pictures have none .* 葉 03"),
        (lambda folder: next((folder / "圖 pictures").glob("葉 03.*")).unlink(), {}, "1 of 24 files of masks .* 葉 03"),
        (
            lambda folder: Image.new("L", (20, 30)).save(folder / "masks/葉 03.png"),
            {},
            r"葉 03.png \(20 × 30 pixels, its",
        ),
        (lambda folder: (folder / "masks/葉 03.png").write_bytes(b"x"), {}, r"masks/葉 03.png \(no picture\)"),
        (lambda folder: None, {"classes": {0: "ground", 1: "leaf"}}, "does not name 255, which is in 24 masks"),
        (lambda folder: None, {"classes": {0: "ground", "red": "leaf"}}, "'red' is no value of a mask"),
        (
            lambda folder: None,
            {"masks": "labels"},
            "needs the folders 圖 pictures and labels; there is masks, 圖 pictures",
        ),
        (lambda folder: None, {"mask": "labels"}, "data.mask: unknown key: did you mean 'masks'"),
    ],
)
def test_a_mistake_in_own_masks_is_told_in_one_line(tmp_path: Path, spoil: Any, given: dict, said: str) -> None:
    settings = make(tmp_path / "own")
    spoil(tmp_path / "own")
    with pytest.raises(UserError, match=said) as caught:
        problem.collect(tmp_path, DataSettings(**(settings | given)))
    assert "\n" not in str(caught.value)
