"""The dates of project.toml reach a calendar, whatever a title holds."""

from __future__ import annotations

from datetime import date

import pytest

from lab.reporting.milestones import milestones
from lab.settings import Member, Project


def project(title: str, language: str = "en", **days: date) -> Project:
    content: dict[str, object] = {
        "title": title,
        "slug": "deep-chess",
        "task": "t",
        "language": language,
        "course": "A; B, C",
    }
    return Project.model_validate(content | {"members": [Member(name="x")], "deadlines": days})


def lines(calendar: bytes) -> list[str]:
    return calendar.decode().replace("\r\n ", "").split("\r\n")


@pytest.mark.parametrize("title", ['O\'Brien "x" \\ {{', "黃意婷 🎉 " * 30, "a, b; c\\n", "one"])
def test_each_date_is_an_event_of_one_day(title: str) -> None:
    text = milestones(project(title, report=date(2027, 12, 31), proposal=date(2027, 3, 26)))
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert b"\n" not in text.replace(b"\r\n", b"")
    read = lines(text)
    assert [line for line in read if line.startswith("DTSTART")] == [
        "DTSTART;VALUE=DATE:20270326",
        "DTSTART;VALUE=DATE:20271231",
    ]
    assert "DTEND;VALUE=DATE:20280101" in read
    summary = next(line for line in read if line.startswith("SUMMARY:Final report"))
    plain = summary.partition(": ")[2].replace("\\,", ",").replace("\\;", ";").replace("\\\\", "\\")
    assert plain == title.strip()
    assert "CATEGORIES:A\\; B\\, C" in read
    assert (read[0], read[-2], read[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR", "")


def test_names_are_in_the_projects_language_and_without_dates_there_is_no_calendar() -> None:
    assert "期末報告" in milestones(project("x", "zh-TW", report=date(2027, 1, 1))).decode()
    assert "my talk: x" in milestones(project("x", my_talk=date(2027, 1, 1))).decode()
    assert milestones(project("x")) == b""
