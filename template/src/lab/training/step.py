"""One step of learning: forward, backward, clip, step. Everything that moves a weight happens here."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from lab.contract import Batch, Method
from lab.scaling.processes import Processes
from lab.team_code.method_checks import check_scalars, check_update
from lab.train_settings import TrainSettings


class Step:
    """Call it with a batch, and the method learns from it.

    ``model`` is the method as training calls it: itself, or wrapped for several processes.
    """

    def __init__(
        self,
        method: Method,
        model: nn.Module,
        optimizers: dict[str, torch.optim.Optimizer],
        processes: Processes,
        settings: TrainSettings,
    ) -> None:
        self.own_step = getattr(method, "train_step", None)
        self.method, self.model, self.optimizers, self.processes = method, model, optimizers, processes
        self.hardware, self.scaler = processes.hardware, processes.hardware.scaler
        self.parts, self.clip = settings.accumulate, settings.clip

    def __call__(self, batch: Batch) -> dict[str, Tensor]:
        """Learn from ``batch``: by the method's own ``train_step``, else by its loss. Returns the method's scalars."""
        if self.own_step:
            with self.hardware.autocast():
                measured = self.own_step(batch, self.update)
            if not isinstance(measured, dict):
                check_scalars(self.own_step, measured)
            return measured
        parts, measured = cut(batch, self.parts), dict[str, Tensor]()
        for part in parts:
            with self.hardware.accumulate(self.model):  # several processes exchange gradients once, after the last part
                with self.hardware.autocast():
                    scalars = self.model(part)
                try:
                    self.hardware.backward(scalars["loss"])
                except (KeyError, TypeError, AttributeError, RuntimeError):
                    check_scalars(self.method.loss, scalars, learns=True)  # only now: a look at each step costs time
                    raise
            add(measured, scalars, 1 / len(parts))
        self.move("main")
        return measured

    def update(self, loss: Tensor, optimizer: str = "main") -> None:
        """For a method with a ``train_step``: one step of one optimizer down the gradient of ``loss``."""
        check_update(loss, optimizer, self.optimizers)
        name, moved = optimizer, self.optimizers[optimizer]
        moved.zero_grad()  # the loss of another optimizer may have left gradients here
        with torch.autocast(self.hardware.device.type, enabled=False):
            self.hardware.backward(loss)
        self.processes.average_gradients(moved)
        self.move(name)

    def move(self, name: str) -> None:
        """Clip the gradients of one optimizer and let it change its weights."""
        optimizer = self.optimizers[name]
        if self.clip:
            if self.scaler:
                self.scaler.unscale_(optimizer)
            parameters = [value for group in optimizer.param_groups for value in group["params"]]
            nn.utils.clip_grad_norm_(parameters, self.clip)
        if self.scaler:  # fp16: the loss was multiplied by a scale, for small gradients would be 0
            self.scaler.step(optimizer)  # leaves the weights alone if a gradient is not finite: the scale was too large
            self.scaler.update()
        else:
            optimizer.step()
        optimizer.zero_grad()


def cut(batch: Batch, parts: int) -> list[Batch]:
    """The batch in equal parts, which need less memory one after the other."""
    if parts == 1:
        return [batch]
    names, chunks = list(batch), zip(*(value.chunk(parts) for value in batch.values()), strict=True)
    return [dict(zip(names, chunk, strict=True)) for chunk in chunks]


def add(sums: dict[str, Tensor], measured: dict[str, Tensor], weight: float = 1.0) -> None:
    """Add to ``sums`` on the device: asking for a number would make the processor wait for it."""
    for name, value in measured.items():
        value = value.detach() if weight == 1 else value.detach() * weight
        sums[name] = sums[name] + value if name in sums else value
