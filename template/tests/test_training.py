"""The loop: an interrupted run ends as an uninterrupted one does, and no wrong checkpoint is ever loaded."""

import os
import signal
from pathlib import Path
from typing import cast

import pytest
import torch
from torch import Tensor, nn

from lab.console import said
from lab.contract import Batch, Examples, Method, Update
from lab.errors import UserError
from lab.runs import only_trainer
from lab.scaling.processes import Processes
from lab.train_settings import TrainSettings
from lab.training.batches import in_order, shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.devices import fastest_precision
from lab.training.loop import Fitted, TrainingInterruptedError, fit
from lab.training.state import Row, TrainingState

SETTINGS = TrainSettings(
    epochs=4,
    batch_size=16,
    learning_rate=0.01,
    weight_decay=0.01,
    schedule="cosine",
    warmup=0.1,
    clip=1.0,
    accumulate=1,
    patience=0,
    device="cpu",
    precision="fp32",
    compile=False,
    workers=0,
    threads=1,
    checkpoint_minutes=5.0,
)


class Noisy(Method):
    """A regression with dropout, so that every step draws random numbers."""

    stop_after = 0
    steps = 0

    def __init__(self, examples: Batch, width: int = 8) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(examples["x"].shape[1], width), nn.Dropout(0.5), nn.Linear(width, 1))

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        if self.training:
            type(self).steps += 1
            if type(self).steps == self.stop_after:
                signal.raise_signal(signal.SIGTERM)  # not os.kill, which on Windows ends the process
        return {"loss": nn.functional.mse_loss(self.net(batch["x"]).squeeze(1), batch["y"])}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        return {"answer": self.net(batch["x"]).squeeze(1)}


class TwoOptimizers(Noisy):
    """The same net with a step of its own."""

    def configure_optimizers(self, train: TrainSettings) -> dict[str, torch.optim.Optimizer]:
        return {"first": train.adamw(self.net[0].parameters()), "last": train.adamw(self.net[2].parameters())}

    def train_step(self, batch: Batch, update: Update) -> dict[str, Tensor]:
        update(self.loss(batch)["loss"], "first")
        measured = self.loss(batch)
        update(measured["loss"], "last")
        return measured


@pytest.fixture(autouse=True)
def count_from_zero() -> None:
    Noisy.steps = TwoOptimizers.steps = Noisy.stop_after = TwoOptimizers.stop_after = 0


def examples() -> dict[str, Examples]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(100, 5, generator=generator)
    return {"train": {"x": x[:70], "y": x[:70].sum(1)}, "validation": {"x": x[70:], "y": x[70:].sum(1)}}


def train(
    path: Path, method: type[Method] = Noisy, fingerprint: str = "f", **changes: object
) -> tuple[Fitted, list[Row]]:
    rows: list[list[Row]] = []
    settings = SETTINGS.model_copy(update=changes)
    fitted = fit(
        method, {}, examples(), settings, 1, Checkpoint(path, fingerprint), lambda history: rows.append(list(history))
    )
    return fitted, rows[-1] if rows else fitted.history


def weights(fitted: Fitted) -> Tensor:
    return torch.cat([value.flatten() for value in fitted.method.state_dict().values()])


@pytest.mark.parametrize("method", [Noisy, TwoOptimizers])
@pytest.mark.parametrize("stop_after", [1, 6, 9])
def test_a_stopped_run_continues_bit_for_bit(tmp_path: Path, method: type[Noisy], stop_after: int) -> None:
    whole, rows = train(tmp_path / "whole.pt", method)
    method.steps, method.stop_after = 0, stop_after
    with pytest.raises(TrainingInterruptedError):
        train(tmp_path / "stopped.pt", method)
    method.stop_after = 0
    torch.manual_seed(999)  # whatever happens in between
    continued, continued_rows = train(tmp_path / "stopped.pt", method)
    assert torch.equal(weights(whole), weights(continued))
    assert rows == continued_rows


def test_a_stale_or_damaged_checkpoint_is_named_and_not_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, whole = tmp_path / "checkpoint.pt", train(tmp_path / "whole.pt")[0]
    Noisy.steps, Noisy.stop_after = 0, 6
    with pytest.raises(TrainingInterruptedError):
        train(path, fingerprint="other")
    Noisy.stop_after = 0
    assert torch.equal(weights(train(path)[0]), weights(whole))
    assert said("train.stale", path=path.as_posix()) in capsys.readouterr().out
    Noisy.steps, Noisy.stop_after = 0, 6
    with pytest.raises(TrainingInterruptedError):
        train(path, fingerprint="new")
    Noisy.stop_after = 0
    path.write_bytes(path.read_bytes()[:-100])
    assert torch.equal(weights(train(path, fingerprint="new")[0]), weights(whole))
    assert said("train.damaged", path=path.as_posix()) in capsys.readouterr().out


