"""The same training, written four ways: bare PyTorch, Finalist's loop, Lightning's Trainer, Lightning Fabric.

All see the same examples in the same order, with the same weights at the start, AdamW, a cosine schedule, clipping at
a norm of 1, and the mean loss of each epoch; none writes checkpoints. Each function returns seconds of learning and
the last epoch's mean training loss, by which the benchmark checks that all computed the same.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method
from lab.train_settings import TrainSettings
from lab.training.batches import shuffled
from lab.training.checkpoints import Checkpoint
from lab.training.devices import repeatable
from lab.training.loop import fit
from lab.training.optimizers import learning_rate_factor

Outcome = tuple[float, float]
"""Seconds of learning, and the last epoch's mean loss."""
Tick = Callable[[], None]
"""Called when an epoch has ended."""


def nothing() -> None:
    """No one listens."""


class Classifier(Method):
    """A network from pictures to classes, handed in from outside."""

    def __init__(self, examples: Batch, network: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.network = network()

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        return {"loss": nn.functional.cross_entropy(self.network(batch["image"]), batch["label"])}

    def predict(self, batch: Batch) -> dict[str, Tensor]:
        return {"probability": self.network(batch["image"]).softmax(1)}


def adamw(parameters: Iterable[nn.Parameter], settings: TrainSettings, device: torch.device) -> torch.optim.Optimizer:
    """PyTorch's own, in one fused kernel on CUDA: what everybody but Finalist's loop takes here."""
    return torch.optim.AdamW(
        parameters, lr=settings.learning_rate, weight_decay=settings.weight_decay, fused=device.type == "cuda"
    )


def bare(
    network: Callable[[], nn.Module], data: Batch, settings: TrainSettings, device: torch.device, tick: Tick = nothing
) -> Outcome:
    """As an expert writes it: data on the device, indexed there; no number is asked for within an epoch."""
    repeatable(0)
    model = network().to(device)
    image, label = data["image"].to(device), data["label"].to(device)
    if settings.compile:
        model.compile()
    optimizer = adamw(model.parameters(), settings, device)
    steps = len(shuffled(len(label), settings.batch_size, 0, 0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, learning_rate_factor(settings.schedule, settings.warmup, settings.epochs * steps)
    )
    bf16 = settings.precision == "bf16"
    model.train()
    mean, started = 0.0, time.perf_counter()
    for epoch in range(settings.epochs):
        total = torch.zeros((), device=device)
        for rows in shuffled(len(label), settings.batch_size, 0, epoch):
            rows = rows.to(device, non_blocking=True)
            with torch.autocast(device.type, torch.bfloat16, enabled=bf16):
                loss = nn.functional.cross_entropy(model(image[rows]), label[rows])
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), settings.clip)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.detach()
        mean = total.item() / steps
        tick()
    return time.perf_counter() - started, mean


def finalist(
    network: Callable[[], nn.Module], data: Batch, settings: TrainSettings, device: torch.device, tick: Tick = nothing
) -> Outcome:
    """Finalist's loop, as the train stage calls it, with a validation split of one batch."""
    examples: dict[str, Any] = {"train": data, "validation": {name: value[:2] for name, value in data.items()}}
    with tempfile.TemporaryDirectory() as folder:
        checkpoint = Checkpoint(Path(folder) / "checkpoint.pt", "benchmark")
        fitted = fit(Classifier, {"network": network}, examples, settings, 0, checkpoint, lambda rows: tick())
    seen = fitted.history[-1]["step"] * settings.batch_size
    return seen / fitted.examples_per_second, fitted.history[-1]["train_loss"]


class Plan:
    """A batch sampler: the order of ``shuffled``, epoch by epoch."""

    def __init__(self, size: int, batch_size: int) -> None:
        self.size, self.batch_size, self.epoch = size, batch_size, 0

    def __iter__(self) -> Iterator[list[int]]:
        self.epoch += 1
        yield from (rows.tolist() for rows in shuffled(self.size, self.batch_size, 0, self.epoch - 1))

    def __len__(self) -> int:
        return len(shuffled(self.size, self.batch_size, 0, 0))


def lightning_trainer(
    network: Callable[[], nn.Module], data: Batch, settings: TrainSettings, device: torch.device
) -> Outcome:
    """Lightning's Trainer over a ``DataLoader``, with logging, checkpoints and progress bar off."""
    import lightning

    class Module(lightning.LightningModule):
        def __init__(self) -> None:
            super().__init__()
            self.model, self.mean = network(), 0.0
            self.total: Tensor | None = None

        def training_step(self, batch: list[Tensor], _: int) -> Tensor:
            loss = nn.functional.cross_entropy(self.model(batch[0]), batch[1])
            self.total = loss.detach() if self.total is None else self.total + loss.detach()
            return loss

        def on_train_epoch_end(self) -> None:
            assert self.total is not None
            self.mean, self.total = self.total.item() / steps, None

        def configure_optimizers(self) -> Any:
            optimizer = adamw(self.parameters(), settings, device)
            schedule = torch.optim.lr_scheduler.LambdaLR(
                optimizer, learning_rate_factor(settings.schedule, settings.warmup, settings.epochs * steps)
            )
            return [optimizer], [{"scheduler": schedule, "interval": "step"}]

    repeatable(0)
    module = Module()
    dataset = torch.utils.data.TensorDataset(data["image"], data["label"])
    plan = Plan(len(dataset), settings.batch_size)
    steps = len(plan)
    loader = torch.utils.data.DataLoader(dataset, batch_sampler=plan, pin_memory=device.type == "cuda")  # type: ignore[arg-type]
    quiet: Any = {
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
    }
    trainer = lightning.Trainer(
        max_epochs=settings.epochs,
        accelerator=device.type,
        devices=1,
        gradient_clip_val=settings.clip,
        precision="bf16-mixed" if settings.precision == "bf16" else "32-true",
        use_distributed_sampler=False,
        **quiet,
    )
    if settings.compile:
        module.model.compile()
    started = time.perf_counter()
    trainer.fit(module, loader)
    return time.perf_counter() - started, module.mean


def lightning_fabric(
    network: Callable[[], nn.Module], data: Batch, settings: TrainSettings, device: torch.device
) -> Outcome:
    """The bare loop with Fabric under it."""
    from lightning.fabric import Fabric

    repeatable(0)
    fabric = Fabric(
        accelerator=device.type, devices=1, precision="bf16-mixed" if settings.precision == "bf16" else "32-true"
    )
    raw = network()
    if settings.compile:
        raw.compile()
    model, optimizer = fabric.setup(raw.to(device), adamw(raw.to(device).parameters(), settings, device))
    image, label = data["image"].to(device), data["label"].to(device)
    steps = len(shuffled(len(label), settings.batch_size, 0, 0))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer.optimizer, learning_rate_factor(settings.schedule, settings.warmup, settings.epochs * steps)
    )
    mean, started = 0.0, time.perf_counter()
    for epoch in range(settings.epochs):
        total = torch.zeros((), device=device)
        for rows in shuffled(len(label), settings.batch_size, 0, epoch):
            rows = rows.to(device, non_blocking=True)
            loss = nn.functional.cross_entropy(model(image[rows]), label[rows])
            fabric.backward(loss)
            fabric.clip_gradients(model, optimizer, max_norm=settings.clip)
            optimizer.step()
            optimizer.zero_grad()
            schedule.step()
            total += loss.detach()
        mean = total.item() / steps
    return time.perf_counter() - started, mean
