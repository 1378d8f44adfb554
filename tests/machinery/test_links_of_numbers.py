"""Each printed number of a result is a link: it leads to the line of the file that it was read from."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import example_results
import project_copy
import pytest
from presentations import opened
from printed_numbers import forms
from pypdf import PageObject, PdfReader

from lab.files import read_json, write_json
from lab.reporting.documents import compile_documents
from lab.reporting.powerpoint import powerpoint
from lab.words import table

HOST = "https://git.example.org/team/project"
SCALES = (1, 100, 1 / 2**20)
"""A share is shown in percent, and bytes in MiB."""


def texts_of(page: PageObject) -> list[tuple[float, float, str]]:
    """The pieces of text of a page, each with the place where it begins."""
    found: list[tuple[float, float, str]] = []

    def note(text: str, ctm: list[float], matrix: list[float], *rest: object) -> None:
        if text.strip():
            found.append((matrix[4] * ctm[0] + ctm[4], matrix[5] * ctm[3] + ctm[5], text.strip()))

    page.extract_text(visitor_text=note)
    return found


def links(pdf: bytes) -> Iterator[tuple[str, str]]:
    """Each link to an address, and the text that stands where one clicks."""
    for page in PdfReader(io.BytesIO(pdf)).pages:
        texts = texts_of(page)
        for reference in cast(Any, page.get("/Annots", [])):
            annotation = reference.get_object()
            address = annotation.get("/A", {}).get("/URI")
            if address:
                left, low, right, high = map(float, annotation["/Rect"])
                inside = [text for x, y, text in texts if left - 0.5 <= x < right and low - 1 <= y <= high + 1]
                yield str(address), " ".join(inside)


def runs_of(deck: Any) -> Iterator[Any]:
    """Each piece of text of a presentation, those in tables too."""
    for shape in (shape for slide in deck.slides for shape in slide.shapes):
        cells = [cell for row in shape.table.rows for cell in row.cells] if shape.has_table else [shape]
        for cell in cells if shape.has_table or shape.has_text_frame else ():
            yield from (run for paragraph in cell.text_frame.paragraphs for run in paragraph.runs)


def value_at(path: Path, line: int) -> Any:
    """What stands at a line of a JSON file: a number, a text or a list."""
    lines = path.read_text(encoding="utf-8").splitlines()
    first = re.sub(r'^ *("(?:[^"\\]|\\.)*": )?', "", lines[line - 1])
    for end in range(line, len(lines)):
        try:
            return json.loads("\n".join([first, *lines[line:end]]).rstrip(","))
        except json.JSONDecodeError:
            continue
    raise AssertionError(f"{path}, line {line}: {first}")


def says(text: str, value: Any, language: str) -> bool:
    """Whether a printed text says this value."""
    if isinstance(value, str):
        return text == table(language)["terms"][value.replace(" ", "_")].replace("_", "")
    if isinstance(value, list):  # of all seeds, whose mean is shown
        text = text.partition(" ±")[0]
        value = sum(known := [one for one in value if one is not None]) / len(known)
    if text.startswith("< "):
        return bool(value < float(text[2:]))
    number = text.replace("−", "-").strip("[]±=, ")
    digits = len(number.partition(".")[2])
    return any(number in forms(scale * value, digits, signed) for scale in SCALES for signed in (False, True)) or (
        number in forms(abs(value), digits)  # how large a bias is
    )


@pytest.mark.parametrize(("language", "repository"), [("en", ""), ("zh-TW", ""), ("en", HOST), ("en", HOST + "/")])
def test_each_link_leads_to_the_value_that_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, language: str, repository: str
) -> None:
    monkeypatch.chdir(tmp_path)
    project = example_results.PROJECT.replace("[deadlines]", f'repository = "{repository}"\n[deadlines]')
    metrics = (example_results.METRICS[0] | {"biased": True}, example_results.METRICS[1])
    comparison = project_copy.make(
        tmp_path, language, project=project, methods=example_results.METHODS, metrics=metrics
    )
    rows = [{"name": "cat", "examples": 40, "values": {name: [0.91, 0.935] for name in comparison["methods"]}}]
    comparison["slices"] = [{"column": "label", "rows": rows}]
    write_json(Path("results/comparison.json"), comparison)
    for path in (*Path("results").glob("*.json"), Path("data/raw/provenance.json")):
        write_json(path, read_json(path))  # as stages write them
    root = f"{HOST}/blob/HEAD/hand_in/" if repository else "../"
    documents = compile_documents()
    found = {name: list(links(documents[name])) for name in documents}
    linked = [run for run in runs_of(opened(powerpoint())) if run.hyperlink.address]
    found["powerpoint"] = [(run.hyperlink.address, run.text) for run in linked]
    followed: dict[str, set[str]] = {}
    for name, addresses in found.items():
        for address, text in addresses:
            if address.startswith(root):
                file, _, line = address.removeprefix(root).partition("#L")
                assert says(text, value_at(Path(file), int(line)), language), (name, address, text)
                followed.setdefault(name, set()).add(f"{file} {line}")
    of_a_method = len(comparison["metrics"]) * 7  # mean, deviation, difference, its two ends, p, verdict
    results = {place for place in followed["report"] if "comparison.json" in place}
    assert len(results) >= len(comparison["methods"]) * of_a_method - len(comparison["metrics"]) * 5
    assert len({place for place in followed["slides"] if "comparison.json" in place}) >= of_a_method
    assert followed.get("powerpoint", set()) == (followed["slides"] if repository else set())
    assert all(run._r.rPr.get("u") == "none" for run in linked)  # it looks like the text around it
    assert all(run._r.rPr.find(".//{*}hlinkClr").get("val") == "tx" for run in linked)
    assert {place.split()[0] for place in followed["report"]} >= {
        "results/comparison.json", "results/costs.json", "results/splits.json", "results/validation.json",
        "data/raw/provenance.json",
    }  # fmt: skip
    if repository:
        assert any(address.startswith(f"{HOST}/commit/") for address, _ in links(documents["report"]))


def test_a_number_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    project_copy.make(tmp_path)
    project_copy.mini_report(tmp_path, '#count("examples.tests")')
    with pytest.raises(Exception, match=r'line 5: results/comparison\.json has no number "examples\.tests"'):
        compile_documents()
