"""From calendar rows to compiled working time, one compilation per version and process."""

from __future__ import annotations

from functools import lru_cache

from sla.models import WorkCalendar
from sla.worktime import Calendar

MONDAY = "0"


def compiled(calendar: WorkCalendar) -> Calendar:
    """The compiled calendar of a row; compiled once per version in each process."""
    return _compile(calendar.pk, calendar.version)


@lru_cache(maxsize=64)
def _compile(calendar_id: int, version: int) -> Calendar:
    row = WorkCalendar.objects.get(pk=calendar_id)
    overrides: dict[object, list[tuple[str, str]]] = {}
    reasons: dict[object, str] = {}
    for day in row.days.all():
        own = day.segments if day.segments is not None else row.week.get(MONDAY, [])
        overrides[day.date] = [] if day.kind == "holiday" else [(a, b) for a, b in own]
        reasons[day.date] = day.name
    return Calendar.build(
        zone=row.zone,
        week={int(day): [(a, b) for a, b in segs] for day, segs in row.week.items()},
        overrides=overrides,  # type: ignore[arg-type]
        confirmed_years=frozenset(row.years.filter(confirmed=True).values_list("year", flat=True)),
        reasons=reasons,  # type: ignore[arg-type]
    )


def forget() -> None:
    """Drop what was compiled; tests that rebuild the database need it."""
    _compile.cache_clear()
