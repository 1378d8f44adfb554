"""A copy of the template's documents and rubric in a folder of its own, with made-up results, for tests."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import example_results
from jinja2 import Environment, StrictUndefined
from small_project import PARAMS

from lab.paths import OWN_FIGURES
from lab.settings import read_params, read_project

ROOT = Path(__file__).parents[2] / "template"
LANGUAGES = ("en", "zh-TW")


def make(folder: Path, language: str = "en", **results: Any) -> dict[str, Any]:
    """Fill ``folder``; return the content of its comparison.json."""
    shutil.copytree(ROOT / "documents", folder / "documents")
    if not results.pop("poster", False):
        (folder / "documents/poster.typ.jinja").unlink()
    for path in (folder / "documents").glob("*.jinja"):
        template = Environment(undefined=StrictUndefined, trim_blocks=True).from_string(path.read_text("utf-8"))
        path.with_suffix("").write_text(template.render(language=language), encoding="utf-8")
        path.unlink()
    methods = results.get("methods", example_results.METHODS)
    (folder / "params.yaml").write_text(
        json.dumps(PARAMS | {"methods": {name: {} for name in methods}}), encoding="utf-8"
    )
    room = folder / "src/lab/tasks/image_classification"
    room.mkdir(parents=True)
    for name in ("problem", *methods):
        (room / f"{name}.py").write_text("", encoding="utf-8")
    parts = [(ROOT / f"rubrics/{name}.yml").read_text("utf-8") for name in ("head", results.pop("rubric", "im5062"))]
    (folder / "rubric.yml").write_text("\n".join(parts), encoding="utf-8")
    for path in [*(ROOT / "src/lab").glob("*.toml")]:  # what documents read of the code
        shutil.copy(path, folder / path.relative_to(ROOT))
    project = results.pop("project", example_results.PROJECT).replace('language = "en"', f'language = "{language}"')
    read_project.cache_clear()
    read_params.cache_clear()
    text = "".join(path.read_text("utf-8") for path in (folder / "documents").glob("*.typ"))
    named = set(re.findall(r'-figure\("([^"]+)\.svg"', text)) - set(OWN_FIGURES)
    figures = {"figures": ("confusion_matrix", *sorted(named))}
    return example_results.write(folder, project=project, **(figures | results))


def mini_report(folder: Path, body: str) -> None:
    """A report of ``body`` alone, which does not depend on what the team wrote."""
    imports = "".join(f'#import "machinery/{name}.typ": *\n' for name in ("theme", "data", "results"))
    head = f'{imports}#show: paper.with(kind: "Test")\n'
    tail = '\n#bibliography("references.bib")\n'
    (folder / "documents/report.typ").write_text(head + body + tail, encoding="utf-8")


def edit(name: str, old: str, new: str) -> None:
    """Replace ``old``, which must be there, in a file of the current folder."""
    path = Path(name)
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
