"""What must hold for this task's pictures, holes, scores and methods, whatever the data."""

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
from lab.tasks.inpainting import problem
from lab.tasks.inpainting.baseline import Autoencoder
from lab.tasks.inpainting.holes import SHAPES, draw_holes
from lab.tasks.inpainting.network import Filler
from lab.tasks.inpainting.novel import UNet
from lab.training.sanity import learn

METHODS: tuple[tuple[type[Filler], dict[str, int]], ...] = (
    (Autoencoder, {"latent": 16, "width": 128}),
    (UNet, {"width": 8, "depth": 2}),
)


def is_block(hole: np.ndarray) -> bool:
    return bool(hole.sum() == hole.any(axis=0).sum() * hole.any(axis=1).sum())


@pytest.mark.parametrize(("height", "width"), [(28, 28), (64, 40), (9, 9)])
def test_holes_take_turns_and_leave_something_to_see(height: int, width: int) -> None:
    holes, kinds = draw_holes(200, height, width)
    assert holes.shape == (200, height, width)
    assert holes.dtype == np.uint8
    assert kinds[:3] == ["block", "lines", "block"]
    removed = holes.mean(axis=(1, 2))
    assert 0.02 < removed.min() < removed.max() < 0.8
    assert len({hole.tobytes() for hole in holes}) > 100
    np.testing.assert_array_equal(holes, draw_holes(200, height, width)[0])
    assert all(is_block(hole) for hole in holes[::2])


def pairs(number: int = 24, side: int = 12, channels: int = 1) -> Batch:
    """Pictures of one line each, which ends at the edges: what is hidden follows from what is seen."""
    random = np.random.default_rng(0)
    y, x = np.mgrid[:side, :side]
    pictures = np.zeros((number, channels, side, side), np.float32)
    for one in pictures:
        slope, middle = random.uniform(-0.7, 0.7), random.uniform(0.3, 0.7) * side
        one[:] = np.abs(y - middle - slope * (x - side / 2)) < 1.2
    holes = torch.from_numpy(draw_holes(number, side, side)[0])
    return problem.removed({"picture": torch.from_numpy(pictures), "hole": holes})


def test_what_is_removed_is_in_the_truth_alone() -> None:
    picture = torch.rand(2, 3, 9, 9) + 0.1
    hole = torch.zeros(2, 9, 9, dtype=torch.uint8)
    hole[:, 2:4] = 1
    found = problem.removed({"picture": picture, "hole": hole})
    assert set(found) == {"seen", "hole", "truth"}
    assert (found["seen"][:, :, 2:4] == 0).all()
    torch.testing.assert_close(torch.where(found["truth"].isnan(), found["seen"], found["truth"]), picture)
    assert found["truth"].isnan().sum() == 2 * 3 * 7 * 9


@pytest.mark.parametrize(("method", "options"), METHODS)
def test_what_is_seen_stays_and_what_is_hidden_is_not_known(method: type[Filler], options: dict[str, int]) -> None:
    torch.manual_seed(0)
    batch = pairs(channels=3, side=13)
    network = method(batch, **options).eval()  # type: ignore[call-arg]
    given = {name: batch[name] for name in ("seen", "hole")}
    filled = network.predict(given)["filled"]
    assert filled.shape == batch["seen"].shape
    seen = (batch["hole"] == 0).expand_as(filled)
    torch.testing.assert_close(filled[seen], batch["seen"][seen])
    assert (filled[~seen] > 0).all()
    told = network.loss(batch)
    error = (filled - torch.where(seen, batch["seen"], batch["truth"]))[~seen].square().mean()
    assert told["psnr"].item() == pytest.approx(-10 * np.log10(error.item()), abs=1e-3)


