"""``uv run lab look``: what the settings of ``data:`` would give, before anything is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from lab.contract import Problem
from lab.data.pictures import UnreadableError, contact_sheet
from lab.data.sources import some
from lab.data_settings import DataSettings
from lab.paths import HOME

SHEET = HOME / "look.png"
FEW = 20
"""Examples of a class below which it is named."""


def look(problem: Problem, options: DataSettings) -> None:
    """Collect into a folder that is thrown away, and print what came of it.

    Raises:
        UserError: nothing would be collected; the reason, after a list of all that are at fault.
    """
    with tempfile.TemporaryDirectory(prefix="look-") as folder:
        try:
            examples, provenance = problem.collect(Path(folder), options)
        except UnreadableError as error:
            for name, reason in error.reasons.items():
                print(f"  {name}: {reason}")
            raise
        print(f"{provenance.title} ({provenance.kind} data), from {provenance.source}")
        for line in [*counts(examples, problem.stratify), *problems(examples, problem.stratify, options)]:
            print(line)
        pictures = Path(folder) / "pictures.npy"
        if pictures.is_file():
            labels = examples[problem.stratify or "id"].astype(str).tolist()
            contact_sheet(np.load(pictures, mmap_mode="r"), SHEET, labels)
            print(f"some of them, class by class: {SHEET.as_posix()}")
        else:
            head = examples.drop(columns=["sha256"]).head(8)
            with pd.option_context("display.width", 120, "display.max_columns", 12, "display.max_colwidth", 40):
                print(head.to_string() if head.shape[1] <= 8 else head)
    print("nothing was written: `uv run dvc repro` collects it")


def counts(examples: pd.DataFrame, label: str | None) -> list[str]:
    """How many there are, of which classes, and the columns with their ranges."""
    lines = [f"{len(examples)} examples"]
    if label:
        sizes = examples[label].astype(str).value_counts()
        lines.append(f"{len(sizes)} classes: {some([f'{name} {size}' for name, size in sizes.items()], 20)}")
    for name in examples.columns.difference(["id", "sha256", label or ""], sort=False):
        column = examples[name]
        known = column.dropna()
        if known.empty:
            what = "empty"
        elif pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            what = f"{_short(known.min())} to {_short(known.max())}"
        else:
            what = f"{known.astype(str).nunique()} different texts"
        gaps = f", {column.isna().sum()} missing" if column.isna().any() else ""
        lines.append(f"  {name}: {what}{gaps}")
    return lines


def problems(examples: pd.DataFrame, label: str | None, options: DataSettings) -> list[str]:
    """What a person should know before training on them."""
    lines = []
    if label:
        sizes = examples[label].astype(str).value_counts()
        if len(tiny := sizes[sizes < FEW]):
            named = some([f"{name} {size}" for name, size in tiny.items()])
            lines.append(f"few examples of {len(tiny)} classes: {named}")
        if sizes.max() > 10 * sizes.min():
            lines.append(
                f"unequal: {sizes.idxmax()} has {sizes.max() / sizes.min():.0f} times as many as {sizes.idxmin()}"
            )
    if twice := int(examples["id"].duplicated().sum()):
        lines.append(
            f"{twice} ids are there more than once: {some(examples['id'][examples['id'].duplicated()].tolist())}"
        )
    copies = examples["sha256"].duplicated(keep=False)
    if copies.any():
        lines.append(f"{copies.sum()} examples are the same as another: {some(examples['id'][copies].tolist())}")
    missing = examples.isna().mean()
    if len(gaps := missing[missing > 0.3]):
        lines.append(f"mostly or often missing: {some([f'{name} ({share:.0%})' for name, share in gaps.items()])}")
    constant = [name for name in examples if name != label and examples[name].nunique() == 1 and len(examples) > 1]
    if constant:
        lines.append(f"always the same: {some(constant)}")
    if options.source != "demo":
        unsaid = [key for key in ("licence", "citation") if not getattr(options, key)]
        lines += [f"data.{key} is not set in params.yaml: say where the data come from" for key in unsaid]
    return [f"! {line}" for line in lines]


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")


def main() -> None:
    """Look at what params.yaml names now."""
    from lab.settings import read_params
    from lab.team_code.loading import load_problem

    options = read_params().data
    if options.source == "demo":
        print("data.source is demo: own_data/README.md says how to use your own")
    look(load_problem(), options)
