"""How a committed file differs from the one that was made again: named so that a person finds the place."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lab.errors import some
from lab.files import digest_of, read_json

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?", re.IGNORECASE)
SHOWN = 3
"""Places that are named in one file; the rest is counted."""


def of_files(committed: Path, again: Path, tolerance: float = 0.0, skip: tuple[str, ...] = ()) -> list[str]:
    """Where the two differ; nothing if they are alike.

    Numbers may differ by ``tolerance``, relative to their size. ``skip`` are names of JSON that are not compared.
    """
    name = committed.as_posix()
    if not committed.is_file() or not again.is_file():
        missing = "is missing" if again.is_file() else "is not made again: no stage writes it"
        return [f"{name} {missing}"] if committed.is_file() or again.is_file() else []
    if digest_of(committed) == digest_of(again):
        return []
    try:
        places = _places(committed, again, tolerance, skip)
    except Exception as error:  # whatever a damaged file leads its reader to
        places = [f"cannot be read ({type(error).__name__})"]
    more = f" (and {len(places) - SHOWN} more places)" if len(places) > SHOWN else ""
    return [f"{name}: {'; '.join(places[:SHOWN])}{more}"] if places else []


def of_folders(committed: Path, again: Path, tolerance: float = 0.0) -> list[str]:
    """``of_files`` for each file of two folders."""
    found = {folder: [path for path in folder.rglob("[!.]*") if path.is_file()] for folder in (committed, again)}
    names = sorted({path.relative_to(folder).as_posix() for folder, paths in found.items() for path in paths})
    return [fault for name in names for fault in of_files(committed / name, again / name, tolerance)]


def _places(committed: Path, again: Path, tolerance: float, skip: tuple[str, ...]) -> list[str]:
    kind = committed.suffix
    if kind == ".json":
        return of_values(read_json(committed), read_json(again), tolerance, skip)
    if kind in (".parquet", ".csv"):
        import pandas as pd

        read = pd.read_csv if kind == ".csv" else pd.read_parquet
        return of_tables(read(committed), read(again), tolerance)
    if kind == ".safetensors":
        return _of_weights(committed, again)
    if kind == ".pdf":
        return _of_documents(committed, again)
    if kind == ".pptx":
        return _of_presentations(committed, again)
    return _of_texts(committed.read_text("utf-8"), again.read_text("utf-8"), tolerance)


def of_values(committed: Any, again: Any, tolerance: float, skip: tuple[str, ...] = (), place: str = "") -> list[str]:
    """Where two contents of JSON differ: ``methods.novel.seconds: 3, made again 4``."""
    if isinstance(committed, dict) and isinstance(again, dict):
        names = [name for name in dict.fromkeys([*committed, *again]) if name not in skip]
        inside = [(name, committed.get(name, "nothing"), again.get(name, "nothing")) for name in names]
    elif isinstance(committed, list) and isinstance(again, list) and len(committed) == len(again):
        inside = [(number, *pair) for number, pair in enumerate(zip(committed, again, strict=True))]
    else:
        return [] if _alike(committed, again, tolerance) else [f"{place}: {committed!r:.60}, made again {again!r:.60}"]
    below = f"{place}." if place else ""
    return [one for name, old, new in inside for one in of_values(old, new, tolerance, skip, f"{below}{name}")]


def _alike(one: Any, other: Any, tolerance: float) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int) and tolerance:
        return math.isclose(one, other, rel_tol=tolerance, abs_tol=tolerance)
    return type(one) is type(other) and one == other


def of_tables(committed: pd.DataFrame, again: pd.DataFrame, tolerance: float = 0.0) -> list[str]:
    """The columns that differ, in how many rows, and the first of them by its ``id``."""
    if list(committed.columns) != list(again.columns):
        return [f"columns {some(list(committed))}, made again {some(list(again))}"]
    if len(committed) != len(again):
        return [f"{len(committed)} rows, made again {len(again)}"]
    names = committed["id"].tolist() if "id" in committed else [row + 1 for row in range(len(committed))]
    places = []
    for column in committed:
        pairs = zip(committed[column], again[column], strict=True)
        rows = [row for row, (one, other) in enumerate(pairs) if not _same(one, other, tolerance)]
        if rows:
            which = "id" if "id" in committed else "row"
            first = f"{committed[column].iloc[rows[0]]!s:.40}, made again {again[column].iloc[rows[0]]!s:.40}"
            places.append(f"{column} of {len(rows)} rows, the first is {which} {names[rows[0]]!s}: {first}")
    return places


def _same(one: Any, other: Any, tolerance: float) -> bool:
    import numpy as np

    first, second = np.asarray(one), np.asarray(other)
    if first.shape != second.shape or first.dtype.kind != second.dtype.kind:
        return False
    if first.dtype.kind == "f":
        return bool(np.allclose(first, second, rtol=tolerance, atol=tolerance, equal_nan=True))
    return bool(np.all(first == second)) or (one is None and other is None)


def _of_weights(committed: Path, again: Path) -> list[str]:
    from safetensors.numpy import load_file

    old, new = load_file(committed), load_file(again)
    if {name: value.shape for name, value in old.items()} != {name: value.shape for name, value in new.items()}:
        return ["other weights by name or shape"]
    return [f"{name}: {_count(old[name], new[name])}" for name in old if (old[name] != new[name]).any()]


def _count(old: np.ndarray, new: np.ndarray) -> str:
    return f"{int((old != new).sum())} of {old.size} numbers differ, at most by {abs(old - new).max():.3g}"


def _of_documents(committed: Path, again: Path) -> list[str]:
    """By their words; if all are the same, pictures or layout differ, or another version of Typst set them."""
    try:
        from pypdf import PdfReader
    except ModuleNotFoundError:  # of the group `dev`
        return ["is not what these results give"]
    readers = PdfReader(committed), PdfReader(again)
    pages = [[page.extract_text().split() for page in reader.pages] for reader in readers]
    for number, (old, new) in enumerate(zip(*pages, strict=False), start=1):
        for word, right in zip([*old, "nothing"], [*new, "nothing"], strict=False):
            if word != right:
                return [f"page {number}: {word!r}, where these results give {right!r}"]
    if len(pages[0]) != len(pages[1]):
        return [f"{len(pages[0])} pages, made again {len(pages[1])}"]
    programs = [reader.metadata.creator if reader.metadata else None for reader in readers]
    return [] if programs[0] != programs[1] else ["a picture or the layout is not what these results give"]


def _of_presentations(committed: Path, again: Path) -> list[str]:
    """As documents are compared."""
    from pptx import Presentation

    decks = [Presentation(str(path)) for path in (committed, again)]
    for number, slides in enumerate(zip(*(deck.slides for deck in decks), strict=False), start=1):
        texts = ["\n".join(text.text or "" for text in slide.element.iter("{*}t")) for slide in slides]
        for old, new in zip(*((*text.split(), "nothing") for text in texts), strict=False):
            if old != new:
                return [f"slide {number}: {old!r}, where these results give {new!r}"]
    if len(decks[0].slides) != len(decks[1].slides):
        return [f"{len(decks[0].slides)} slides, made again {len(decks[1].slides)}"]
    programs = [deck.core_properties.comments for deck in decks]
    return [] if programs[0] != programs[1] else ["a picture or the layout is not what these results give"]


def _of_texts(committed: str, again: str, tolerance: float) -> list[str]:
    pairs = zip([*committed.splitlines(), ""], [*again.splitlines(), ""], strict=False)
    for number, (old, new) in enumerate(pairs, start=1):
        if old == new:
            continue
        numbers = zip(NUMBER.findall(old), NUMBER.findall(new), strict=False)
        near = tolerance and all(_alike(float(one), float(other), tolerance) for one, other in numbers)
        if not near or NUMBER.sub("", old) != NUMBER.sub("", new):
            start = _first_difference(old.strip(), new.strip())
            return [f"line {number}: {old.strip()[start:]!r:.80}, made again {new.strip()[start:]!r:.80}"]
    return [] if len(committed.splitlines()) == len(again.splitlines()) else ["another number of lines"]


def _first_difference(old: str, new: str) -> int:
    """Where to begin so that the first sign that differs is among the first 40: a page of HTML may be one line."""
    same = next((place for place, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), 0)
    return max(0, same - 40)
