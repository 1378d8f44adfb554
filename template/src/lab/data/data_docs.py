"""Data Docs, a web page: the rules and what broke them, the balance of the classes, examples, and doubtful answers.

It needs no web, asks no server for anything, and shows values of the data as text.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TypedDict

import numpy as np
import pandas as pd
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lab.contract import Contents
from lab.data.gate import column_name, reason
from lab.data_results import Collected, RuleResult, Severity, SplitReport, Validation
from lab.files import write_text
from lab.paths import DATA_DOCS
from lab.settings import read_project
from lab.style import STYLE, number
from lab.words import table

SHOWN = 36
"""Examples of a sheet."""


class ClassShown(TypedDict):
    """A class: its examples, their number as a share of the largest class's in percent, and their number by split."""

    name: str
    count: int
    width: float
    splits: dict[str, int]


class Shown(TypedDict):
    """An example: its answer, and a picture (as a data address), a text or its first cells."""

    id: str
    answer: str
    picture: str
    text: str
    cells: dict[str, str]


def write_page(
    report: Validation,
    rows: pd.DataFrame,
    contents: Contents | None,
    provenance: Collected,
    split: SplitReport | None = None,
) -> None:
    """Write the page of ``validation.json``'s and, once there is one, ``splits.json``'s content."""
    write_text(DATA_DOCS, page(report, rows, contents, provenance, split, read_project().language))


def page(
    report: Validation,
    rows: pd.DataFrame,
    contents: Contents | None,
    provenance: Collected,
    split: SplitReport | None = None,
    language: str = "en",
) -> str:
    """The same as HTML."""
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,  # values of the data are never HTML
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    suspects = report.get("suspicious", [])[:SHOWN]
    rows_of = np.flatnonzero(rows["id"].astype(str).isin([entry["id"] for entry in suspects]))
    places = {str(rows["id"].iloc[row]): int(row) for row in rows_of}
    return environment.get_template("data_docs.j2").render(
        language=language,
        column_name=column_name,
        reason=reason,
        say=table(language)["terms"] | table(language)["page"],
        number=number,
        light=STYLE["page"],
        dark=STYLE["page_dark"],
        report=report,
        broken={"stop": _broken(report, "stop"), "warn": _broken(report, "warn")},
        split=split,
        provenance=provenance,
        classes=_classes(report, split),
        examples=_shown(rows, contents, _spread(rows, contents)),
        suspects=list(zip(suspects, _shown(rows, contents, [places[entry["id"]] for entry in suspects]), strict=True)),
    )


def _broken(report: Validation, level: Severity) -> list[RuleResult]:
    return [entry for entry in report["expectations"] if not entry["success"] and entry["severity"] == level]


def _classes(report: Validation, split: SplitReport | None) -> list[ClassShown]:
    """Name, count and share of the largest; a count for each split, once there is one."""
    counts = report.get("classes") or {}
    most = max(counts.values(), default=1)
    by_split = split["classes"] if split else {}
    listed = sorted(counts.items(), key=lambda item: -item[1])[:60]
    return [
        {"name": name, "count": count, "width": round(100 * count / most, 1), "splits": by_split.get(name, {})}
        for name, count in listed
    ]


def _spread(rows: pd.DataFrame, contents: Contents | None) -> list[int]:
    """Rows to show: as many of each class, else spread over all."""
    if contents is not None and contents.target is not None and rows[contents.target].nunique() <= SHOWN:
        each = max(1, SHOWN // max(rows[contents.target].nunique(), 1))
        order = rows.reset_index(drop=True).groupby(contents.target, sort=True).head(each)
        return order.sort_values(contents.target, kind="stable").index[:SHOWN].tolist()
    return np.unique(np.linspace(0, len(rows) - 1, min(len(rows), SHOWN)).astype(int)).tolist() if len(rows) else []


def _shown(rows: pd.DataFrame, contents: Contents | None, chosen: list[int]) -> list[Shown]:
    pictures = None if contents is None else contents.pictures
    low, high = (float(pictures.min()), float(pictures.max())) if pictures is not None and len(pictures) else (0.0, 1.0)
    shown = []
    for row in chosen:
        entry: Shown = {"id": str(rows["id"].iloc[row]), "answer": "", "picture": "", "text": "", "cells": {}}
        if contents is not None and contents.target is not None:
            entry["answer"] = str(rows[contents.target].iloc[row])
        if pictures is not None:
            entry["picture"] = _png(pictures[row], low, high)
        elif contents is not None and contents.texts is not None:
            text = contents.texts[row].encode("utf-8", "replace").decode("utf-8")  # half a character is no UTF-8
            entry["text"] = text if len(text) <= 300 else f"{text[:299]}…"
        else:
            cells = rows.iloc[[row]].drop(columns=["id", "sha256"], errors="ignore").iloc[0]
            entry["cells"] = {str(name): _cell(value) for name, value in list(cells.items())[:8]}
        shown.append(entry)
    return shown


def _cell(value: object) -> str:
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= 40 else f"{text[:39]}…"


def _png(picture: np.ndarray, low: float, high: float) -> str:
    """A data address. All pictures share one scale, so that one in another unit is easy to see."""
    from PIL import Image

    values = np.nan_to_num((picture.astype(float) - low) / max(high - low, 1e-9))
    bands = (255 * values).clip(0, 255).astype(np.uint8)
    bands = bands[..., 0] if bands.ndim == 3 and bands.shape[2] in (1, 2) else bands
    image = Image.fromarray(bands[..., :3] if bands.ndim == 3 else bands)
    image.thumbnail((128, 128))
    buffer = io.BytesIO()
    image.save(buffer, "png", optimize=False)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
