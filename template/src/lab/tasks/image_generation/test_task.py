"""What must hold for this task's measures and methods, whatever the data."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from torch import nn

from lab.comparison.generated_pictures import frechet_distance, within_manifold
from lab.contract import Batch
from lab.data.pictures import square
from lab.diffusion import velocity_loss
from lab.errors import UserError
from lab.tasks.image_generation import problem
from lab.tasks.image_generation.baseline import VariationalAutoencoder
from lab.tasks.image_generation.features import features, other_digits
from lab.tasks.image_generation.gan import AdversarialNetworks
from lab.tasks.image_generation.novel import LatentDiffusion


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {"image": torch.rand(16, 1, 28, 28), "noise": torch.randn(16, 1, 28, 28)}


@pytest.fixture
def points() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(400, 8)) @ np.diag(np.arange(1.0, 9.0))


def test_frechet_distance_has_its_closed_forms(points: np.ndarray) -> None:
    assert frechet_distance(points, points) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(points, points + 3) == pytest.approx(8 * 3**2)
    centred = points - points.mean(axis=0)
    variance = centred.var(axis=0, ddof=1).sum()
    assert frechet_distance(centred, 1.5 * centred) == pytest.approx(0.5**2 * variance)
    assert frechet_distance(centred, 0 * centred) == pytest.approx(variance)


def test_precision_and_recall_at_their_extremes(points: np.ndarray) -> None:
    assert within_manifold(points, points).all()
    assert not within_manifold(points + 1000, points).any()
    collapsed = points[:1] + np.random.default_rng(1).normal(scale=1e-3, size=points.shape)
    assert within_manifold(collapsed, points).all()
    assert within_manifold(points, collapsed).mean() < 0.02


def test_features_see_what_eyes_see() -> None:
    pictures, labels = (part.numpy() for part in other_digits())
    one, other = features(pictures[::2]), features(pictures[1::2])
    real = frechet_distance(one, other)
    blurred = (pictures + np.roll(pictures, 1, axis=2) + np.roll(pictures, 1, axis=3)) / 3
    assert real < 0.25 * frechet_distance(one, features(blurred[1::2]))
    assert real < 0.25 * frechet_distance(one, features(pictures[labels < 5]))


@pytest.mark.parametrize("count", [2, 3, 5])
def test_few_pictures_are_measured_and_shown_too(count: int) -> None:
    pictures = list(other_digits()[0].float().flatten(1).numpy()[:count])
    table = pd.DataFrame({"image": pictures, "sample": pictures[::-1], "split": "test"})
    found = problem.score(problem.measure(table))
    assert 0 <= found["frechet_distance"] < 1e-4  # rounding is of that size: eigenvalues of a few hundred
    assert found["precision"] == found["recall"] == 1
    way = pd.DataFrame({"image": pictures[:1] * 45, "sample": pictures[:1] * 45, "split": "interpolation"})
    shown = problem.figures({"novel": pd.concat([table, way])})
    assert all(axes.images for each in shown.values() for axes in each.figure.axes)
    with pytest.raises(UserError, match="1 pictures has no spread"):
        problem.measure(table[:1])


def test_score_measures_pictures() -> None:
    pictures = list(other_digits()[0].float().flatten(1).numpy()[:300])
    predictions = pd.DataFrame({"id": range(300), "image": pictures, "sample": pictures})
    found = problem.score(problem.measure(predictions))
    assert list(found) == [metric.name for metric in problem.metrics]
    assert found == pytest.approx({"frechet_distance": 0, "precision": 1, "recall": 1}, abs=1e-9)


def test_autoencoder_starts_at_the_loss_of_one_who_knows_nothing(batch: Batch) -> None:
    found = VariationalAutoencoder(batch, latent=4, width=64).loss(batch)
    grey = batch["image"]
    known = (torch.special.entr(grey) + torch.special.entr(1 - grey)).sum() / len(grey)
    assert found["reconstruction"].item() == pytest.approx(784 * math.log(2) - known.item(), rel=0.02)
    assert found["divergence"].item() < 1
    assert found["loss"].item() == pytest.approx((found["reconstruction"] + found["divergence"]).item())


def test_autoencoder_divergence_is_that_of_normal_distributions(batch: Batch) -> None:
    method = VariationalAutoencoder(batch, latent=4, width=64)
    mean, log_variance = method.encoder(batch["image"]).chunk(2, dim=1)
    code = torch.distributions.Normal(mean, torch.exp(log_variance / 2))
    expected = torch.distributions.kl_divergence(code, torch.distributions.Normal(0.0, 1.0)).sum() / 16
    assert method.loss(batch)["divergence"].item() == pytest.approx(expected.item(), rel=1e-4)


DIFFUSION: dict[str, Any] = {"latent": 4, "width": 32, "blur": 0.2, "draws": 2, "steps": 3}


def test_diffusion_starts_at_the_loss_of_one_who_guesses_zero(batch: Batch) -> None:
    code = torch.randn(4096, 4) * 2
    expected = 0.5 * (1 + code.square().mean())  # of v², at angles even from 0° to 90°
    found = velocity_loss(LatentDiffusion(batch, **DIFFUSION).denoiser, code)
    assert found.item() == pytest.approx(expected.item(), rel=0.03)


def test_diffusion_moves_no_code(batch: Batch) -> None:
    method = LatentDiffusion(batch, **DIFFUSION)
    nn.init.normal_(next(method.denoiser.leave[2].parameters()))
    found = method.loss(batch)["diffusion"]
    slopes = torch.autograd.grad(found, [*method.parameters()], allow_unused=True)
    moved = {name for (name, _), slope in zip(method.named_parameters(), slopes, strict=True) if slope is not None}
    assert moved == {name for name, _ in method.named_parameters() if name.startswith("denoiser.")}


def test_diffusion_keeps_its_last_epoch(batch: Batch) -> None:
    assert set(LatentDiffusion(batch, **DIFFUSION).validate(batch)) == {"reconstruction", "diffusion"}


@pytest.mark.parametrize("steps", [1, 7])
def test_diffusion_with_a_perfect_denoiser_finds_the_only_code(batch: Batch, steps: int) -> None:
    code = torch.tensor([[0.5, -1.0, 2.0, 0.0]])

    class Perfect(nn.Module):
        def forward(self, mixture: torch.Tensor, angle: torch.Tensor) -> torch.Tensor:
            cosine, sine = angle.cos()[:, None], angle.sin()[:, None]
            return cosine * (mixture - cosine * code) / sine - sine * code

    method = LatentDiffusion(batch, **(DIFFUSION | {"steps": steps}))
    method.denoiser = Perfect()  # type: ignore[assignment]
    drawn = method.predict({"noise": batch["noise"]})["sample"]
    torch.testing.assert_close(drawn, torch.sigmoid(method.decoder(code)).expand_as(drawn), atol=1e-5, rtol=0)


@pytest.mark.parametrize(
    ("method", "options"),
    [
        (VariationalAutoencoder, {"latent": 4, "width": 32}),
        (LatentDiffusion, DIFFUSION),
        (AdversarialNetworks, {"latent": 4, "width": 8, "penalty": 1.0}),
    ],
)
def test_a_drawing_follows_from_its_noise_alone(batch: Batch, method: type, options: dict) -> None:
    torch.manual_seed(1)
    model = method(batch, **options)
    for value in model.parameters():
        nn.init.normal_(value, std=0.1)  # layers that start at zero would hide the noise
    model.eval()
    drawn = model.predict({"noise": batch["noise"]})["sample"]
    assert drawn.shape == (16, 1, 28, 28)
    assert 0 <= drawn.min() < drawn.max() <= 1
    assert (drawn[0] - drawn[1]).abs().max() > 1e-3
    alone = model.predict({"noise": batch["noise"][3:4]})["sample"]
    torch.testing.assert_close(alone, drawn[3:4], atol=1e-5, rtol=0)


def test_each_update_of_the_gan_serves_its_own_network(batch: Batch) -> None:
    model = AdversarialNetworks(batch, latent=4, width=8, penalty=1.0)
    optimizers = {"generator": model.generator, "discriminator": model.discriminator}
    served = []

    def update(loss: torch.Tensor, name: str) -> None:
        own = [*optimizers[name].parameters()]
        slopes = torch.autograd.grad(loss, own, retain_graph=True, allow_unused=True)
        assert all(slope is not None and slope.abs().sum() > 0 for slope in slopes[:1])
        if name == "discriminator":
            assert not any(torch.autograd.grad(loss, [*model.generator.parameters()], allow_unused=True))
        served.append(name)

    found = model.train_step(batch, update)
    assert served == ["discriminator", "generator"]
    assert found["discriminator"].item() == pytest.approx(2 * math.log(2), abs=0.1)
    assert found["generator"].item() == pytest.approx(math.log(2), abs=0.1)


def test_interpolation_turns_from_one_normal_noise_to_another(tmp_path: Path) -> None:
    np.save(tmp_path / "pictures.npy", np.zeros((10, 28, 28), dtype=np.uint8))
    pd.DataFrame({"id": [f"{row:04d}" for row in range(10)]}).to_parquet(tmp_path / "examples.parquet")
    examples: dict[str, Any] = problem.load(tmp_path, {"train": ["0003", "0001"], "test": ["0002"]})
    again: dict[str, Any] = problem.load(tmp_path, {"train": ["0001"], "test": ["0003"]})
    assert torch.equal(examples["train"]["noise"][0], again["test"]["noise"][0])
    path = examples["interpolation"]["noise"].unflatten(0, (problem.PATHS, problem.STEPS))
    assert path.std(dim=(2, 3, 4)).sub(1).abs().max() < 0.15
    steps = (path[:, 1:] - path[:, :-1]).flatten(2).norm(dim=2)
    torch.testing.assert_close(steps, steps[:, :1].expand_as(steps), rtol=0.1, atol=0)


def test_own_pictures_of_another_size_and_in_colour() -> None:
    torch.manual_seed(0)
    batch = {"image": torch.rand(16, 3, 32, 32), "noise": torch.randn(16, 3, 32, 32)}
    for method in (
        VariationalAutoencoder(batch, latent=4, width=32),
        LatentDiffusion(batch, **DIFFUSION),
        AdversarialNetworks(batch, latent=4, width=8, penalty=1.0),
    ):
        assert method.predict({"noise": batch["noise"]})["sample"].shape == (16, 3, 32, 32)
    assert square(3 * 32 * 32) == (3, 32, 32)
    assert square(28 * 28) == (1, 28, 28)


def test_a_stranger_tells_blurred_pictures_from_real_ones() -> None:
    """Drawings of own pictures are judged by a network of random weights."""
    random = np.random.default_rng(0)
    coarse = random.random((1000, 8, 8, 3)).repeat(4, axis=1).repeat(4, axis=2).transpose(0, 3, 1, 2)
    pictures = list(coarse.reshape(1000, -1).astype(np.float32))
    blurred = list(((coarse + np.roll(coarse, 4, axis=2)) / 2).reshape(1000, -1).astype(np.float32))
    same = problem.score(problem.measure(pd.DataFrame({"image": pictures[:500], "sample": pictures[500:]})))
    worse = problem.score(problem.measure(pd.DataFrame({"image": pictures[:500], "sample": blurred[500:]})))
    assert same["frechet_distance"] < 0.5 * worse["frechet_distance"]
