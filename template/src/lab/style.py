"""How results look: the colours and the number format of ``style.toml``, which documents read as well."""

from __future__ import annotations

import re
import tomllib
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

STYLE = tomllib.loads((Path(__file__).parent / "style.toml").read_text(encoding="utf-8"))
PALETTE, NUMBER = STYLE["palette"], STYLE["number"]


def method_colours(methods: list[str], baseline: str, champion: str) -> dict[str, str]:
    """The colour of each method, the same in all figures and tables.

    The baseline is grey, another champion has the accent, and the others take theirs in order.
    """
    others = [method for method in methods if method not in (baseline, champion)]
    found = {method: PALETTE["others"][place % len(PALETTE["others"])] for place, method in enumerate(others)}
    found |= {champion: PALETTE["accent"]} | {baseline: PALETTE["baseline"]}
    return {method: found[method] for method in methods}


def number(value: float | None, digits: int = 0, signed: bool = False) -> str:
    """Fixed digits, halves away from zero, thousands in groups, a true minus. ``signed`` shows a plus too."""
    if value is None:
        return str(NUMBER["missing"])
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    sign = "" if rounded == 0 else NUMBER["minus"] if rounded < 0 else "+" if signed else ""
    return sign + f"{abs(rounded):,}".replace(",", NUMBER["thousands"])


def interval(edges: list[float], digits: int = 0, signed: bool = True) -> str:
    """Lower and upper end, with up to two more digits where one would round to 0: they say on which side of 0 it is."""
    for more in (0, 1, 2):
        if all(edge == 0 or re.search("[1-9]", number(edge, digits + more)) for edge in edges):
            digits += more
            break
    low, high = (number(edge, digits, signed) for edge in edges)
    return f"[{low}, {high}]"


def percent(share: float) -> str:
    """A share, from 0 to 1, in percent: one digit at most."""
    return number(share * 100, 1).removesuffix(".0") + str(NUMBER["percent"])


def probability(p: float, equals: bool = False) -> str:
    """A p-value: ``0.032`` or ``< 0.001``. ``equals`` puts ``=`` before it."""
    if p < NUMBER["smallest_p"]:
        return f"< {NUMBER['smallest_p']}"
    return ("= " if equals else "") + number(p, 3)


def with_unit(text: str, unit: str) -> str:
    """A value and its unit: ``98.6%``, ``3.2 m``."""
    return f"{text}{'' if unit == NUMBER['percent'] or not unit else NUMBER['before_unit']}{unit}"
