"""Checks of what the examples are: their digests, pictures and texts, and the files that hold them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict

import numpy as np
import pandas as pd

from lab.contract import Contents, Problem
from lab.data.box_checks import check_boxes, fault_of_boxes
from lab.data.checks import Check, implausible
from lab.data.map_checks import check_maps
from lab.data.series_checks import check_series
from lab.data_results import Collected
from lab.errors import UserError
from lab.files import sha256
from lab.words import Say, Text, in_each

INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffd]")
"""NUL and other control characters, byte order and direction marks, and the sign for a character that was lost."""

CLIPPED = 0.02
"""Share of samples at the loudest value from which on a sound was recorded too loud."""
LOUDER = 4.0
"""Times louder or softer than most: below that nobody minds (12 decibels)."""


def read_contents(problem: Problem, raw: Path, examples: pd.DataFrame) -> Contents | None:
    """What ``contents`` in problem.py reads, one entry for each row; None without such a function."""
    if not hasattr(problem, "contents"):
        return None
    try:
        contents: Contents = problem.contents(raw, examples)
        contents = replace(contents, hashed=list(contents.hashed))
    except UserError:
        raise
    except Exception as error:  # the errors of libraries for a file that is cut, missing or of another kind
        told = " ".join(f"{type(error).__name__}: {error}".split())
        raise UserError(f"contents in problem.py cannot read {raw.as_posix()}: {told}") from None
    for what in ("hashed", "pictures", "texts", "table", "sounds", "maps"):
        part = getattr(contents, what)
        if part is not None and len(part) != len(examples):
            name = "contents" if what == "hashed" else what
            raise UserError(f"{raw.as_posix()} has {len(part):,} {name} for {len(examples):,} rows of examples.parquet")
    pictures, texts = contents.pictures, contents.texts
    if pictures is not None and (pictures.ndim not in (3, 4) or pictures.dtype.kind not in "uifb"):
        told = f"an array of {pictures.dtype} with {pictures.ndim} dimensions"
        raise UserError(f"pictures in {raw.as_posix()} must be numbers (n, height, width[, channels]), not {told}")
    maps = contents.maps
    if maps is not None and (maps.dtype.kind not in "uif" or pictures is None or maps.shape != pictures.shape[:3]):
        told = f"an array of {maps.dtype} of shape {maps.shape[1:]}"
        raise UserError(f"maps in {raw.as_posix()} must be numbers, one for each pixel of its picture, not {told}")
    if contents.boxes is not None and (told := fault_of_boxes(contents)):
        raise UserError(f"boxes in {raw.as_posix()} {told}")
    sounds = contents.sounds
    if sounds is not None and (sounds.ndim != 2 or sounds.dtype.kind not in "uif"):
        told = f"an array of {sounds.dtype} with {sounds.ndim} dimensions"
        raise UserError(f"sounds in {raw.as_posix()} must be numbers (n, samples), not {told}")
    if texts is not None and (strange := {type(text).__name__ for text in texts if not isinstance(text, str)}):
        raise UserError(
            f"texts in {raw.as_posix()} must be texts: there are values of type {', '.join(sorted(strange))}"
        )
    return contents


def check_contents(contents: Contents, examples: pd.DataFrame) -> list[Check]:
    stale = np.array([sha256(content) for content in contents.hashed]) != examples["sha256"].astype(str).to_numpy()
    checks = [Check("digest_of_content", "stop", stale, "sha256")]
    if contents.pictures is not None and len(examples):
        pixels = contents.pictures.reshape(len(examples), -1)
        brightest, darkest = pixels.max(axis=1).astype(float), pixels.min(axis=1).astype(float)
        finite = np.isfinite(pixels).all(axis=1) if pixels.dtype.kind == "f" else np.ones(len(examples), bool)
        checks += [
            Check("finite", "stop", ~finite, "pictures"),
            Check("picture_shows_something", "stop", brightest == darkest),
            Check("brightness_plausible", "warn", implausible(brightest - darkest)),
        ]
    if contents.sounds is not None and len(examples):
        checks += check_sounds(contents.sounds)
    if contents.maps is not None and len(examples):
        checks += check_maps(contents)
    if contents.boxes is not None and len(examples):
        checks += check_boxes(contents, examples["id"])
    if contents.series is not None:
        checks += check_series(contents.series)
    if contents.texts is not None:
        checks += check_texts(list(contents.texts))
    return checks


def check_sounds(sounds: np.ndarray) -> list[Check]:
    """Whether something is heard in each, about as loud as in the others, and not cut off at the loudest."""
    loudest, quietest = sounds.max(axis=1).astype(float), sounds.min(axis=1).astype(float)
    finite = np.isfinite(loudest) & np.isfinite(quietest)
    size = np.maximum(np.abs(loudest), np.abs(quietest))
    top = np.max(size[finite], initial=0)
    range_ = np.where(finite, loudest - quietest, 0)
    middle = np.median(range_[range_ > 0]) if (range_ > 0).any() else 1.0
    # Sounds that were all made alike hardly differ: a difference that nobody minds is none.
    other = np.abs(np.log(np.maximum(range_, 1e-9) / middle)) > np.log(LOUDER)
    clipped = ((sounds >= top) | (sounds <= -top)).mean(axis=1) > CLIPPED
    return [
        Check("finite", "stop", ~finite, "sounds"),
        Check("sound_is_heard", "stop", loudest == quietest),
        Check("loudness_plausible", "warn", implausible(range_) & other),
        Check("sound_not_clipped", "warn", clipped),
    ]


def check_texts(texts: list[str], column: str | None = None) -> list[Check]:
    half = np.array([any("\ud800" <= sign <= "\udfff" for sign in text) for text in texts], bool)
    hidden = np.array([INVISIBLE.search(text) is not None for text in texts], bool)
    empty = np.array([not INVISIBLE.sub("", text).strip() for text in texts], bool)
    most, count = Counter(texts).most_common(1)[0] if texts else ("", 0)
    shown = most if len(most) <= 40 else f"{most[:37]}…"
    same = len(texts) > 1 and count > 0.5 * len(texts)
    told = in_each(lambda say: say("details.many_are", number=f"{count:,}", value=repr(shown)))
    return [
        Check("valid_text", "stop", half, column),
        Check("text_says_something", "stop", empty, column),
        Check("texts_differ", "stop", None, column, told if same else "", holds=not same),
        Check("clean_text", "warn", hidden, column),
    ]


def check_source(provenance: Collected) -> Check:
    given = {"licence": provenance.get("licence"), "citation": provenance.get("citation")}
    missing = [key for key, text in given.items() if not str(text or "").strip()]

    def told(say: Say) -> str:
        names = say("results.list").join(say(f"terms.{key}").lower() for key in missing)
        return say("evidence.not_given", missing=names)

    return Check("source_is_told", "warn", holds=not missing, detail=in_each(told) if missing else "")


class Memory(TypedDict):
    """``.lab/validated.json``: what the data were when this machine last validated them."""

    rows: int
    types: dict[str, str]  # of each column: number, text or true/false
    medians: dict[str, float]
    shape: NotRequired[str]  # of the pictures


def remember(examples: pd.DataFrame, contents: Contents | None) -> Memory:
    """What the next validation is compared with."""
    numbers = examples.select_dtypes("number")
    known: Memory = {
        "rows": len(examples),
        "types": {str(name): _kind(examples[name]) for name in examples},
        "medians": {str(name): float(value) for name, value in numbers.median().items() if np.isfinite(value)},
    }
    for name in ("pictures", "sounds"):
        array = getattr(contents, name, None)
        if array is not None and len(examples):
            known["shape"] = f"{' × '.join(map(str, array.shape[1:]))} {array.dtype}"
            known["medians"][name] = float(np.median(array.reshape(len(array), -1).max(axis=1)))
    return known


def _kind(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "true/false"
    return "number" if pd.api.types.is_numeric_dtype(column) else "text"


def check_memory(now: Memory, before: Memory | None) -> list[Check]:
    """What changed since this machine last validated the data: half of a data set looks complete by itself.

    Where nothing did there is no check: the report must be the same on a machine that sees the data for the first time.
    """
    if before is None:
        return []
    checks = []
    if now["rows"] < 0.6 * before["rows"]:
        detail = _was(f"{now['rows']:,}", f"{before['rows']:,}")
        checks.append(Check("rows_as_before", "warn", holds=False, detail=detail))
    if "shape" in now and now["shape"] != before.get("shape", now["shape"]):
        checks.append(Check("shape_as_before", "warn", detail=_was(now["shape"], before["shape"]), holds=False))
    for name, kind in now["types"].items():
        if kind != (was := before["types"].get(name, kind)):
            checks.append(Check("type_as_before", "warn", None, name, _was(kind, was), holds=False))
    for name, middle in now["medians"].items():
        earlier = before["medians"].get(name, middle)
        if earlier and not 0.2 < middle / earlier < 5:
            checks.append(
                Check("scale_as_before", "warn", None, name, _was(f"{middle:g}", f"{earlier:g}"), holds=False)
            )
    return checks


def _was(now: str, before: str) -> Text:
    kinds = {"number": "details.number", "text": "details.text", "true/false": "details.true_or_false"}

    def told(say: Say) -> str:
        now_said, before_said = (say(kinds[each]) if each in kinds else each for each in (now, before))
        return say("details.was", now=now_said, before=before_said)

    return in_each(told)
