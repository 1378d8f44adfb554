"""What a team sets: ``project.toml`` (text) and ``params.yaml`` (numbers), read strictly."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from keyword import iskeyword
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from lab.data_settings import DataSettings
from lab.errors import UserError
from lab.strict import Strict, Text, checked, did_you_mean, read_toml, read_yaml
from lab.train_settings import LaunchSettings, TrainSettings
from lab.tune_settings import TuneSettings

if TYPE_CHECKING:
    pass

Fraction = Annotated[float, Field(gt=0, lt=1)]
Day = date  # a field of Project is called date
Seed = Annotated[int, Field(ge=0, le=2**32 - 1)]  # NumPy's generators take no other

RESERVED = {
    "problem",
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{port}{number}" for port in ("com", "lpt") for number in range(10)),
}
"""What no method may be called: the problem's own file, and names that Windows keeps for devices."""


ABLATED = "novel"
"""The method that ablations are compared with: each lacks a part of it."""


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
    subtitle: str = ""
    short_title: str = ""
    university: str = ""
    date: Day | str = ""
    keywords: list[str] = Field(default=[])
    repository: str = Field(default="", pattern=r"^(https?://\S+)?$")
    members: list[Member] = Field(min_length=1)
    deadlines: dict[str, Day] = Field(default={})


class SplitSettings(Strict):
    method: Literal["random", "time"] = "random"
    validation: Fraction
    test: Fraction
    seed: Seed
    folds: int = Field(default=5, ge=2, le=100)

    def record(self) -> dict[str, float | str]:
        """What decides the split that the comparison is made on."""
        return self.model_dump(exclude={"folds", "method"} if self.method == "random" else {"folds"})

    @model_validator(mode="after")
    def _leaves_something_to_train_on(self) -> SplitSettings:
        if self.validation + self.test >= 1:
            raise ValueError("validation and test together leave nothing to train on: their sum must be below 1")
        if self.validation + 1 / self.folds >= 1:
            raise ValueError("folds: one fold for testing and validation leave nothing to train on: set more folds")
        return self


class CompareSettings(Strict):
    ablations: list[str] = Field(default=[])
    labels: dict[str, Text] = Field(default={})
    resamples: int = Field(ge=100, le=100_000)
    confidence: Fraction
    seed: Seed


class Params(Strict):
    """``params.yaml``."""

    data: DataSettings = DataSettings()
    split: SplitSettings
    seeds: list[Seed] = Field(min_length=1)
    train: TrainSettings
    launch: LaunchSettings = LaunchSettings()
    methods: dict[str, dict[str, Any]]
    tune: TuneSettings = TuneSettings()
    compare: CompareSettings

    @field_validator("methods")
    @classmethod
    def _are_modules_with_options(cls, methods: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        for name, options in methods.items():
            if not name.isidentifier() or not name.isascii() or iskeyword(name) or name.startswith("_"):
                raise ValueError(f"{name!r} can be no file of Python: use letters, digits and _, a letter first")
            if name.lower() in RESERVED:
                raise ValueError(f"no method can be called {name!r}: choose another name")
            if len({each for each in methods if each.lower() == name.lower()}) > 1:
                raise ValueError(f"{name!r} appears twice, in small and in capital letters")
            if not isinstance(options.get("train", {}), dict):
                raise ValueError(f"{name}.train: must hold keys of `train:`, as in `train: {{epochs: 10}}`")
            try:
                json.dumps(options, allow_nan=False)
            except (TypeError, ValueError):
                raise ValueError(
                    f"{name}: an option is no text, number, list or true/false, or is not finite"
                ) from None
            if wrong := [key for key in options if not (isinstance(key, str) and key.isidentifier())]:
                raise ValueError(f"{name}: {wrong[0]!r} can be no option: it is no name of Python")
        return methods

    @model_validator(mode="after")
    def _is_comparable(self) -> Params:
        if "baseline" not in self.methods:
            raise ValueError("methods: has no 'baseline', which every other method is compared with")
        further = [name for name in self.methods if name not in ("baseline", ABLATED)]
        for name in self.compare.ablations:
            if name not in further or ABLATED not in self.methods:
                lacking = "" if ABLATED in self.methods else f"; they are compared with {ABLATED!r}, which is missing"
                raise ValueError(
                    f"compare.ablations: {name!r} is none of methods{lacking or did_you_mean(name, further)}"
                )
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("seeds: names one seed twice")
        for name in self.tune.methods:
            if name not in self.methods:
                raise ValueError(f"tune.methods: there is no method {name!r}{did_you_mean(name, self.methods)}")
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


@cache
def read_project() -> Project:
    """``project.toml`` of the current folder."""
    return checked(Project, read_toml(Path("project.toml")), "project.toml")


@cache
def read_params() -> Params:
    """``params.yaml`` of the current folder."""
    params = checked(Params, read_yaml(Path("params.yaml")), "params.yaml")
    rooms = [path.name for path in task_folder().parent.glob("[!_.]*") if path.is_dir()]
    if read_project().task not in rooms:
        meant = did_you_mean(read_project().task, rooms)
        raise UserError(f"project.toml: task: there is no folder {task_folder().as_posix()}{meant}")
    modules = [path.stem for path in task_folder().glob("*.py")]  # listed, for Windows does not mind capital letters
    for method in params.methods:
        params.training(method)
        if method not in modules:
            meant = did_you_mean(method, [name for name in modules if not name.startswith(("_", "test_", "problem"))])
            missing = f"{(task_folder() / method).as_posix()}.py"
            raise UserError(f"params.yaml: methods.{method}: there is no {missing}{meant}")
    return params


def task_folder() -> Path:
    """The team's room."""
    return Path("src/lab/tasks") / read_project().task
