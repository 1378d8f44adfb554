"""What the text of a PDF must say, and may say, given the results it was made from."""

from __future__ import annotations

import io
import json
import math
import re
import statistics
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

from pypdf import PdfReader

DECIMAL = re.compile(r"\d[\d,]*\.\d+")
QUOTED = (
    *("project.toml", "data/raw/provenance.json", "results/validation.json"),
    *(f"documents/{name}" for name in ("proposal.typ", "report.typ", "slides.typ", "references.bib")),
)


def text_of(pdf: bytes) -> str:
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return text.replace("−", "-").replace("\u202f", " ").replace("\xa0", " ")


def shown(value: float, digits: int, signed: bool = False) -> str:
    """Written again here, so that a mistake in the documents' own formatting shows."""
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    return f"{abs(rounded) if rounded == 0 else rounded:{'+' if signed and rounded else ''},}"


def forms(value: float, digits: int, signed: bool = False) -> set[str]:
    """All that a value may be shown as: Typst reads a number from JSON to within the last of its 53 bits."""
    near = (value, math.nextafter(value, math.inf), math.nextafter(value, -math.inf))
    return {shown(one, digits, signed) for one in near}


def edges(interval: list[float], digits: int) -> list[set[str]]:
    """The ends of an interval: up to two more digits where one would round to 0 and hide its sign."""
    more = [extra for extra in range(3) if all(_shows(edge, digits + extra) for edge in interval)]
    return [forms(edge, digits + (more[0] if more else 0), True) for edge in interval]


def _shows(edge: float, digits: int) -> bool:
    return edge == 0 or any("1" <= sign <= "9" for sign in shown(edge, digits))


def rows(comparison: dict[str, Any], metrics: int | None = None) -> list[list[set[str]]]:
    """For each method and metric, what its row of the comparison table says, cell by cell."""
    found = []
    for entry in comparison["methods"].values():
        for metric in comparison["metrics"][:metrics]:
            result, digits = entry["metrics"][metric["name"]], metric["digits"]
            row = [forms(result["mean"], digits)]
            if result["std"] is not None:
                row.append(forms(result["std"], digits))
            if difference := result["difference"]:
                row += [forms(difference["mean"], digits, True), *edges(difference["interval"], digits)]
                if (p := difference["p_corrected"]) is not None:
                    row.append({"< 0.001"} if p < 0.001 else forms(p, 3))
            found.append(row)
    return found


def stands_in(row: list[set[str]], text: str) -> bool:
    """Whether the cells follow each other on a line, with nothing but signs between them."""
    cells = [f"(?:{'|'.join(map(re.escape, sorted(cell)))})" for cell in row]
    return re.search(r"(?<![\d.,])" + r"[ ±\[\],]+".join(cells) + r"(?![\d.])", text) is not None


def allowed(comparison: dict[str, Any]) -> set[str]:
    """Every decimal number that may be printed: a result, or one that is literally in what the text quotes."""
    values = {form for row in rows(comparison) for cell in row for form in cell}
    for entry in comparison["methods"].values():
        for metric in comparison["metrics"]:
            result, digits = entry["metrics"][metric["name"]], metric["digits"]
            if result["bias"] is not None:
                values |= forms(abs(result["bias"]), digits)
            if result["difference"] and result["difference"]["detectable"] is not None:
                values |= forms(result["difference"]["detectable"], digits)
    for reference in comparison["references"].values():
        for metric in comparison["metrics"]:
            result, digits = reference["metrics"][metric["name"]], metric["digits"]
            shift = result["champion"]
            ends = set.union(*edges(shift["interval"], digits))
            values |= forms(result["value"], digits) | forms(shift["mean"], digits, True) | ends
    divided = [*comparison.get("slices", []), *filter(None, [comparison.get("differing")])]
    for part in (row for parts in divided for row in parts["rows"]):
        for scores in part["values"].values():
            known = [value for value in scores if value is not None]
            digits = comparison["metrics"][0]["digits"]
            values |= forms(statistics.mean(known), digits) if known else set()
            values |= forms(statistics.stdev(known), digits) if len(known) > 1 else set()
    costs = json.loads(Path("results/costs.json").read_text(encoding="utf-8"))
    for entry in costs["methods"].values():
        values |= forms(sum(entry["seconds"]) / len(entry["seconds"]), 1)
    texts = [*values, *(Path(name).read_text(encoding="utf-8") for name in QUOTED)]
    for path in Path("runs").glob("*/*/run.json"):  # what the appendix quotes
        run = json.loads(path.read_text(encoding="utf-8"))
        texts.append(json.dumps([run["parameters"], run["versions"], run.get("hardware")]))
    return {number for text in texts for number in DECIMAL.findall(text)} | {f"{100 * comparison['confidence']:g}"}


def printed(text: str) -> set[str]:
    """Every decimal number of the text but those that number its headings."""
    return set(DECIMAL.findall(re.sub(r"^\d+\.\d+(?= +[^\W\d_])", "", text, flags=re.M)))
