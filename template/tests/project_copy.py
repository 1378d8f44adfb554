"""A copy of this project's documents and rubric in a folder of its own, with made-up results, for tests."""

from __future__ import annotations

import importlib
import re
import shutil
import tomllib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import example_results
from ruamel.yaml import YAML

from lab import documents
from lab.settings import read_params, read_project

ROOT = Path(__file__).parents[1]
IS_TEMPLATE = (ROOT / "project.toml.jinja").is_file()  # Finalist's own tree, where documents are still to be rendered


def languages() -> list[str]:
    if IS_TEMPLATE:
        return ["en", "zh-TW"]
    return [tomllib.loads((ROOT / "project.toml").read_text(encoding="utf-8"))["language"]]


def make(folder: Path, language: str | None = None, **results: Any) -> dict[str, Any]:
    """Fill ``folder``; return the content of its comparison.json. Without ``methods`` it has the project's own."""
    language = language or languages()[0]
    (folder / "documents").mkdir(parents=True)
    for path in (ROOT / "documents").iterdir():
        target = folder / "documents" / path.name.removesuffix(".jinja")
        if path.suffix == ".jinja":
            from jinja2 import Environment, StrictUndefined

            template = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(path.read_text("utf-8"))
            target.write_text(template.render(language=language), encoding="utf-8")
        elif path.is_file():
            shutil.copy(path, target)
    shutil.copy(ROOT / "rubric.yml", folder)
    project = results.pop("project", example_results.PROJECT).replace('language = "en"', f'language = "{language}"')
    read_project.cache_clear()
    read_params.cache_clear()
    return example_results.write(folder, project=project, **(own_shape(folder) | results))


def own_shape(folder: Path) -> dict[str, Any]:
    """The methods, metrics and figures that the team's text may speak of."""
    text = "".join((folder / f"documents/{name}.typ").read_text("utf-8") for name in documents.DOCUMENTS)
    named = set(re.findall(r'-figure\("([^"]+)\.svg"', text)) - {"learning_curves", "comparison"}
    if IS_TEMPLATE:
        return {"figures": ("confusion_matrix", *sorted(named))}
    task = tomllib.loads((ROOT / "project.toml").read_text(encoding="utf-8"))["task"]
    params = YAML(typ="safe", pure=True).load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    metrics = tuple(asdict(metric) for metric in importlib.import_module(f"lab.tasks.{task}.problem").metrics)
    return {
        "methods": tuple(params["methods"]),
        "metrics": metrics,
        "figures": ("example", *sorted(named - {"example"})),
    }


def mini_report(folder: Path, body: str) -> None:
    """A report of ``body`` alone, which does not depend on what the team wrote."""
    head = '#import "theme.typ": *\n#import "data.typ": *\n#import "results.typ": *\n#show: paper.with(kind: "Test")\n'
    tail = '\n#bibliography("references.bib")\n'
    (folder / "documents/report.typ").write_text(head + body + tail, encoding="utf-8")
