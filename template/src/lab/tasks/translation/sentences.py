"""The demo data: dates, times, amounts and lists, written in English and in Traditional Chinese by the rules of CLDR.

No person wrote these sentences: a program drew the dates and numbers. The rules by which they are written are real:
the Unicode Common Locale Data Repository, by which telephones and operating systems write them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lab.contract import Provenance
from lab.data.tables import row_digests

if TYPE_CHECKING:
    from babel import Locale
    from great_expectations.expectations import Expectation

DATES, VALUES = 1000, 600
"""How many dates are drawn, each for four sentences, and how many times, spans, measures and sums."""
KINDS = ("date", "date and time", "interval", "list", "measure", "money", "span", "time")
UNITS = (
    *("length-kilometer", "length-meter", "area-square-meter", "mass-kilogram", "volume-liter"),
    *("duration-hour", "duration-minute", "speed-kilometer-per-hour", "temperature-celsius"),
)
CURRENCIES = ("EUR", "GBP", "HKD", "JPY", "KRW", "TWD", "USD")
SPANS = {"day": 86_400, "hour": 3600, "minute": 60, "second": 1, "week": 604_800, "year": 31_536_000}
"""Seconds of each."""

Writer = Callable[..., str]
"""Writes one meaning in a language: ``write(locale=…)``."""


def collect_sentences() -> tuple[pd.DataFrame, Provenance]:
    """``text`` (English), ``target`` (Chinese), ``kind`` and ``group``: all sentences about a date are one group."""
    from babel import Locale

    languages = [Locale.parse(name) for name in ("en", "zh_Hant")]
    random = np.random.default_rng(0)
    drawn = [*about_dates(random), *about_values(random)]
    rows = [(group, kind, *(plain(write(locale=locale)) for locale in languages)) for group, kind, write in drawn]
    table = pd.DataFrame(rows, columns=["group", "kind", "text", "target"]).drop_duplicates("text")
    table = table[table["text"] != table["target"]].reset_index(drop=True)
    table.insert(0, "id", [f"s{row:05d}" for row in range(len(table))])
    table.insert(1, "sha256", row_digests(table))
    provenance = Provenance(
        title="Dates, times and amounts in English and Traditional Chinese",
        kind="made",
        source="drawn by a program and written by the Python package babel, which carries the Unicode Common Locale "
        "Data Repository (CLDR)",
        licence="the rules: Unicode License v3; the package: BSD-3-Clause",
        citation="Unicode Consortium, Common Locale Data Repository, https://cldr.unicode.org; Ronacher et al., Babel",
        notes=f"Dates are those of 1950 to 2049, drawn by chance, and so are hours and amounts: {DATES:,} dates in "
        f"four sentences each, and {VALUES} times, spans, measures and sums. The rules by which they are written are "
        "those of CLDR, and each English sentence has one right translation. All sentences about one date are "
        "kept in one split. Sentences that are the same in both languages (HK$337.32) and repeated ones are left out; "
        "narrow and non-breaking spaces are written as plain ones.",
    )
    return table, provenance


def plain(text: str) -> str:
    return " ".join(text.replace("\u202f", " ").replace("\u2009", " ").replace("\xa0", " ").split())


def about_dates(random: np.random.Generator) -> Iterator[tuple[str, str, Writer]]:
    """Four sentences about each date: in figures and in words, with a time, to another day, and in a list."""
    from babel import dates, lists

    first = dt.datetime(1950, 1, 1)
    days = random.choice((dt.datetime(2050, 1, 1) - first).days, DATES, replace=False)
    for day in days.tolist():
        begin = first + dt.timedelta(days=day, seconds=int(random.integers(86_400)))
        end = begin + dt.timedelta(days=int(random.choice([3, 40, 500])) + int(random.integers(20)))
        group = f"day {begin:%Y-%m-%d}"
        length = str(random.choice(["full", "long", "medium", "short"]))
        skeleton = str(random.choice(["yMMMEd", "MMMEd", "MMMMd", "GyMMMd", "yMEd"]))
        in_words = random.random() < 0.5
        by_length = partial(dates.format_date, begin, length)
        yield group, "date", by_length if in_words else partial(dates.format_skeleton, skeleton, begin)
        moment = partial(dates.format_datetime, begin, "short" if in_words else "medium")
        yield group, "date and time", partial(dates.format_skeleton, "EBhm", begin) if length == "full" else moment
        wanted = str(random.choice(["yMMMd", "yMMMEd", "MMMd", "yMd", "yMMMM"]))
        yield group, "interval", partial(dates.format_interval, begin, end, wanted)
        items = (by_length, (money, span)[int(random.integers(2))](random)[1])
        style = str(random.choice(["standard", "or"]))

        def listed(locale: Locale, items: tuple[Writer, Writer] = items, style: str = style) -> str:
            return lists.format_list([write(locale=locale) for write in items], style, locale)  # type: ignore[arg-type]

        yield group, "list", listed


def about_values(random: np.random.Generator) -> Iterator[tuple[str, str, Writer]]:
    for kind, draw in {"measure": measure, "money": money, "span": span, "time": time}.items():
        for _ in range(VALUES):
            value, write = draw(random)
            yield f"{kind} {value}", kind, write


def measure(random: np.random.Generator) -> tuple[str, Writer]:
    from babel import units

    unit, value = str(random.choice(UNITS)), round(float(random.choice([10, 100, 1000]) * random.random()), 1)
    value = int(value) if random.random() < 0.3 else value
    # Chinese names of many units are given in the short form alone.
    return str(value), lambda locale: units.format_unit(
        value, unit, "long" if locale.language == "en" else "short", locale=locale
    )


def money(random: np.random.Generator) -> tuple[str, Writer]:
    """A sum, or a large number in English millions, for which Chinese counts in ten thousands."""
    from babel import numbers

    currency = str(random.choice(CURRENCIES))
    large = int(random.integers(11, 999)) * 10 ** int(random.integers(3, 9))
    value = round(float(10 ** random.uniform(0.5, 5)), 2)
    form = random.integers(4)
    if form == 0:
        return str(large), partial(numbers.format_compact_currency, large, currency, fraction_digits=2)
    if form == 1:
        return str(large), lambda locale: numbers.format_compact_decimal(
            large, format_type="long" if locale.language == "en" else "short", locale=locale, fraction_digits=2
        )
    style: Any = "name" if form == 2 else "standard"
    return str(value), partial(numbers.format_currency, value, currency, format_type=style)


def span(random: np.random.Generator) -> tuple[str, Writer]:
    from babel import dates

    unit, count = str(random.choice(list(SPANS))), int(random.integers(1, 300))
    length = dt.timedelta(seconds=count * SPANS[unit] * int(random.choice([-1, 1])))
    granularity: Any = unit
    return f"{count} {unit}", partial(dates.format_timedelta, length, granularity, threshold=1e9, add_direction=True)


def time(random: np.random.Generator) -> tuple[str, Writer]:
    """A time of day: its Chinese name depends on the hour in other ways than its English one."""
    from babel import dates

    moment = dt.datetime(2000, 1, 1) + dt.timedelta(seconds=int(random.integers(86_400)))
    form = random.integers(3)
    by_length = partial(dates.format_time, moment, "short" if form == 1 else "medium")
    return f"{moment:%H:%M}", partial(dates.format_skeleton, "Bhm", moment) if form == 0 else by_length


def sentence_rules() -> list[Expectation]:
    import great_expectations.expectations as gxe

    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=1000),
        gxe.ExpectColumnValuesToMatchRegex(column="id", regex=r"^s\d{5}$"),
        gxe.ExpectColumnValuesToMatchRegex(column="group", regex=r"^(day|measure|money|span|time) \S"),
        gxe.ExpectColumnDistinctValuesToEqualSet(column="kind", value_set=list(KINDS)),
        gxe.ExpectColumnValuesToBeUnique(column="text"),
        gxe.ExpectColumnValuesToMatchRegex(column="text", regex=r"^[A-Za-z0-9 ,.:/–$¥€£₩°-]+$"),
        gxe.ExpectColumnValueLengthsToBeBetween(column="text", min_value=2, max_value=100),
        # Chinese, figures, and the Latin letters of units and currencies alone: no English word is left over.
        gxe.ExpectColumnValuesToMatchRegex(
            column="target", regex=r"^(?!.*[a-z]{2})[\u4e00-\u9fff0-9A-Z°²½%， ,.:/（）、–$¥€£￦₩-]+$"
        ),
        gxe.ExpectColumnValueLengthsToBeBetween(column="target", min_value=2, max_value=100),
        gxe.ExpectSelectColumnValuesToBeUniqueWithinRecord(column_list=["text", "target"]),
    ]
