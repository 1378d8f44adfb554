"""On which page of a document a section begins, read from the PDF: Typst notes the label of each heading there."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from lab.files import digest_of
from lab.paths import DELIVERABLES


def pdf_of(document: str) -> Path:
    return DELIVERABLES / f"{document}.pdf"


def page_of(document: str, label: str) -> int | None:
    """The page, counted from 1; None if the PDF is not there or has no such section."""
    return _read(document)[1].get(label)


def number_of_pages(document: str) -> int:
    """0 if the PDF is not there."""
    return _read(document)[0]


def _read(document: str) -> tuple[int, dict[str, int]]:
    path = pdf_of(document)
    return _pages(path, digest_of(path)) if path.is_file() else (0, {})


@cache
def _pages(path: Path, digest: str) -> tuple[int, dict[str, int]]:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(path)
        places = {
            name: number + 1
            for name, place in reader.named_destinations.items()
            if (number := reader.get_destination_page_number(place)) is not None and number >= 0
        }
        return len(reader.pages), places
    except (PyPdfError, ValueError, KeyError, OSError):  # somebody put another file in its place
        return 0, {}
