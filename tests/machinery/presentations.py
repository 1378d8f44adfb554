"""Slides for PowerPoint of made-up results, and what stands on them, for tests."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import project_copy
from pptx import Presentation

from lab.reporting.powerpoint import powerpoint

HEAD = "".join(f'#import "machinery/{name}.typ": *\n' for name in ("theme", "data", "results")) + "#show: deck\n"
FIGURE = 'image("/results/figures/comparison.svg", alt: "Differences: all above zero")'


def written(body: str, language: str = "en", **results: Any) -> Any:
    """The presentation of slides that have ``body``."""
    project_copy.make(Path(), language, **results)
    Path("documents/slides.typ").write_text(HEAD + body, encoding="utf-8")
    return opened(powerpoint())


def opened(content: bytes) -> Any:
    return Presentation(io.BytesIO(content))


def texts(slide: Any) -> Iterator[str]:
    """All that stands on a slide, in reading order."""
    for shape in slide.shapes:
        if shape.has_text_frame:
            yield from (paragraph.text for paragraph in shape.text_frame.paragraphs)
        elif shape.has_table:
            yield from (cell.text for row in shape.table.rows for cell in row.cells if not cell.is_spanned)


def squeezed(text: str) -> str:
    return re.sub(r"[\s●\u200b]", "", text).replace("−", "-")  # as ``text_of`` writes it


def boxes(slide: Any) -> list[tuple[float, float, float, float]]:
    shapes = [shape for shape in slide.shapes if not shape.name.startswith(("Footer", "Slide Number"))]
    return [(one.left, one.top, one.left + one.width, one.top + one.height) for one in shapes]
