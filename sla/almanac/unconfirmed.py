"""Years that should have a notice by now: dates that reach into them are provisional.

The State Council's notice for a year comes out in October or November of the year before.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from accounts.actors import Role
from notices.models import InboxItem
from sla.models import CalendarYear

ALARM_FROM = (11, 1)
"""Month and day from which the next year's notice is missed."""

TOLD = (Role.ADMINISTRATOR, Role.SUPERVISOR)


class House(NamedTuple):
    """The calendar of a house, which holds the years of all that are based on it."""

    pk: int
    code: str
    name: str
    zone: str


class Missing(NamedTuple):
    """A year of a house's calendar without a notice."""

    calendar: House
    year: int


_CONFIRMED = """
    SELECT c.id, c.code, c.name, c.zone, y.year FROM sla_workcalendar c
    LEFT JOIN sla_calendaryear y ON y.calendar_id = c.id AND y.confirmed
    WHERE c.based_on_id IS NULL ORDER BY c.code
"""


def missing_years(now: datetime) -> list[Missing]:
    """Years of which the notice should be out and is not entered. One query."""
    confirmed: dict[House, set[int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_CONFIRMED)
        for *calendar, year in cursor.fetchall():
            confirmed.setdefault(House(*calendar), set()).add(year)
    return [
        Missing(calendar, year)
        for calendar, years in confirmed.items()
        for year in _expected(calendar, now)
        if year not in years
    ]


def _expected(calendar: House, now: datetime) -> list[int]:
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    return [today.year] + [today.year + 1] * ((today.month, today.day) >= ALARM_FROM)


def remind(now: datetime) -> int:
    """Tell administrators and supervisors of each such year, once; how many years were told of."""
    told = 0
    for calendar, year in missing_years(now):
        with transaction.atomic():
            row, _ = CalendarYear.objects.get_or_create(calendar_id=calendar.pk, year=year)
            fresh = CalendarYear.objects.filter(pk=row.pk, reminded_at=None, confirmed=False)
            if not fresh.update(reminded_at=now):
                continue
            InboxItem.objects.bulk_create(
                InboxItem(
                    role=role,
                    kind="year_unconfirmed",
                    context={"year": year, "calendar": calendar.code},
                    created_at=now,
                )
                for role in TOLD
            )
            told += 1
    return told
