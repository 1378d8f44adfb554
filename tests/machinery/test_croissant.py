"""Croissant metadata: MLCommons' own library accepts it, and reads the rows by it."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import example_results
import mlcroissant
import pandas as pd
import pytest

from lab.files import read_json, write_json
from lab.reporting.croissant import croissant
from lab.settings import read_project


@pytest.mark.parametrize("source", ["https://example.org/data", "this program"])
def test_the_library_accepts_it_and_reads_the_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, source: str
) -> None:
    monkeypatch.chdir(tmp_path)
    example_results.write(tmp_path)
    read_project.cache_clear()
    rows = pd.DataFrame({"id": ["0001", "0002"], "label": [3, 4], "標 <b>籤": ["貓", "狗"], "ink": [0.5, 0.25]})
    rows.to_parquet("data/raw/examples.parquet", index=False)
    provenance = read_json(Path("data/raw/provenance.json"))
    kinds = {"id": "str", "label": "int64", "標 <b>籤": "object", "ink": "float64"}
    provenance |= {"columns": kinds, "source": source, "title": 'Ziffern: 手寫 "digits"'}
    results: Any = {"provenance": provenance, "validation": read_json(Path("results/validation.json"))}
    write_json(Path("deliverables/croissant.json"), croissant(read_project(), results))
    with caplog.at_level(logging.WARNING):
        data = mlcroissant.Dataset("deliverables/croissant.json")
    assert {line for record in caplog.records for line in record.message.splitlines() if "Property" in line} <= {
        f'  -  [Metadata(ziffern-digits)] Property "https://schema.org/{name}" is recommended, but does not exist.'
        for name in ("datePublished", "url")  # nobody knows when; a program has no address
    }
    read = list(data.records("rows"))
    assert [record["rows/id"] for record in read] == [b"0001", b"0002"]
    assert [record["rows/label"] for record in read] == [3, 4]
    assert read[1]["rows/ink"] == 0.25
    assert data.metadata.license == ["CC BY 4.0"]
