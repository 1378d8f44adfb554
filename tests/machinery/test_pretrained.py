"""Weights of others: only the known ones are loaded, frozen ones are not stored, each part has its learning rate."""

from pathlib import Path
from typing import Any

import pytest
import torch
from test_training import SETTINGS, examples
from torch import Tensor, nn

from lab import pretrained
from lab.contract import Batch, Method
from lab.errors import UserError
from lab.files import sha256
from lab.pretrained import leave_out_frozen, packaged
from lab.reporting.cards import _origin, _size
from lab.training.checkpoints import Checkpoint
from lab.training.loop import Fitted, TrainingInterruptedError, fit
from lab.words import LANGUAGES, speaker

KNOWN = {"weight": torch.linspace(-1, 1, 5000).view(1000, 5), "bias": torch.zeros(1000)}


class Tuned(Method):
    """A large body that others have trained, and a head."""

    stop_after = 0
    steps = 0

    def __init__(self, examples: Batch, frozen: bool = True) -> None:
        super().__init__()
        self.body, self.head = nn.Linear(5, 1000), nn.Linear(1000, 1)
        self.body.load_state_dict(KNOWN)
        self.body.requires_grad_(not frozen)
        leave_out_frozen(self)

    def configure_optimizers(self, train: Any) -> dict[str, torch.optim.Optimizer]:
        body = {"params": [*self.body.parameters()], "lr": train.learning_rate / 10}
        return {"main": train.adamw([{"params": [*self.head.parameters()]}, body])}

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        if self.training:
            type(self).steps += 1
            if type(self).steps == self.stop_after:
                raise KeyboardInterrupt
        return {"loss": nn.functional.mse_loss(self.head(self.body(batch["x"])).squeeze(1), batch["y"])}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        return {"answer": self.head(self.body(batch["x"])).squeeze(1)}


def train(path: Path, **options: bool) -> Fitted:
    settings = SETTINGS.model_copy(update={"checkpoint_minutes": 1e-9, "learning_rate": 1e-4})
    return fit(Tuned, options, examples(), settings, 1, Checkpoint(path, "f"), lambda history: None)


def test_frozen_weights_are_in_no_checkpoint_and_a_stopped_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train(tmp_path / "whole.pt")
    monkeypatch.setattr(Tuned, "steps", 0)
    monkeypatch.setattr(Tuned, "stop_after", 6)
    with pytest.raises((KeyboardInterrupt, TrainingInterruptedError)):
        train(tmp_path / "stopped.pt")
    assert (tmp_path / "stopped.pt").stat().st_size < 60_000  # the body has 24,000 bytes more, and twice
    saved = Checkpoint(tmp_path / "stopped.pt", "f").load()
    assert saved
    assert set(saved["weights"]) == set(saved["best"]["weights"]) == {"head.weight", "head.bias"}
    monkeypatch.setattr(Tuned, "stop_after", 0)
    continued = train(tmp_path / "stopped.pt")
    for name, value in whole.method.named_parameters():
        assert torch.equal(value, dict(continued.method.named_parameters())[name]), name
    assert torch.equal(continued.method.get_parameter("body.weight"), KNOWN["weight"])


def test_what_is_stored_can_be_loaded_and_what_else_is_missing_is_named(tmp_path: Path) -> None:
    method = train(tmp_path / "checkpoint.pt").method
    other = Tuned(examples()["train"])  # type: ignore[arg-type]
    other.load_state_dict(method.state_dict())
    assert torch.equal(other.head.weight, method.get_parameter("head.weight"))
    with pytest.raises(RuntimeError, match=r"head\.bias"):
        other.load_state_dict({"head.weight": other.head.weight})
    assert "body.weight" in Tuned(examples()["train"], frozen=False).state_dict()  # type: ignore[arg-type]


def test_head_and_body_learn_at_rates_of_their_own_which_the_schedule_moves_alike() -> None:
    method = Tuned(examples()["train"], frozen=False)  # type: ignore[arg-type]
    optimizer = method.configure_optimizers(SETTINGS)["main"]
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 0.5**step)
    for factor in (1, 0.5):
        assert [group["lr"] for group in optimizer.param_groups] == [factor * 0.01, factor * 0.001]
        assert {group["weight_decay"] for group in optimizer.param_groups} == {SETTINGS.weight_decay}
        optimizer.step()
        schedule.step()


def test_only_the_known_weights_of_a_package_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "some_weights"
    folder.mkdir()
    (folder / "__init__.py").write_text("raise RuntimeError('this is run')", encoding="utf-8")
    (folder / "w.bin").write_bytes(b"weights")
    monkeypatch.syspath_prepend(str(tmp_path))
    given = ("some-weights", "some_weights", (("w.bin", sha256(b"weights")),), "uv add some-weights")
    pretrained.packaged.cache_clear()
    assert packaged(*given) == folder
    (folder / "w.bin").write_bytes(b"Weights")
    pretrained.packaged.cache_clear()
    with pytest.raises(UserError, match=r"w\.bin of some-weights .*another SHA-256.*--reinstall-package some-weights"):
        packaged(*given)
    (folder / "w.bin").unlink()
    with pytest.raises(UserError, match="it is missing"):
        packaged(*given)
    with pytest.raises(UserError, match="not installed: run `uv sync --extra x`"):
        packaged("no-weights", "no_weights", (), "uv sync --extra x")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_model_card_says_whose_weights_they_are_and_how_many_learn(language: Any) -> None:
    say = speaker(language)
    assert _size(say, {"parameter_count": 6001, "trained_count": 1001}).count("001") == 2
    assert _size(say, {"parameter_count": 6001, "trained_count": 6001}).count("001") == 1
    assert _size(say, {"parameter_count": 6001}).count("001") == 1  # a run of an earlier release
    given = {"name": "Net", "source": "package net 1.2", "licence": "MIT", "sha256": "ab" * 32, "citation": ""}
    card = _origin(say, given)
    assert all(text in card for text in ("package net 1.2", "MIT", "ab" * 32))
