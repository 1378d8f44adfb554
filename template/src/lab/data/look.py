"""``uv run lab look``: what the settings of ``data:`` would give, before anything is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from lab.console import language, listed, localised, said, tell
from lab.contract import Problem
from lab.data.pictures import UnreadableError, contact_sheet
from lab.data_settings import DataSettings
from lab.messages import translated_whole
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
                print(f"  {name}: {localised(reason)}")
            _show_readable(Path(folder) / "pictures.npy")
            raise
        kind = said(f"kinds.{provenance.kind}")
        title, source = (translated_whole(text, language()) for text in (provenance.title, provenance.source))
        tell("look.source", title=title, kind=kind, source=source)
        for line in [*counts(examples, problem.stratify), *problems(examples, problem.stratify, options)]:
            print(line)
        pictures = Path(folder) / "pictures.npy"
        if pictures.is_file():
            labels = examples[problem.stratify or "id"].astype(str).tolist()
            contact_sheet(np.load(pictures, mmap_mode="r"), SHEET, labels)
            tell("look.sheet", path=SHEET.as_posix())
        else:
            head = examples.drop(columns=["sha256"]).head(8)
            shown = {"width": 120, "max_columns": 12, "max_colwidth": 40, "show_dimensions": False}
            with pd.option_context(*(part for name, value in shown.items() for part in (f"display.{name}", value))):
                print(head.to_string() if head.shape[1] <= 8 else head)
    tell("look.nothing_written")


def _show_readable(path: Path) -> None:
    """A sheet of the pictures that could be read, where others could not: those are black in the file."""
    if path.is_file():
        pictures = np.load(path)
        if len(read := pictures[pictures.reshape(len(pictures), -1).any(axis=1)]):
            contact_sheet(read, SHEET, [""] * len(read))
            tell("look.readable", number=len(read), path=SHEET.as_posix())


def counts(examples: pd.DataFrame, label: str | None) -> list[str]:
    """How many there are, of which classes, and the columns with their ranges."""
    lines = [said("look.examples", number=len(examples))]
    if label:
        sizes = examples[label].astype(str).value_counts()
        told = listed([f"{name} {size}" for name, size in sizes.items()], 20)
        lines.append(said("look.classes", number=len(sizes), sizes=told))
    for name in examples.columns.difference(["id", "sha256", label or ""], sort=False):
        column = examples[name]
        known = column.dropna()
        if known.empty:
            what = said("look.empty")
        elif pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column):
            what = said("look.range", first=_short(known.min()), last=_short(known.max()))
        else:
            what = said("look.texts", number=known.astype(str).nunique())
        if column.isna().any():
            what = said("look.gaps", what=what, number=column.isna().sum())
        lines.append(said("look.column", name=name, what=what))
    return lines


def problems(examples: pd.DataFrame, label: str | None, options: DataSettings) -> list[str]:
    """What a person should know before training on them."""
    lines = []
    if label:
        sizes = examples[label].astype(str).value_counts()
        if len(tiny := sizes[sizes < FEW]):
            named = listed([f"{name} {size}" for name, size in tiny.items()])
            lines.append(said("look.few", number=len(tiny), names=named))
        if sizes.max() > 10 * sizes.min():
            times = f"{sizes.max() / sizes.min():.0f}"
            lines.append(said("look.unequal", largest=sizes.idxmax(), times=times, smallest=sizes.idxmin()))
    again = examples["id"].duplicated()
    if again.any():
        lines.append(said("look.ids_twice", number=again.sum(), names=listed(examples["id"][again].tolist())))
    copies = examples["sha256"].duplicated(keep=False)
    if copies.any():
        lines.append(said("look.copies", number=copies.sum(), names=listed(examples["id"][copies].tolist())))
    missing = examples.isna().mean()
    if len(gaps := missing[missing > 0.3]):
        named = listed([f"{name} ({share:.0%})" for name, share in gaps.items()])
        lines.append(said("look.often_missing", names=named))
    constant = [name for name in examples if name != label and examples[name].nunique() == 1 and len(examples) > 1]
    if constant:
        lines.append(said("look.constant", names=listed(constant)))
    if options.source != "demo":
        unsaid = [key for key in ("licence", "citation") if not getattr(options, key)]
        lines += [said("look.untold", key=key) for key in unsaid]
    return [f"! {line}" for line in lines]


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value).removesuffix(" 00:00:00")


def main() -> None:
    """Look at what params.yaml names now."""
    from lab.settings import read_params
    from lab.team_code.loading import load_problem

    options = read_params().data
    if options.source == "demo":
        tell("look.demo")
    look(load_problem(), options)
