"""What ``lab tune`` may change, and how far: ``tune:`` of params.yaml, a range in the place of a value."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from lab.strict import Strict, did_you_mean

Scalar = bool | int | float | str
TUNABLE = ("batch_size", "clip", "epochs", "learning_rate", "patience", "schedule", "warmup", "weight_decay")
"""Keys of ``train:`` that change what is learned: a device or a number of threads is nothing to choose by score."""


class Range(Strict):
    """Numbers from ``low`` to ``high``, whole ones if both are whole; or one of ``choices``."""

    low: int | float | None = None
    high: int | float | None = None
    log: bool = False
    choices: list[Scalar] = Field(default=[])

    @model_validator(mode="after")
    def _is_one_of_both(self) -> Range:
        ends = self.low, self.high
        if self.choices:
            if ends != (None, None) or self.log:
                raise ValueError("choices or low and high, not both")
            if len({repr(each) for each in self.choices}) < max(2, len(self.choices)):
                raise ValueError("choices must name two values or more, each once")
            return self
        if self.low is None or self.high is None:
            raise ValueError("needs low and high, as in {low: 0.001, high: 0.1, log: true}, or choices: [16, 32]")
        if self.low >= self.high:
            raise ValueError(f"low must be below high: {self.low} is not below {self.high}")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs low above 0, not {self.low}")
        return self

    def ends(self) -> list[Scalar]:
        """Values that a method must stand, before any trial is made: the ends, or all choices."""
        return self.choices or [end for end in (self.low, self.high) if end is not None]


def _are_tunable(ranges: dict[str, Range]) -> dict[str, Range]:
    for key in ranges:
        if key not in TUNABLE:
            raise ValueError(f"{key}: is no setting to tune{did_you_mean(key, TUNABLE)}")
    return ranges


TrainSpace = Annotated[dict[str, Range], AfterValidator(_are_tunable)]


class MethodSpace(Strict):
    """Options of a method, and what it may change under its own ``train:``."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Range]

    train: TrainSpace = Field(default={})

    def options(self) -> dict[str, Range]:
        return dict(self.__pydantic_extra__)


class TuneSettings(Strict):
    """How many trials, and the ranges. Nothing of it is part of a run's identity."""

    trials: int = Field(default=20, ge=1, le=100_000)
    seeds: int = Field(default=1, ge=1, le=1_000)
    seed: Annotated[int, Field(ge=0, le=2**32 - 1)] = 0
    train: TrainSpace = Field(default={})
    methods: dict[str, MethodSpace] = Field(default={})

    def space(self, method: str) -> dict[str, Range]:
        """What may change for a method, by its place under ``methods.<method>`` of params.yaml."""
        own = self.methods.get(method)
        train = {**self.train, **own.train} if own else self.train
        return {f"train.{key}": each for key, each in train.items()} | (own.options() if own else {})
