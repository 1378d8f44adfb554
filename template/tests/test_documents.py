"""What was handed in prints the numbers of ``results/`` and no others."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from printed_numbers import allowed, printed, rows, stands_in, text_of

from lab.paths import COMPARISON, DELIVERABLES, PROSE
from lab.reporting.documents import DOCUMENTS, OPTIONAL


@pytest.fixture(scope="module", autouse=True)
def delivered() -> None:
    """Documents of other results, or none, are no fault of the documents."""
    if not all((DELIVERABLES / f"{name}.pdf").is_file() for name in DOCUMENTS if name not in OPTIONAL):
        pytest.skip("nothing is delivered yet: `uv run dvc repro` does it")
    if subprocess.run([sys.executable, "-m", "dvc", "status", "--quiet", "deliver"], capture_output=True).returncode:
        pytest.skip("results or documents have changed since: `uv run dvc repro` writes the documents again")


@pytest.mark.parametrize("document", ["report", "slides"])
def test_every_printed_number_is_a_result(document: str) -> None:
    comparison = json.loads(COMPARISON.read_text(encoding="utf-8"))
    text = text_of((DELIVERABLES / f"{document}.pdf").read_bytes())
    assert printed(text) <= allowed(comparison)
    if "#comparison-table(" in (PROSE / f"{document}.typ").read_text(encoding="utf-8"):
        assert all(stands_in(row, text) for row in rows(comparison, metrics=1))
