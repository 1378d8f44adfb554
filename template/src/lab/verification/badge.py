"""A badge for the README: what was verified, by which commit, and when."""

from __future__ import annotations

from html import escape

from lab.console import wide
from lab.style import PALETTE, STYLE

GREEN, AMBER, RED = (STYLE["page"][name] for name in ("good", "warn", "bad"))
WIDE = 6.6
"""Pixels a column of a terminal, about: no font is measured here."""


def badge(label: str, text: str, colour: str) -> str:
    """SVG of two boxes, as README badges are."""
    left, right = (round(wide(part) * WIDE + 12) for part in (label, text))
    title, space = escape(f"{label}: {text}"), "http://www.w3.org/2000/svg"
    return f"""<svg xmlns="{space}" width="{left + right}" height="20" role="img" aria-label="{title}">
  <title>{title}</title>
  <rect width="{left}" height="20" fill="{PALETTE["ink"]}"/>
  <rect x="{left}" width="{right}" height="20" fill="{colour}"/>
  <g fill="{PALETTE["paper"]}" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">
    <text x="{left / 2}" y="14" textLength="{left - 12}">{escape(label)}</text>
    <text x="{left + right / 2}" y="14" textLength="{right - 12}">{escape(text)}</text>
  </g>
</svg>
"""
