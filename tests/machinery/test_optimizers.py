"""The optimizer is PyTorch's, number for number; its learning rate rises and falls."""

from typing import Any

import pytest
import torch
from test_training import SETTINGS
from torch import nn

from lab.training.optimizers import learning_rate_factor


def test_adamw_makes_the_steps_of_pytorchs() -> None:
    nets = [nn.Linear(5, 1), nn.Linear(5, 1)]
    nets[1].load_state_dict(nets[0].state_dict())
    values: dict[str, Any] = {"lr": SETTINGS.learning_rate, "weight_decay": SETTINGS.weight_decay}
    optimizers = [SETTINGS.adamw(nets[0].parameters()), torch.optim.AdamW(nets[1].parameters(), **values)]
    for x in torch.randn(5, 16, 5):
        for net, optimizer in zip(nets, optimizers, strict=True):
            optimizer.zero_grad()
            net(x).square().mean().backward()
            optimizer.step()
    assert torch.equal(nets[0].weight, nets[1].weight)
    optimizers[0].load_state_dict(optimizers[1].state_dict())
    assert str(optimizers[0].state_dict()) == str(optimizers[1].state_dict()).replace("fused: None", "fused: False")


def test_learning_rate_rises_then_falls_to_zero() -> None:
    factor = learning_rate_factor("cosine", 0.1, 100)
    assert factor(0) == pytest.approx(0.1)
    assert factor(10) == pytest.approx(1.0)
    assert factor(55) == pytest.approx(0.5)
    assert factor(100) == pytest.approx(0.0)
