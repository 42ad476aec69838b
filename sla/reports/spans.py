"""The periods a report is made on: months, quarters, half-years, years, and their names. Pure."""

from __future__ import annotations

from datetime import date

from sla.figures.periods import ONE_DAY, Period, month_after
from sla.reports.words import Both, both

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
"""The kinds of period and how many months each has."""

_MONTH_NAMES = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_ORDINALS = ("first", "second", "third", "fourth")


class SpanError(ValueError):
    """There is no such period in a year."""


def span(kind: str, year: int, number: int = 1) -> Period:
    """The number-th (from 1) period of its kind in a year. Raises SpanError."""
    length = MONTHS.get(kind, 0)
    if not length or not 1 <= number <= 12 // length:
        raise SpanError(f"a year has no {kind} number {number}")
    return _from(date(year, 1 + (number - 1) * length, 1), length)


def _from(first: date, length: int) -> Period:
    last = first
    for _ in range(length):
        last = month_after(last)
    return Period(first, last - ONE_DAY)


def number_of(kind: str, period: Period) -> int:
    return (period.start.month - 1) // MONTHS[kind] + 1


def name(kind: str, period: Period) -> Both:
    """2026年第一季度; the first quarter of 2026."""
    year, number = period.start.year, number_of(kind, period)
    match kind:
        case "month":
            return both(f"{year}年{number}月", f"{_MONTH_NAMES[number - 1]} {year}")
        case "quarter":
            ordinal = _ORDINALS[number - 1]
            return both(
                f"{year}年第{'一二三四'[number - 1]}季度", f"the {ordinal} quarter of {year}"
            )
        case "half":
            ordinal = _ORDINALS[number - 1]
            return both(f"{year}年{'上下'[number - 1]}半年", f"the {ordinal} half of {year}")
    return both(f"{year}年", f"{year}")


def reached(kind: str, period: Period, day: date) -> Both:
    """The name of a period as far as it has come on a day: 2026年（截至11月23日）."""
    whole = name(kind, period)
    if day >= period.end:
        return whole
    return both(
        f"{whole['zh']}（截至{day.month}月{day.day}日）",
        f"{whole['en']} (to {day.day} {_MONTH_NAMES[day.month - 1]})",
    )
