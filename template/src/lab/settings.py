"""What a team sets: ``project.toml`` (text) and ``params.yaml`` (numbers), read strictly."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from lab.data_settings import DataSettings
from lab.errors import UserError

if TYPE_CHECKING:
    import torch

Fraction = Annotated[float, Field(gt=0, lt=1)]
Text = Annotated[str, Field(min_length=1)]


class Strict(BaseModel):
    """An unknown key or a wrong type is a mistake to name, not to pass over."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Member(Strict):
    name: Text
    id: str = ""
    email: str = ""


class Project(Strict):
    """``project.toml``."""

    title: Text
    slug: Text
    task: Text
    language: Literal["en", "zh-TW"]
    course: str = ""
    members: list[Member]
    deadlines: dict[str, date] = {}


class SplitSettings(Strict):
    validation: Fraction
    test: Fraction
    seed: int

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> SplitSettings:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing to train on: their sum must be below 1")
        return self


class TrainSettings(Strict):
    """How to train. Each method may override any of it under its own ``train:``."""

    epochs: int = Field(ge=1)
    batch_size: int = Field(ge=1)
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
    workers: int = Field(ge=0)
    checkpoint_minutes: float = Field(gt=0)

    @model_validator(mode="after")
    def _parts_are_equal(self) -> TrainSettings:
        if self.batch_size % self.accumulate:
            raise ValueError("accumulate must divide batch_size: it is the number of parts of a batch")
        return self

    def adamw(self, parameters: Iterable[torch.nn.Parameter]) -> torch.optim.AdamW:
        """The default optimizer: AdamW, in one fused kernel on CUDA."""
        from lab.training.optimizers import AdamW

        parameters = list(parameters)
        fused = any(parameter.is_cuda for parameter in parameters)
        return AdamW(parameters, lr=self.learning_rate, weight_decay=self.weight_decay, fused=fused)


class LaunchSettings(Strict):
    """Where to train. It is no part of a run's identity: the same batches make the same steps elsewhere."""

    processes: int = Field(default=1, ge=1)
    machines: int = Field(default=1, ge=1)
    strategy: Literal["ddp", "fsdp"] = "ddp"
    slurm: dict[str, str | int | bool] | None = None

    @model_validator(mode="after")
    def _can_start(self) -> LaunchSettings:
        if self.machines > 1 and self.slurm is None:
            raise ValueError("machines above 1 needs slurm; without it, start torchrun on each machine yourself")
        return self


class CompareSettings(Strict):
    resamples: int = Field(ge=100)
    confidence: Fraction
    seed: int


class Params(Strict):
    """``params.yaml``."""

    data: DataSettings = DataSettings()
    split: SplitSettings
    seeds: list[Annotated[int, Field(ge=0)]] = Field(min_length=1)
    train: TrainSettings
    launch: LaunchSettings = LaunchSettings()
    methods: dict[str, dict[str, Any]] = Field(min_length=1)
    compare: CompareSettings

    @model_validator(mode="after")
    def _is_comparable(self) -> Params:
        if "baseline" not in self.methods:
            raise ValueError("methods: has no 'baseline', which every other method is compared with")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: names one seed twice")
        return self

    def training(self, method: str) -> TrainSettings:
        """``train:``, with what the method sets differently under its own ``train:``."""
        own = self.methods[method].get("train", {})
        return checked(TrainSettings, self.train.model_dump() | own, f"params.yaml: methods.{method}.train")

    def options(self, method: str) -> dict[str, Any]:
        """What the method's ``__init__`` receives."""
        return {key: value for key, value in self.methods[method].items() if key != "train"}

    def decisive(self, method: str) -> dict[str, Any]:
        """The params that decide what a method learns: not ``workers``, nor how often a checkpoint is written."""
        settings = self.training(method).model_dump(exclude={"workers", "checkpoint_minutes"})
        return {"train": settings, "options": self.options(method)}


Model = TypeVar("Model", bound=Strict)


def checked(model: type[Model], content: Any, where: str) -> Model:
    """``content`` as a ``model``; what is wrong in it is named with ``where`` it stands."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # A misspelt key is also a missing one; the misspelling is what to mend.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        key = ".".join(map(str, first["loc"]))
        message = first["msg"].removeprefix("Value error, ")
        if first["type"] == "extra_forbidden":
            message = (
                f"unknown key; known are {', '.join(sorted(model.model_fields))}" if "." not in key else "unknown key"
            )
        more = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise UserError(f"{where}: {key + ': ' if key else ''}{message}{more}") from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"there is no {path.name} in {Path.cwd()}: run this in your project's folder") from None


@cache
def read_project() -> Project:
    """``project.toml`` of the current folder."""
    try:
        return checked(Project, tomllib.loads(_text(Path("project.toml"))), "project.toml")
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"project.toml: {error}") from None


@cache
def read_params() -> Params:
    """``params.yaml`` of the current folder."""
    try:
        # YAML 1.2, as DVC reads it: for YAML 1.1 `1e-3` would be a text.
        content = YAML(typ="safe", pure=True).load(_text(Path("params.yaml")))
    except YAMLError as error:
        raise UserError(f"params.yaml: {' '.join(str(error).split())}") from None
    params = checked(Params, content, "params.yaml")
    for method in params.methods:
        params.training(method)
        if not (task_folder() / f"{method}.py").is_file():
            raise UserError(f"params.yaml: methods.{method}: there is no {(task_folder() / method).as_posix()}.py")
    return params


def task_folder() -> Path:
    """The team's room."""
    return Path("src/lab/tasks") / read_project().task
