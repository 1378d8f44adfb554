"""Colours can be read, and Python writes numbers as the documents do."""

from __future__ import annotations

import itertools
import json
import math
import re
import shutil
from pathlib import Path

import pytest
import typst

from lab.style import PALETTE, STYLE, interval, method_colours, number, percent, probability, with_unit

TEMPLATE = Path(__file__).parents[2] / "template"
TABLE = TEMPLATE / "src/lab/style.toml"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        *((PALETTE[name], PALETTE["paper"]) for name in ("ink", "quiet", "accent", "attention")),
        (PALETTE["attention"], PALETTE["attention_fill"]),
        *((STYLE["page"][name], STYLE["page"]["paper"]) for name in ("good", "bad", "warn")),
        *((STYLE["page_dark"][name], STYLE["page_dark"]["paper"]) for name in ("ink", "good", "bad", "warn")),
    ],
)
def test_text_can_be_read(text: str, behind: str) -> None:
    assert contrast(text, behind) >= 4.5


@pytest.mark.parametrize(
    "mark", [PALETTE[name] for name in ("baseline", "accent", "attention_line")] + PALETTE["others"]
)
def test_marks_can_be_seen(mark: str) -> None:
    assert contrast(mark, PALETTE["paper"]) >= 3


def test_each_method_has_its_colour() -> None:
    found = method_colours(["novel", "baseline", "a", "b"], "baseline", champion="a")
    assert found == {
        "novel": PALETTE["others"][0],
        "baseline": PALETTE["baseline"],
        "a": PALETTE["accent"],
        "b": PALETTE["others"][1],
    }
    assert PALETTE["accent"] not in method_colours(["baseline", "novel"], "baseline", champion="baseline").values()
    for champion in ("baseline", "c"):
        assert len(set(method_colours(["baseline", *"abcde"], "baseline", champion).values())) == 6


def test_colours_of_methods_are_told_apart() -> None:
    """By their distance in Oklab (Ottosson 2020), where a step of 0.02 is just seen."""
    colours = [PALETTE["baseline"], PALETTE["accent"], *PALETTE["others"]]
    for one, other in itertools.combinations(colours, 2):
        assert math.dist(oklab(one), oklab(other)) > 0.11, (one, other)


def oklab(colour: str) -> tuple[float, ...]:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    cones = ((0.4122215, 0.5363325, 0.051446), (0.2119035, 0.6806995, 0.107397), (0.0883025, 0.2817188, 0.6299787))
    seen = [sum(a * b for a, b in zip(row, linear, strict=True)) ** (1 / 3) for row in cones]
    axes = ((0.2104543, 0.7936178, -0.004072), (1.9779985, -2.4285922, 0.4505937), (0.025904, 0.7827718, -0.8086758))
    return tuple(sum(a * b for a, b in zip(row, seen, strict=True)) for row in axes)


COLOUR = re.compile(r"#[0-9a-fA-F]{6,8}\b|#[0-9a-fA-F]{3,4}(?=[\"';,)])|\b(?:rgba?|hsl|luma|oklch)\(\s*\"?[\d#]")


def test_no_colour_is_written_outside_the_table() -> None:
    kinds = {".py", ".typ", ".j2", ".toml", ".jinja", ".yml"}
    texts = {path: path.read_text(encoding="utf-8") for path in TEMPLATE.rglob("*") if path.suffix in kinds}
    assert len(COLOUR.findall(texts.pop(TABLE))) > 20
    assert {path.name: found for path, text in texts.items() if (found := COLOUR.findall(text))} == {}


VALUES = (
    *(0, -0.0, 0.5, 1.5, 2.5, -0.5, 0.0625, 0.97249999, 0.9625, 1.0594999999999999, -0.0004, 0.00051, 99.95, -999.5),
    *(2, 999.6, 1000, 1234567, -12345.678, 123456789012.5, 1e15, 1e-9, 3e-7, 0.1 + 0.2, 2 / 3, None),
)
SHARES = (0, 0.5, 0.29, 0.95, 0.975, 0.999, 0.9999, 1, 1 / 3, 0.0004)
P_VALUES = (0, 0.0009999, 0.001, 0.0125, 0.04999, 0.05, 0.99949, 1)
INTERVALS = ([0.04, 3.0], [-0.004, 1.0], [0.0, 3.0], [-1.3, 6.66], [1e-16, 2.0], [-0.0004, 0.00001], [-1200.5, -0.01])
UNITS = ("", "%", "NT$", "nats", "公尺")


def test_documents_write_numbers_as_python_does(tmp_path: Path) -> None:
    def typed(value: float | None) -> str:
        return "none" if value is None else repr(value)

    calls = {
        f"number({typed(value)}, digits: {digits}, signed: {str(signed).lower()})": number(value, digits, signed)
        for value in VALUES
        for digits in (0, 1, 2, 3, 6)
        for signed in (True, False)
    }
    calls |= {f"percent({share})": percent(share) for share in SHARES}
    for p in P_VALUES:
        calls |= {f"probability({p})": probability(p), f"probability({p}, equals: true)": probability(p, equals=True)}
    for edges in INTERVALS:
        low, high = edges
        calls |= {f"interval(({low}, {high}), digits: {digits})": interval(edges, digits) for digits in (0, 1, 3)}
    calls |= {f'with-unit("7.5", "{unit}")': with_unit("7.5", unit) for unit in UNITS}
    for path in ("documents/machinery/numbers.typ", "src/lab/style.toml"):
        (tmp_path / path).parent.mkdir(parents=True)
        shutil.copy(TEMPLATE / path, tmp_path / path)
    lines = ['#import "documents/machinery/numbers.typ": *', f"#metadata(({', '.join(calls)})) <all>"]
    (tmp_path / "all.typ").write_text("\n".join(lines), encoding="utf-8")
    written = json.loads(typst.query(tmp_path / "all.typ", "<all>", field="value", one=True, root=tmp_path))
    assert dict(zip(calls, written, strict=True)) == calls


@pytest.mark.parametrize(
    ("edges", "text"),
    [
        ([0.04, 3.0], "[+0.04, +3.00]"),
        ([-0.04, 3.0], "[−0.04, +3.00]"),
        ([0.0, 3.0], "[0.0, +3.0]"),
        ([1e-9, 3.0], "[0.0, +3.0]"),
    ],
)
def test_an_interval_says_on_which_side_of_zero_it_ends(edges: list[float], text: str) -> None:
    assert interval(edges, 1) == text


@pytest.mark.parametrize(
    ("value", "digits", "signed", "text"),
    [
        (0.97249999, 3, False, "0.972"),
        (0.9625, 3, False, "0.963"),
        (1.0594999999999999, 3, False, "1.059"),
        (-0.0004, 3, True, "0.000"),
        (0.00051, 3, True, "+0.001"),
        (-12345.678, 1, True, "−12,345.7"),
        (1234567, 0, False, "1,234,567"),
        (999.6, 0, False, "1,000"),
        (2, 2, False, "2.00"),
        (1e-9, 2, False, "0.00"),
        (None, 3, False, "–"),
    ],
)
def test_a_number_is_written_so(value: float | None, digits: int, signed: bool, text: str) -> None:
    assert number(value, digits, signed) == text
