"""Working time alone, without database or web: what a thousand answers cost, and a compilation."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from sla.worktime import Calendar, chinese_calendar

Work = Callable[[], object]
TIMES = 1_000
"""Calls measured as one: a single one is shorter than the clock is exact."""

FIRST, LAST = datetime(2018, 1, 2, tzinfo=UTC), datetime(2026, 12, 30, tzinfo=UTC)
"""Asked about these, a calendar compiles the ten years 2017 to 2026."""

SEVEN_DAYS = 7 * 7 * 3600
PAUSE = timedelta(days=2)


def compilation() -> Work:
    """The Chinese calendar, from nothing to ten compiled years with their make-up days."""

    def work() -> None:
        compiled(chinese_calendar())

    return work


def compiled(calendar: Calendar) -> Calendar:
    """The calendar, once it has compiled the ten years."""
    calendar.is_open(FIRST)
    calendar.is_open(LAST)
    return calendar


def bare_days() -> Work:
    """The floor of a compilation: two segments a day of ten years into a list, holidays unread."""
    first = date(2017, 1, 1).toordinal()

    def work() -> None:
        line: list[tuple[int, int]] = []
        for day in range(first, first + 3652):
            line.append((day * 86_400, day * 86_400 + 10_800))
            line.append((day * 86_400 + 16_200, day * 86_400 + 30_600))

    return work


def starts() -> list[datetime]:
    """A thousand instants over nine years, at all hours."""
    return [FIRST + n * (LAST - FIRST) / (TIMES + 100) for n in range(TIMES)]


def additions() -> Work:
    """A thousand times seven working days of hours after an instant."""
    calendar, instants = compiled(chinese_calendar()), starts()
    return lambda: [calendar.add(at, SEVEN_DAYS) for at in instants]


def differences() -> Work:
    """A thousand times the working time between two instants a fortnight apart."""
    calendar, instants = compiled(chinese_calendar()), starts()
    fortnight = timedelta(days=14)
    return lambda: [calendar.between(at, at + fortnight) for at in instants]


def due_days() -> Work:
    """A thousand times the end of the seventh working day, with a pause of two days."""
    calendar, instants = compiled(chinese_calendar()), starts()
    return lambda: [
        calendar.add_working_days(at, 7, pauses=[(at + PAUSE, at + 2 * PAUSE)]) for at in instants
    ]


def bare_searches() -> Work:
    """The floor of an answer: two bisections in as many segments, and an instant in UTC."""
    line, instants = list(range(0, 7_304 * 43_200, 43_200)), starts()

    def work() -> None:
        for at in instants:
            found = bisect_right(line, at.timestamp())
            bisect_right(line, found)
            datetime.fromtimestamp(found, UTC)

    return work
