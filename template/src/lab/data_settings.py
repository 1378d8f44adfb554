"""Where the data come from: ``data:`` of params.yaml."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lab.errors import UserError


class Known(BaseModel):
    """Read strictly, and never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


class Columns(Known):
    """What the columns of a table are called. Those that are not named describe the examples."""

    target: str = ""
    text: str = ""
    file: str = ""
    id: str = ""
    group: str = ""
    date: str = ""
    ignore: list[str] = []

    @model_validator(mode="after")
    def _are_different(self) -> Columns:
        named = [name for name in (self.target, self.text, self.file, self.id, *self.ignore) if name]
        if twice := next((name for name in named if named.count(name) > 1), None):
            raise ValueError(f"columns: {twice!r} is named twice")
        return self


class DataSettings(Known):
    """``data:`` of params.yaml: a source, what is in it, and the task's own keys."""

    model_config = ConfigDict(extra="allow")

    source: Literal["demo", "folder", "table", "url", "huggingface", "kaggle", "gymnasium"] = "demo"
    path: str = "own_data"
    url: list[str] = []
    sha256: list[str] = []
    name: str = ""
    inside: str = ""
    columns: Columns = Columns()
    encoding: str = "utf-8"
    size: int | None = Field(default=None, ge=4, le=2048)
    rate: int | None = Field(default=None, ge=1000, le=192_000)
    seconds: float | None = Field(default=None, gt=0, le=600)
    unit: str = ""
    title: str = ""
    licence: str = ""
    citation: str = ""
    notes: str = ""
    kind: Literal["real", "composed", "made"] = "real"

    @field_validator("url", "sha256", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return ([value] if value else []) if isinstance(value, str) else value

    @field_validator("url")
    @classmethod
    def _are_addresses(cls, urls: list[str]) -> list[str]:
        if wrong := [url for url in urls if not re.match(r"https?://[^/\s]+", url)]:
            raise ValueError(f"{wrong[0]!r} is no address: it begins with https://")
        return urls

    @field_validator("encoding")
    @classmethod
    def _is_known(cls, encoding: str) -> str:
        try:
            "".encode(encoding)
        except LookupError:
            raise ValueError(f"there is no encoding {encoding!r}: utf-8, cp950, gb18030 or cp1252, say") from None
        return encoding

    @model_validator(mode="after")
    def _is_whole(self) -> DataSettings:
        for key in self.model_extra or {}:
            if close := get_close_matches(key.lower(), type(self).model_fields, n=1, cutoff=0.8):
                raise ValueError(f"unknown key {key!r}: did you mean {close[0]!r}?")
        if self.path.startswith("~"):
            raise ValueError(f"path: {self.path}: write it in full, for ~ is somebody else's folder on another machine")
        if self.source in ("folder", "table") and not self.path:
            raise ValueError(f"source is {self.source}: path must say where it is")
        if self.source == "url" and not self.url:
            raise ValueError("source is url: url must say which")
        if self.source in ("huggingface", "kaggle") and not self.name:
            raise ValueError(f"source is {self.source}: name must say which data set, as in owner/name")
        if self.source == "gymnasium" and not self.name:
            raise ValueError("source is gymnasium: name must say which environment, as in CartPole-v1")
        if self.sha256 and len(self.sha256) != len(self.url):
            raise ValueError(f"there are {len(self.url)} url and {len(self.sha256)} sha256: one for each, in order")
        if wrong := [digest for digest in self.sha256 if not re.fullmatch("[0-9a-fA-F]{64}", digest)]:
            raise ValueError(f"sha256: {wrong[0]!r} is no SHA-256: it has 64 digits from 0 to f")
        return self

    def own(self, **defaults: Any) -> dict[str, Any]:
        """The task's own keys, each with its default; any other key is a mistake."""
        given = self.model_extra or {}
        for key in given:
            if key not in defaults:
                close = get_close_matches(key, [*type(self).model_fields, *defaults], n=1)
                meant = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(self.known(defaults))}"
                raise UserError(f"params.yaml: data.{key}: unknown key: {meant}")
        return defaults | given

    def known(self, own: Any = ()) -> list[str]:
        """Every key that is allowed under ``data:``."""
        return sorted([*type(self).model_fields, *own])

    def need(self, *columns: str) -> None:
        """Raise a ``UserError`` if ``data.columns`` lacks one of ``columns``."""
        for column in columns:
            if not getattr(self.columns, column):
                raise UserError(f"params.yaml: data.columns.{column} is not set: name the column of your table")

    def check_path(self) -> None:
        """Raise a ``UserError`` if the team's files are not there. DVC would say so with a number instead of a key."""
        if self.source in ("folder", "table") and not Path(self.path).exists():
            raise UserError(f"params.yaml: data.path: there is no {Path(self.path).as_posix()}, seen from {Path.cwd()}")

    def record(self) -> dict[str, Any]:
        """What is set, for a fingerprint: a default that is spelled out changes nothing."""
        return self.model_dump(exclude_defaults=True)