@pytest.mark.parametrize(("method", "options"), METHODS)
def test_holes_go_round_in_training_alone(
    method: type[Filler], options: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(0)
    batch, asked = pairs(), []
    network = method(batch, **options)  # type: ignore[call-arg]
    answer = network.logits

    def listen(seen: torch.Tensor, hole: torch.Tensor) -> torch.Tensor:
        asked.append((seen, hole))
        return answer(seen, hole)

    monkeypatch.setattr(network, "logits", listen)
    network.train().loss(batch)
    network.eval().loss(batch)
    (shown, turned), (_, own) = asked
    assert (own == batch["hole"]).all()
    assert (turned != own).flatten(1).any(dim=1).sum() > 12
    assert {one.numpy().tobytes() for one in turned} == {one.numpy().tobytes() for one in own}
    whole = torch.where(batch["truth"].isnan(), batch["seen"], batch["truth"])
    torch.testing.assert_close(shown, whole * (1 - turned))


@pytest.mark.parametrize(("method", "options"), METHODS)
def test_what_is_hidden_is_learnt(method: type[Filler], options: dict[str, int]) -> None:
    torch.manual_seed(0)
    batch = pairs()
    network = method(batch, **options)  # type: ignore[call-arg]
    learn(network, batch, 120)
    assert network.eval().loss(batch)["psnr"] > 12  # all grey has 6 dB


def test_score_is_that_of_the_removed_pixels() -> None:
    random = np.random.default_rng(0)
    whole, drawn = random.uniform(0, 1, (2, 40, 3, 10, 10))
    hole = np.broadcast_to(random.random((40, 1, 10, 10)) < 0.3, whole.shape)
    filled, truth = np.where(hole, drawn, whole), np.where(hole, whole, np.nan)

    def score(values: np.ndarray) -> dict[str, float]:
        columns = {"truth": truth, "filled": values}
        return problem.score(problem.measure(pd.DataFrame({k: list(v.reshape(40, -1)) for k, v in columns.items()})))

    found = score(filled)
    assert list(found) == [metric.name for metric in problem.metrics]
    assert found["psnr"] == pytest.approx(-10 * np.log10(np.mean((whole - drawn)[hole] ** 2)), rel=1e-5)
    right = score(whole)
    assert right["psnr"] == pytest.approx(100)
    assert right["ssim"] == pytest.approx(1)
    near = score(np.where(hole, 0.9 * whole + 0.05, whole))
    assert found["ssim"] < 0.8 < near["ssim"] < 1
    truth = np.where(np.indices(whole.shape)[-2:].max(axis=0) < 3, whole, np.nan)  # a corner alone
    assert score(np.where(np.isnan(truth), whole, 1 - whole))["ssim"] < 0.5


def make(folder: Path, number: int = 60, masks: bool = False) -> dict[str, Any]:
    """Pictures of many sizes with a bright disc, some grey, some in colour; masks of a bar."""
    random = np.random.default_rng(0)
    for row in range(number):
        height, width = random.integers(20, 60, 2)
        y, x = np.mgrid[:height, :width]
        disc = (y - height / 2) ** 2 + (x - width / 2) ** 2 < random.integers(5, 9) ** 2
        shade = (np.where(disc, 220, 40) + random.integers(-20, 20, disc.shape)).astype(np.uint8)
        place = folder / ("圖 pictures" if masks else "")
        place.mkdir(parents=True, exist_ok=True)
        picture = shade if row % 2 else np.stack([shade, shade // 2, shade], axis=2)
        Image.fromarray(picture).save(place / f"像 {row:02d}.{('png', 'jpg')[row % 3 % 2]}")
        if masks:
            (folder / "破洞").mkdir(parents=True, exist_ok=True)
            hole = np.where(np.abs(y - height / 2) < 4, 255, 0).astype(np.uint8)
            Image.fromarray(hole).convert("1" if row % 2 else "RGB").save(folder / "破洞" / f"像 {row:02d}.png")
    more = {"pictures": "圖 pictures", "holes": "破洞"} if masks else {}
    return {"source": "folder", "path": str(folder), "size": 15, **more}


def make_table(folder: Path) -> dict[str, Any]:
    """The same pictures, named by a table that tells which belong together; holes are drawn."""
    make(folder)
    files = sorted(path.name for path in folder.iterdir())
    pd.DataFrame({"圖": files, "place": [name[2] for name in files]}).to_csv(folder / "表.csv", index=False)
    return {"source": "table", "path": str(folder / "表.csv"), "size": 15, "columns": {"file": "圖", "group": "place"}}


@pytest.mark.parametrize("kind", ["drawn", "masks", "table"])
def test_own_pictures_train_by_settings_alone(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    own, masks = tmp_path / "own", kind == "masks"
    options = DataSettings(**(make_table(own) if kind == "table" else make(own, masks=masks)))
    table, origin = problem.collect(tmp_path, options)
    table.to_parquet(tmp_path / "examples.parquet")
    assert ("drawn by chance" in origin.notes) != masks
    assert ("group" in table) == (kind == "table")
    assert np.load(tmp_path / "pictures.npy").shape == (60, 15, 15, 3)
    assert set(table["hole"]) == ({"own"} if masks else set(SHAPES))
    holes = np.load(tmp_path / "maps.npy")
    np.testing.assert_allclose(table["removed"], holes.mean(axis=(1, 2)))
    assert set(np.unique(holes)) == {0, 1}
    assert holes.mean() < 0.5  # white is what is removed
    assert all(is_block(hole) for hole in holes[table["hole"] == "block"])
    judged = {getattr(rule, "column", "") for rule in problem.expectations(table, options)}
    assert judged >= set(table) - {"id", "sha256", "group"}
    train = table["id"].tolist()
    examples = cast(dict[str, Batch], problem.load(tmp_path, {"train": train}))
    for method, settings in METHODS:
        network = method(examples["train"], **settings)  # type: ignore[call-arg]
        assert network.predict(examples["train"])["filled"].shape == (60, 3, 15, 15)
    monkeypatch.setattr(picture_maps, "MEMORY", 1)
    lazy = problem.load(tmp_path, {"train": train[::-1]})["train"]
    assert isinstance(lazy, picture_maps.PictureMaps)
    for name, values in examples["train"].items():
        torch.testing.assert_close(lazy[0][name], values[-1], equal_nan=True)
    assert problem.contents(tmp_path, table).maps is None


@pytest.mark.parametrize(
    ("spoil", "given", "said"),
    [
        (lambda folder: (folder / "破洞/像 03.png").unlink(), {}, "1 of 60 files of 圖 pictures have none .* 像 03"),
        (lambda folder: Image.new("L", (20, 30), 255).save(folder / "破洞/像 03.png"), {}, "all of it is white"),
        (lambda folder: Image.new("L", (20, 30)).save(folder / "破洞/像 03.png"), {}, "nothing in it is white"),
        (lambda folder: (folder / "破洞/像 04.png").write_bytes(b"x"), {}, r"像 04.png"),
        (lambda folder: None, {"holes": None}, "data.holes is not set"),
        (lambda folder: None, {"hols": "破洞"}, "data.hols: unknown key: did you mean 'holes'"),
        (lambda folder: None, {"size": 4}, "no square of 8 or more: set data.size"),
    ],
)
def test_a_mistake_in_own_holes_is_told_in_one_line(tmp_path: Path, spoil: Any, given: dict, said: str) -> None:
    settings = make(tmp_path / "own", masks=True)
    spoil(tmp_path / "own")
    with pytest.raises(UserError, match=said) as caught:
        problem.collect(tmp_path, DataSettings(**(settings | given)))
    assert "\n" not in str(caught.value)
