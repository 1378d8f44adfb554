"""Several processes that train one model: what each of them does, and where they must agree.

Each process computes on its share of every batch; then all take the same step with the average of their gradients.
One process waits for another wherever they exchange something, so all must come to each exchange, in the same order:
what decides about one must be the same everywhere. With a single process nothing here does anything.
"""

from __future__ import annotations

import os
import time
from typing import Any, Literal, cast

import torch
import torch.distributed as dist
from accelerate import Accelerator
from torch import Tensor, nn

from lab.contract import Method
from lab.errors import UserError
from lab.scaling.sharding import shard
from lab.train_settings import TrainSettings

Strategy = Literal["ddp", "fsdp"]
"""Distributed data parallel: each process holds the model. Fully sharded: each holds a part of every weight."""

GO_ON, SAVE, STOP = range(3)
"""What a process may wish after a step; the strongest wish of any is what all do."""


class Processes:
    """The processes that train one model, seen from one of them, which is number ``rank``. The ``main`` one writes."""

    def __init__(self, hardware: Accelerator, strategy: Strategy) -> None:
        self.hardware = hardware
        self.rank, self.size = hardware.process_index, hardware.num_processes
        self.main, self.alone = self.rank == 0, self.size == 1
        self.sharded = strategy == "fsdp" and not self.alone
        self._steps, self._meet_at, self._met_at = 0, 1, time.perf_counter()
        self._parent = os.getppid()

    def wrap(self, method: Method, own_step: bool) -> nn.Module:
        """The method in the form that training calls. Its optimizers must be made after this."""
        if self.sharded:
            if own_step:
                name = type(method).__name__
                raise UserError(f"params.yaml: launch.strategy: {name} has its own train_step: set it to ddp")
            if self.hardware.mixed_precision == "fp16":
                raise UserError("params.yaml: train.precision: fp16 does not work with launch.strategy fsdp: set bf16")
            shard(together(method, self.hardware.device), self.hardware.device, self.size)
        elif not self.alone:
            method = together(method, self.hardware.device)
            self.spread([*method.parameters(), *method.buffers()])
        # A step of its own may use parts of the method in any order, which DDP cannot follow: see `average_gradients`.
        if self.alone or self.sharded or own_step:
            return method
        return self.hardware.prepare_model(method)

    def cut(self, plan: list[Tensor]) -> list[Tensor]:
        """The rows of each batch that are this process's: as many as any other's, for gradients that count alike."""
        if self.alone:
            return plan
        return [rows[: len(rows) // self.size * self.size].chunk(self.size)[self.rank] for rows in plan]

    def turns(self, number: int) -> list[int]:
        """Which of ``number`` batches this process validates. Numbers from ``number`` on only keep others company."""
        rounds = -(-number // self.size)
        return [turn * self.size + self.rank for turn in range(rounds)]

    def agree(self, wish: int) -> int:
        """The strongest wish of any process, at steps that come about once a second; between them, to go on.

        An exchange in each step would make the processor wait for the device. So when they meet, all hear from the
        main process after how many steps to meet again.
        """
        if self.alone:
            return wish
        self._steps += 1
        if self._steps < self._meet_at:
            return GO_ON
        if os.getppid() != self._parent:  # the process that started this one was killed
            wish = STOP
        now = time.perf_counter()
        steps = max(1, int(self._steps / max(now - self._met_at, 1e-3))) if self.main else 0
        self._met_at = now
        words = torch.tensor([wish, steps], device=self.hardware.device)
        dist.all_reduce(words, dist.ReduceOp.MAX)
        strongest, self._meet_at = words.tolist()
        self._steps = 0
        return strongest

    def main_says(self, value: bool) -> bool:
        """The main process's value: clocks differ."""
        if self.alone:
            return value
        word = torch.tensor(int(value), device=self.hardware.device)
        dist.broadcast(word, 0)
        return bool(word.item())

    def spread(self, tensors: list[Tensor]) -> None:
        """Overwrite tensors with those of the main process."""
        if not self.alone:
            for tensor in tensors:
                dist.broadcast(tensor.detach(), 0)

    def total(self, sums: dict[str, Tensor]) -> dict[str, Tensor]:
        """Scalars, summed over the processes."""
        if self.alone or not sums:
            return sums
        values = torch.stack([sums[name].to(self.hardware.device, torch.float64) for name in sorted(sums)])
        dist.all_reduce(values)
        return dict(zip(sorted(sums), values, strict=True))

    def average_gradients(self, optimizer: torch.optim.Optimizer) -> None:
        """What DDP does, for the parameters of one optimizer and in one message."""
        if self.alone:
            return
        parameters = [value for group in optimizer.param_groups for value in group["params"]]
        gradients = [value.grad for value in parameters if value.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        dist.all_reduce(flat)
        flat /= self.size
        for gradient, mean in zip(gradients, flat.split([value.numel() for value in gradients]), strict=True):
            gradient.copy_(mean.view_as(gradient))

    def gather(self, own: dict[str, Any]) -> list[dict[str, Any]]:
        """One entry from each process, in the main process."""
        if self.alone:
            return [own]
        entries: list[Any] = [None] * self.size
        dist.gather_object(own, entries if self.main else None)
        return entries

    def check_same(self, value: object) -> None:
        """Raise a ``UserError`` in all processes if ``value`` is not the same in all: one would wait forever."""
        values: list[Any] = [None] * self.size
        if not self.alone:
            dist.all_gather_object(values, value)
        if any(other != values[0] for other in values):
            raise UserError("the processes do not see the same files: this folder must be on a disk that they share")


def together(method: Method, device: torch.device) -> Method:
    """Let each batch norm see the whole batch, not its process's share alone: else the steps would be others."""
    if not any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in method.modules()):
        return method
    if device.type != "cuda":
        name = type(method).__name__
        raise UserError(
            f"params.yaml: launch.processes: {name} has batch norms, which see the whole batch on GPUs only: set it "
            "to 1, or use a norm of each example by itself (nn.GroupNorm, nn.LayerNorm)"
        )
    return cast(Method, nn.SyncBatchNorm.convert_sync_batchnorm(method))


def check_shares(settings: TrainSettings, examples: int, processes: int) -> None:
    """Raise a ``UserError`` if batches cannot be cut into equal parts for the processes."""
    parts = processes * settings.accumulate
    if settings.batch_size % parts or examples < processes:
        raise UserError(
            f"params.yaml: train.batch_size: {settings.batch_size} of {examples} examples cannot be cut into "
            f"{parts} equal parts ({processes} processes): set it to a multiple of {parts}"
        )
