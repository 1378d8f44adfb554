"""What must hold for this task's judge and methods, whatever the data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from torch import Tensor

from lab.contract import Batch, Method
from lab.data.digit_scenes import GROUPS
from lab.data_settings import DataSettings
from lab.diffusion import denoise, velocity_loss
from lab.errors import UserError
from lab.sentences import Vocabulary, characters
from lab.tasks.text_to_image import problem
from lab.tasks.text_to_image.baseline import ConditionalAutoencoder
from lab.tasks.text_to_image.judge import judged, read_judge, train_judge
from lab.tasks.text_to_image.networks import Colours
from lab.tasks.text_to_image.novel import GuidedDiffusion
from lab.training.sanity import learn


def squares(number: int = 64) -> tuple[np.ndarray, list[str]]:
    """Grey squares on the left or on the right, none like another, and what is said of them."""
    pictures, random = np.zeros((number, 24, 24), np.uint8), np.random.default_rng(0)
    for row in range(number):
        y, x = random.integers(0, 13), random.integers(0, 3) + (13 if row % 2 else 0)
        pictures[row, y : y + 9, x : x + 9] = 255
    sides = ["right" if row % 2 else "left" for row in range(number)]
    return pictures, [f"a square on the {side}\n{side} it is" for side in sides]


def told(number: int = 64) -> Batch:
    pictures, captions = squares(number)
    lines = [line for text in captions for line in text.splitlines()]
    return {
        "picture": torch.from_numpy(pictures).unsqueeze(1),
        "caption": characters(captions),
        "tokens": Vocabulary.learn(lines).encode(lines, 7).view(number, 2, 7),
        "noise": torch.randn(number, 64, generator=torch.Generator().manual_seed(0)),
        "guidance": torch.full((number,), -1.0),
    }


def methods(examples: Batch) -> list[Method]:
    torch.manual_seed(0)
    shared: dict[str, Any] = {"channels": 8, "code": 8, "text": 16}
    drawn: dict[str, Any] = {"blur": 0.1, "draws": 4, "untold": 0.2, "guidance": 2.0, "steps": 10}
    return [
        ConditionalAutoencoder(examples, **shared, hidden=64, latent=8),
        GuidedDiffusion(examples, **shared, width=32, layers=2, **drawn),
    ]


def predicted(batch: Batch, sample: Tensor | None = None) -> pd.DataFrame:
    columns = {"picture": batch["picture"].flatten(1), "caption": batch["caption"]}
    columns["sample"] = columns["picture"] if sample is None else sample
    return pd.DataFrame({name: list(values.numpy()) for name, values in columns.items()})


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    raw = tmp_path_factory.mktemp("judge")
    train_judge(*squares(200), raw, scenes=False)
    return raw


def test_the_judge_finds_what_is_there_and_nothing_else(judge: Path) -> None:
    frame = predicted(told())
    assert read_judge(judge).knows == ["left", "right"]  # what all sentences say tells nothing
    assert np.mean([so for one in judged(frame, "sample", judge)[1] for _, so in one]) > 0.95
    others = frame.assign(sample=[*frame["sample"][1:], frame["sample"][0]])
    assert np.mean([so for one in judged(others, "sample", judge)[1] for _, so in one]) < 0.05


def test_scores_are_those_of_what_was_drawn(judge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problem, "RAW", judge)
    frame = predicted(told())
    assert problem.score(problem.measure(frame)) == pytest.approx({"agreement": 100, "frechet_distance": 0}, abs=1e-6)
    alone = problem.score(problem.measure(frame).head(1))  # as the report asks of each example
    assert alone["agreement"] == 100
    assert np.isnan(alone["frechet_distance"])
    blank = frame.assign(sample=[np.zeros(576, np.uint8)] * len(frame))
    worse = problem.score(problem.measure(blank))
    assert worse["agreement"] <= 50
    assert worse["frechet_distance"] > 1


def test_what_is_learnt_is_drawn_and_guidance_is_towards_the_sentence(
    judge: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problem, "RAW", judge)
    examples = told()
    for method in methods(examples):
        learn(method, examples, 300, 0.005)
        with torch.no_grad():
            asked = {name: value for name, value in examples.items() if name not in problem.targets}
            sample = method.eval().predict(asked)["sample"]
            assert sample.dtype == torch.uint8
            score = problem.score(problem.measure(predicted(examples, sample)))
            assert score["agreement"] > 75, (type(method), score)  # a coin has 50
            # Two sentences, one noise: without guidance the sentence is not heard.
            same = asked | {"noise": asked["noise"][:1].expand(64, -1), "guidance": torch.zeros(64)}
            drawn = method.predict(same)["sample"].float()
            assert (drawn[0] - drawn[1]).abs().max() < 2 or isinstance(method, ConditionalAutoencoder)
            drawn = method.predict(same | {"guidance": torch.ones(64)})["sample"].float()
            assert (drawn[0] - drawn[1]).abs().max() > 100


def test_noise_is_taken_away_by_the_right_guess() -> None:
    code = torch.randn(5, 3)

    def right(mixture: Tensor, angle: Tensor) -> Tensor:
        noise = (mixture - angle.cos()[:, None] * code) / angle.sin()[:, None]
        return angle.cos()[:, None] * noise - angle.sin()[:, None] * code

    assert velocity_loss(right, code).item() == pytest.approx(0, abs=1e-4)
    assert torch.allclose(denoise(right, torch.randn(5, 3), steps=7), code, atol=1e-4)
    first = methods(told())[1].train().loss(told())
    assert first["diffusion"].item() == pytest.approx(1, abs=0.2)  # of guessing 0: codes and noise have variance 1


def test_no_method_sees_what_the_judge_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[range] = []

    def draw(number: int, groups: range, seed: int) -> tuple[np.ndarray, list[dict[str, Any]]]:
        asked.append(groups)
        pictures = np.zeros((8, 40, 40, 3), np.uint8)
        pictures[:, :9, :9] = pictures[:, 30:, 30:] = 255
        return pictures, [{"caption": "two large red twos"}] * 8

    def collect(raw: Path, groups: range) -> tuple[pd.DataFrame, Any]:
        asked.append(groups)
        return pd.DataFrame(), problem.Provenance("a", "made", "b", "c", "d", "Notes.")

    monkeypatch.setattr(problem, "draw_scenes", draw)
    monkeypatch.setattr(problem, "collect_scenes", collect)
    _, source = problem.collect(tmp_path, DataSettings())
    assert sorted(number for groups in asked for number in groups) == list(range(GROUPS))
    assert source.notes.startswith("Notes. A judge was trained on 4,000 more scenes")


def test_of_own_pictures_a_fifth_is_for_the_judge(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese captions, pictures of one group together, the same picture twice in the table."""
    rows = []
    pictures, _ = squares(60)
    for row, picture in enumerate(pictures):
        Image.fromarray(picture).convert("RGB").resize((50, 40)).save(tmp_path / f"圖 {row}.png")
        side = "右" if row % 2 else "左"
        rows += [{"圖": f"圖 {row}.png", "說明": f"方塊在{side}邊。", "袋": f"袋 {row // 4}"}] * (1 + row % 2)
    pd.DataFrame(rows).to_csv(tmp_path / "說明.csv", index=False)
    given: dict[str, Any] = {"source": "table", "path": str(tmp_path / "說明.csv"), "size": 24}
    given["columns"] = {"file": "圖", "target": "說明", "group": "袋"}
    table, source = problem.collect(tmp_path, DataSettings.model_validate(given))
    table.to_parquet(tmp_path / "examples.parquet")
    kept = np.load(tmp_path / "pictures.npy")
    assert kept.shape == (48, 24, 24, 3)
    assert len(table) == 48
    assert table["group"].nunique() == 12
    assert "trained on 12 of the pictures" in source.notes
    assert read_judge(tmp_path).knows == ["右", "左"]
    monkeypatch.setattr(problem, "RAW", tmp_path)
    ids = {
        "train": table["id"][:24].tolist(),
        "validation": table["id"][24:36].tolist(),
        "test": table["id"][36:].tolist(),
    }
    examples: Any = problem.load(tmp_path, ids)
    assert len(examples["guidance"]["tokens"]) == 12 * len(problem.SCALES)
    assert examples["guidance"]["guidance"][: len(problem.SCALES)].tolist() == list(problem.SCALES)
    assert (examples["test"]["guidance"] < 0).all()
    remembered = problem.references(tmp_path, ids)["nearest_sentence"]["sample"]
    assert remembered.shape == (12, 3 * 24 * 24)
    bright = remembered.reshape(12, 3, 24, 24).mean(axis=(1, 2))
    right = table["caption"][36:].str.contains("右").to_numpy()
    assert ((bright[:, 12:].sum(axis=1) > bright[:, :12].sum(axis=1)) == right).all()
    with pytest.raises(UserError, match="must be a multiple of 8"):
        problem.collect(tmp_path, DataSettings.model_validate(given | {"size": 20}))


def test_loss_of_the_autoencoder_is_that_of_a_known_code() -> None:
    """Of a code that says nothing, the divergence is 0; of a grey everywhere, the error is the variance, which is 1."""
    examples = told()
    method: Any = methods(examples)[0].eval()
    last = [module for module in method.decoder.modules() if isinstance(module, torch.nn.ConvTranspose2d)][-1]
    for value in (*method.cloud[-1].parameters(), *last.parameters()):
        torch.nn.init.zeros_(value)
    found = method.loss(examples)
    assert found["divergence"].item() == pytest.approx(0)
    assert found["reconstruction"].item() == pytest.approx(24 * 24 / 0.2, rel=1e-3)


def test_colours_vary_by_themselves_and_come_back() -> None:
    random = torch.Generator().manual_seed(0)
    bright = torch.randint(0, 200, (50, 1, 8, 8), generator=random)
    picture = (bright + torch.randint(0, 50, (50, 3, 8, 8), generator=random)).to(torch.uint8)
    colours = Colours({"picture": picture})
    values = colours(picture)
    assert torch.allclose(torch.cov(values.movedim(1, 0).flatten(1)), torch.eye(3), atol=1e-2)
    assert (colours.pixels(values).float() - picture.flatten(1)).abs().max() <= 1
