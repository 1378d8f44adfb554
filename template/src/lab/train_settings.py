"""How and where methods are trained: ``train:`` and ``launch:`` of params.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, model_validator

from lab.strict import Strict

if TYPE_CHECKING:
    import torch


class TrainSettings(Strict):
    """How to train. Each method may override any of it under its own ``train:``."""

    epochs: int = Field(ge=1, le=1_000_000)
    batch_size: int = Field(ge=1, le=1_000_000)
    learning_rate: float = Field(gt=0)
    weight_decay: float = Field(ge=0)
    schedule: Literal["constant", "cosine"]
    warmup: float = Field(ge=0, lt=1)
    clip: float = Field(ge=0)
    accumulate: int = Field(ge=1)
    patience: int = Field(ge=0)
    device: Literal["auto", "cpu", "cuda", "mps"]
    precision: Literal["auto", "fp32", "bf16", "fp16"]
    compile: bool
    workers: int = Field(ge=0, le=1_000)
    threads: int = Field(default=1, ge=1, le=1_000)
    checkpoint_minutes: float = Field(gt=0)

    @model_validator(mode="after")
    def _parts_are_equal(self) -> TrainSettings:
        if self.batch_size % self.accumulate:
            raise ValueError("accumulate must divide batch_size: it is the number of parts of a batch")
        return self

    def adamw(self, parameters: Iterable[torch.nn.Parameter] | Iterable[dict[str, Any]]) -> torch.optim.AdamW:
        """The default optimizer: AdamW, in one fused kernel on CUDA. Groups may have an ``lr`` of their own."""
        from lab.training.optimizers import AdamW

        groups: list[Any] = list(parameters)
        flat = [value for group in groups for value in (group["params"] if isinstance(group, dict) else [group])]
        fused = any(value.is_cuda for value in flat)
        return AdamW(groups, lr=self.learning_rate, weight_decay=self.weight_decay, fused=fused)


class LaunchSettings(Strict):
    """Where to train. It is no part of a run's identity: the same batches make the same steps elsewhere.

    The same but for rounding, and for what looks at a whole batch in one process: random draws (of dropout, say) are
    others in each process, and a loss over pairs of examples sees the pairs of its own share. Batch norms see all.
    """

    seeds_at_once: Literal["auto"] | Annotated[int, Field(ge=1, le=1_000)] = "auto"
    processes: int = Field(default=1, ge=1, le=1_000)
    machines: int = Field(default=1, ge=1, le=1_000)
    strategy: Literal["ddp", "fsdp"] = "ddp"
    slurm: dict[str, str | int | bool] | None = None

    @model_validator(mode="after")
    def _can_start(self) -> LaunchSettings:
        if self.machines > 1 and self.slurm is None:
            raise ValueError("machines above 1 needs slurm; without it, start torchrun on each machine yourself")
        return self
