"""What methods inherit: a team's method that adds one function learns and answers, and its mistakes have its place."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from lab.classifier import Classifier
from lab.contract import Batch
from lab.errors import UserError, ask
from lab.regressor import Regressor
from lab.training.sanity import learn


class Lines(Classifier):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 3)

    def logits(self, batch: Batch) -> Tensor:
        return self.layer(batch["seen"])


class Line(Regressor):
    def __init__(self, examples: Batch) -> None:
        super().__init__(examples)
        self.layer = nn.Linear(2, 1)

    def standard_target(self, batch: Batch) -> Tensor:
        return self.layer(batch["seen"]).squeeze(1)

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": functional.mse_loss(self.standard_target(batch), self.wanted(batch))}


class Blind(Classifier):
    """It has forgotten its ``logits``."""


def test_classes_are_learnt_from_logits() -> None:
    torch.manual_seed(0)
    seen = torch.randn(60, 2)
    batch = {"seen": seen, "label": (seen[:, 0] > 0).long() + (seen[:, 0] > 1).long()}
    method = Lines()
    learn(method, batch, 200, 0.1)
    assert method.loss(batch)["accuracy"] > 0.9
    found = method.predict({"seen": seen})["log_probability"]
    assert torch.allclose(found.exp().sum(dim=1), torch.ones(60))
    assert torch.isclose(functional.nll_loss(found, batch["label"]), method.loss(batch)["loss"])


def test_a_quantity_is_answered_in_its_unit() -> None:
    torch.manual_seed(0)
    seen = torch.randn(60, 2)
    batch = {"seen": seen, "target": 900 + 70 * seen[:, 1]}
    method = Line(batch)
    assert method.wanted(batch).mean().abs() < 1e-4
    learn(method, batch, 300, 0.1)
    assert (method.predict({"seen": seen})["predicted"] - batch["target"]).abs().max() < 1


def test_a_mistake_in_what_is_inherited_is_at_the_teams_class() -> None:
    for method, batch, told in (
        (Blind(), {"label": torch.zeros(4)}, "Blind has no logits: add it"),
        (Lines(), {"seen": torch.zeros(4, 2), "label": torch.zeros(5, dtype=torch.int64)}, "fails"),
    ):
        with pytest.raises(UserError, match=told) as caught:
            ask(method.loss, batch)
        assert "test_shared_methods.py, line " in str(caught.value)
