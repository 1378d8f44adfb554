"""``deliverables/milestones.ics``: the dates of project.toml for a calendar, by RFC 5545."""

from __future__ import annotations

from datetime import timedelta

from lab.settings import Project
from lab.words import table

LONGEST = 75
"""Bytes of a line; a longer one goes on in the next, behind a blank."""


def milestones(project: Project) -> bytes:
    """Each deadline as an event of one day; the same dates give the same bytes. Empty if there are no dates."""
    if not project.deadlines:
        return b""
    words = table(project.language)["documents"]
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//{project.slug}//milestones//EN", "CALSCALE:GREGORIAN"]
    for name, day in sorted(project.deadlines.items(), key=lambda item: (item[1], item[0])):
        what = words.get(name, name.replace("_", " "))
        lines += [
            "BEGIN:VEVENT",
            f"UID:{name}@{project.slug}",
            f"DTSTAMP:{day:%Y%m%d}T000000Z",  # a moment must be given; that of writing would differ each time
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:{_text(f'{what}: {project.title}')}",
            *([f"CATEGORIES:{_text(project.course)}"] if project.course else []),
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _text(value: str) -> str:
    for char in ("\\", ";", ","):
        value = value.replace(char, f"\\{char}")
    return " ".join(value.split())


def _folded(line: str) -> str:
    parts, room = [""], LONGEST
    for char in line:
        if len((parts[-1] + char).encode()) > room:
            parts.append("")
            room = LONGEST - 1
        parts[-1] += char
    return "\r\n ".join(parts)
