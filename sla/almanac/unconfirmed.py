"""Years that should have a notice by now: dates that reach into them are provisional.

The State Council's notice for a year comes out in October or November of the year before.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.actors import Role
from notices.models import InboxItem
from sla.models import CalendarYear, WorkCalendar

ALARM_FROM = (11, 1)
"""Month and day from which the next year's notice is missed."""

TOLD = (Role.ADMINISTRATOR, Role.SUPERVISOR)


class Missing(NamedTuple):
    """A year of a house's calendar without a notice."""

    calendar: WorkCalendar
    year: int


def missing_years(now: datetime) -> list[Missing]:
    """Years of which the notice should be out and is not entered. Two queries."""
    calendars = list(WorkCalendar.objects.filter(based_on__isnull=True).order_by("code"))
    confirmed = set(
        CalendarYear.objects.filter(calendar__in=calendars, confirmed=True).values_list(
            "calendar_id", "year"
        )
    )
    return [
        Missing(calendar, year)
        for calendar in calendars
        for year in _expected(calendar, now)
        if (calendar.pk, year) not in confirmed
    ]


def _expected(calendar: WorkCalendar, now: datetime) -> list[int]:
    today = now.astimezone(ZoneInfo(calendar.zone)).date()
    return [today.year] + [today.year + 1] * ((today.month, today.day) >= ALARM_FROM)


def remind(now: datetime) -> int:
    """Tell administrators and supervisors of each such year, once; how many years were told of."""
    told = 0
    for calendar, year in missing_years(now):
        with transaction.atomic():
            row, _ = CalendarYear.objects.get_or_create(calendar=calendar, year=year)
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