def test_parts_of_a_batch_make_the_same_step(tmp_path: Path) -> None:
    class Plain(Noisy):
        def __init__(self, examples: Batch) -> None:
            super().__init__(examples)
            self.net = nn.Sequential(nn.Linear(5, 1))

    whole, _ = train(tmp_path / "1.pt", Plain)
    parts, _ = train(tmp_path / "2.pt", Plain, accumulate=4)
    assert torch.allclose(weights(whole), weights(parts), atol=1e-6)


def test_a_setting_that_an_own_step_would_ignore_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"train\.accumulate: TwoOptimizers has its own train_step"):
        train(tmp_path / "c.pt", TwoOptimizers, accumulate=2)
    with pytest.raises(UserError, match=r"train\.compile: TwoOptimizers has its own train_step"):
        train(tmp_path / "c.pt", TwoOptimizers, compile=True)


def test_only_a_large_network_is_trained_in_bf16() -> None:
    small, large = (Noisy(cast(Batch, examples()["train"]), width=width) for width in (8, 500_000))
    assert [fastest_precision(each, has_bf16=True) for each in (small, large)] == ["fp32", "bf16"]
    assert fastest_precision(large, has_bf16=False) == "fp32"


def test_a_loss_that_is_no_number_is_named(tmp_path: Path) -> None:
    class Diverging(Noisy):
        def loss(self, batch: Batch) -> dict[str, Tensor]:
            measured = super().loss(batch)
            return {"loss": measured["loss"] * float("nan")}

    with pytest.raises(UserError, match=r"loss became nan: lower train\.learning_rate"):
        train(tmp_path / "checkpoint.pt", Diverging)


def test_validation_draws_nothing_from_the_training_stream(tmp_path: Path) -> None:
    class Drawing(Noisy):
        def validate(self, batch: Batch) -> dict[str, Tensor]:
            torch.randn(100)
            return super().validate(batch)

    assert torch.equal(weights(train(tmp_path / "1.pt")[0]), weights(train(tmp_path / "2.pt", Drawing)[0]))


def test_patience_ends_a_training_that_no_longer_improves() -> None:
    state = TrainingState(cast(Processes, None), nn.Linear(1, 1), {}, [])  # type: ignore[arg-type]
    for epoch, (loss, over) in enumerate([(3.0, False), (1.0, False), (2.0, False), (1.0, True)], start=1):
        state.history.append({"validation_loss": loss})
        state.keep_best(state.history[-1])
        state.epoch = epoch
        assert state.is_over(epochs=9, patience=2) is over
        assert not state.is_over(epochs=9, patience=0)
    assert state.best["epoch"] == 2
    assert state.is_over(epochs=4, patience=0)


def test_weights_of_the_best_epoch_are_kept(tmp_path: Path) -> None:
    class Worsening(Noisy):
        def validate(self, batch: Batch) -> dict[str, Tensor]:
            return {"loss": torch.tensor(float(Noisy.steps != 0)) + type(self).steps}

    fitted, rows = train(tmp_path / "checkpoint.pt", Worsening)
    assert fitted.best_epoch == 1
    assert len(rows) == SETTINGS.epochs


def test_each_epoch_has_an_order_of_its_own_and_every_row_at_most_once() -> None:
    first, second = (torch.cat(shuffled(70, 16, seed=0, epoch=epoch)) for epoch in (0, 1))
    assert len(first) == 64
    assert len(set(first.tolist())) == 64
    assert not torch.equal(first, second)
    assert torch.equal(first, torch.cat(shuffled(70, 16, seed=0, epoch=0)))
    assert torch.equal(torch.cat(in_order(70, 16)), torch.arange(70))


def test_a_second_trainer_is_told_who_holds_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = Path("runs/novel")
    with (
        only_trainer(folder),
        pytest.raises(UserError, match=rf"trained by process {os.getpid()}"),
        only_trainer(folder),
    ):
        pass
    with only_trainer(folder):  # the lock goes with its holder
        pass
