"""From calendar rows to compiled working time, one compilation per version and process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from django.db.models import F, Q

from sla.models import CalendarDay, WorkCalendar
from sla.worktime import Calendar
from sla.worktime.hours import Clock

Hours = list[tuple[Clock, Clock]]


def compiled(calendar: WorkCalendar) -> Calendar:
    """The compiled calendar of a row; compiled once per version in each process."""
    return _compile(calendar.pk, calendar.version)


def make_new_version(calendar: WorkCalendar) -> None:
    """Have every process compile a calendar, and those based on it, anew. Call it last, when the
    rows are right, within their transaction."""
    family = WorkCalendar.objects.filter(Q(pk=calendar.pk) | Q(based_on_id=calendar.pk))
    family.update(version=F("version") + 1)


@lru_cache(maxsize=64)
def _compile(calendar_id: int, version: int) -> Calendar:
    row = WorkCalendar.objects.select_related("based_on").get(pk=calendar_id)
    return build(row, sheet_of(row.based_on or row))


@dataclass(frozen=True, slots=True)
class Sheet:
    """The dated part of a calendar: its exceptions by day, and the years settled by a notice."""

    days: Mapping[date, CalendarDay]
    confirmed_years: frozenset[int]


def sheet_of(calendar: WorkCalendar) -> Sheet:
    """The dates of a house's calendar as they stand. Two queries."""
    return Sheet(
        {day.date: day for day in calendar.days.all()},
        frozenset(calendar.years.filter(confirmed=True).values_list("year", flat=True)),
    )


@dataclass(frozen=True, slots=True)
class Pattern:
    """The hours of a calendar: its week, and other weeks for parts of the year, as JSON keeps
    them. A season is its first and last day ("05-01"), its name and its week."""

    zone: str
    week: Mapping[str, Sequence[Sequence[str]]]
    seasons: Sequence[Mapping[str, Any]] = ()


def pattern_of(row: WorkCalendar) -> Pattern:
    """The hours of a row as they stand. One query."""
    seasons = row.seasons.order_by("first").values("name", "first", "last", "week")
    return Pattern(row.zone, row.week, list(seasons))


def build(row: WorkCalendar, sheet: Sheet) -> Calendar:
    """Compile the hours of a row with the dates of a sheet, saved or only proposed.

    Raises CalendarError. One query, for its seasons.
    """
    return assemble(pattern_of(row), sheet)


def assemble(pattern: Pattern, sheet: Sheet) -> Calendar:
    """Compile hours with dates. Raises CalendarError."""
    week = week_of(pattern.week)
    seasons = [(s["first"], s["last"], week_of(s["week"])) for s in pattern.seasons]
    plain = Calendar.build(zone=pattern.zone, week=week, seasons=seasons)
    overrides: dict[date, Hours] = {}
    for at, day in sheet.days.items():
        if day.kind == CalendarDay.Kind.HOLIDAY:
            overrides[at] = []
        elif day.segments is not None:
            overrides[at] = [(a, b) for a, b in day.segments]
        else:
            # A weekend day worked has the hours a Monday would have on that date.
            overrides[at] = list(plain.hours(at - timedelta(days=at.weekday())))
    return Calendar.build(
        zone=pattern.zone,
        week=week,
        overrides=overrides,
        confirmed_years=sheet.confirmed_years,
        reasons={at: day.name for at, day in sheet.days.items()},
        seasons=seasons,
    )


def week_of(written: Mapping[str, Sequence[Sequence[str]]]) -> dict[int, Hours]:
    """Weekly hours as JSON keeps them, as the engine takes them."""
    return {int(day): [(a, b) for a, b in hours] for day, hours in written.items()}


def forget() -> None:
    """Drop what was compiled; tests that rebuild the database need it."""
    _compile.cache_clear()
