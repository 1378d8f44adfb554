"""Ways in which data go wrong, by the family of data, each with the rule that must tell of it."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from lab.data.payload import remember
from lab.files import sha256, tree_digest


@dataclass(frozen=True)
class Data:
    """Rows of ``examples.parquet``, an array beside them, where they come from, and what was validated before."""

    problem: Any
    rows: pd.DataFrame
    pictures: np.ndarray | None = None
    """Or sounds."""
    provenance: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] | None = None
    spoil: Callable[[Path], None] | None = None
    """What happens to the files before their digest is noted."""
    spoil_later: Callable[[Path], None] | None = None
    """What happens to them afterwards."""
    array: str = "pictures"
    """What ``pictures`` are, and the name of their file."""
    maps: np.ndarray | None = None
    files: dict[str, bytes] = field(default_factory=dict)
    """Other files beside the arrays."""

    def save(self, raw: Path) -> Data:
        """Write the payload as collect does; note its digest."""
        shutil.rmtree(raw, ignore_errors=True)
        raw.mkdir(parents=True)
        if self.pictures is not None:
            np.save(raw / f"{self.array}.npy", self.pictures, allow_pickle=True)
        if self.maps is not None:
            np.save(raw / "maps.npy", self.maps)
        for name, content in self.files.items():
            (raw / name).write_bytes(content)
        (raw / "examples.parquet").write_bytes(b"")
        if self.spoil:
            self.spoil(raw)
        digest = tree_digest(raw)
        (raw / "provenance.json").touch()
        if self.spoil_later:
            self.spoil_later(raw)
        return replace(self, provenance={"licence": "CC0", "citation": "x", **self.provenance, "digest": digest})

    def hashed(self) -> Data:
        """With digests that are right: whoever spoils data before collect has them right."""
        if "boxes.parquet" in self.files:
            with tempfile.TemporaryDirectory() as folder:
                self.save(Path(folder))
                digests = [sha256(one) for one in self.problem.contents(Path(folder), self.rows).hashed]
        elif self.pictures is not None:
            maps = [b""] * len(self.rows) if self.maps is None else [one.tobytes() for one in self.maps]
            digests = [sha256(one.tobytes() + more) for one, more in zip(self.pictures, maps, strict=False)]
            digests += [""] * (len(self.rows) - len(digests))
        else:
            contents = self.problem.contents(Path(), self.rows)
            digests = [sha256(content) for content in contents.hashed]
        return replace(self, rows=self.rows.assign(sha256=digests))

    def remembered(self) -> Data:
        contents = SimpleNamespace(**{self.array: self.pictures})
        return replace(self, before=remember(self.rows, contents))  # type: ignore[arg-type]

    def but(self, **columns: Any) -> Data:
        return replace(self, rows=self.rows.assign(**columns))

    def of(self, chosen: Any) -> Data:
        """These rows alone."""
        pictures = None if self.pictures is None else self.pictures[chosen]
        maps = None if self.maps is None else self.maps[chosen]
        rows, files = self.rows.iloc[chosen].reset_index(drop=True), self.files
        if "boxes.parquet" in files:
            boxes, kept = pd.read_parquet(io.BytesIO(files["boxes.parquet"])), io.BytesIO()
            boxes[boxes["id"].isin(rows["id"])].to_parquet(kept, index=False)
            files = {**files, "boxes.parquet": kept.getvalue()}
        return replace(self, rows=rows, pictures=pictures, maps=maps, files=files)

    def copies(self, alter: Callable[[np.ndarray], np.ndarray] = lambda x: x, **columns: Callable[[Any], Any]) -> Data:
        """With copies of every tenth example, under new ids, altered."""
        chosen = np.arange(5, len(self.rows), 10)
        more = self.rows.iloc[chosen].assign(id=[f"{90000 + row}" for row in chosen])
        more = more.assign(**{name: change(more[name]) for name, change in columns.items()})
        rows = pd.concat([self.rows, more], ignore_index=True)
        pictures = None if self.pictures is None else np.concatenate([self.pictures, alter(self.pictures[chosen])])
        maps = None if self.maps is None else np.concatenate([self.maps, self.maps[chosen]])
        return replace(self, rows=rows, pictures=pictures, maps=maps).hashed()


Corruption = Callable[[Data], Data]
RANDOM = np.random.default_rng(0)


def put(column: str, value: Any, rows: Any = 7) -> Corruption:
    """Another value in a row, or in some."""

    def corrupt(data: Data) -> Data:
        changed = data.rows.copy()
        chosen = np.atleast_1d(rows)
        if not isinstance(value, int | float) or not pd.api.types.is_numeric_dtype(changed[column]):
            changed[column] = changed[column].astype(object)
        for row in chosen:
            changed.at[row, column] = value
        return replace(data, rows=changed)

    return corrupt


def change(column: str, how: Callable[[pd.Series], Any], rehash: bool = False) -> Corruption:
    """Another column made of the old one."""

    def corrupt(data: Data) -> Data:
        changed = data.but(**{column: how(data.rows[column])})
        return changed.hashed() if rehash else changed

    return corrupt


def paint(how: Callable[[np.ndarray], np.ndarray], rehash: bool = True) -> Corruption:
    """Other pictures, with or without the digests that belong to them."""

    def corrupt(data: Data) -> Data:
        assert data.pictures is not None
        changed = replace(data, pictures=how(data.pictures.copy()))
        return changed.hashed() if rehash else changed

    return corrupt


def some(pictures: np.ndarray, rows: Any, value: Any) -> np.ndarray:
    pictures[rows] = value
    return pictures


def few(values: pd.Series, how: Callable[[pd.Series], Any], share: float = 0.02) -> pd.Series:
    """Changed in a few rows."""
    chosen = RANDOM.random(len(values)) < share
    return values.where(~chosen, how(values))


def shuffled(values: pd.Series, share: float = 1.0) -> pd.Series:
    chosen = np.flatnonzero(RANDOM.random(len(values)) < share)
    mixed = values.copy()
    mixed.iloc[chosen] = values.iloc[RANDOM.permutation(chosen)].to_numpy()
    return mixed


def another(values: pd.Series, share: float) -> pd.Series:
    """Another class in some rows."""
    classes = sorted(values.unique())
    following = {name: classes[(place + 1) % len(classes)] for place, name in enumerate(classes)}
    return few(values, lambda column: column.map(following), share)


def fewer(name: Any, left: int) -> Corruption:
    """A class of which only some are left."""

    def corrupt(data: Data) -> Data:
        answers = data.rows["label"]
        gone = np.flatnonzero(answers == name)[left:]
        return data.of(np.setdiff1d(np.arange(len(answers)), gone))

    return corrupt


def noise(pictures: np.ndarray) -> np.ndarray:
    top = int(pictures.max())
    step = max(1, top // 32)
    moved = pictures.astype(int) + RANDOM.integers(-step, step + 1, pictures.shape)
    return moved.clip(0, top).astype(pictures.dtype)


def one_pixel(pictures: np.ndarray) -> np.ndarray:
    return some(pictures.copy(), (slice(None), 3, 4), pictures.max() // 2)


def moved(pictures: np.ndarray) -> np.ndarray:
    return np.pad(pictures[:, :-1], ((0, 0), (1, 0), (0, 0)))


def file(name: str, how: Callable[[Path], Any]) -> Corruption:
    """Something happens to a file of the payload, before its digest is noted."""
    return lambda data: replace(data, spoil=lambda raw: how(raw / name))


def file_later(name: str, how: Callable[[Path], Any]) -> Corruption:
    return lambda data: replace(data, spoil_later=lambda raw: how(raw / name))


def source(**fields: str) -> Corruption:
    return lambda data: replace(data, provenance=fields)


def decimals(values: pd.Series) -> list[Decimal]:
    return [Decimal(str(value)) for value in values]
