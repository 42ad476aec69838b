"""When people may be reminded: in the working time of their department."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q

from sla.calendars import compiled
from sla.models import WorkCalendar
from sla.policies import book_of
from sla.standing import SOON
from sla.targets import Target
from sla.worktime import Calendar

STREAM = "inquiry"


@dataclass(frozen=True, slots=True)
class Morning:
    """A working day that has begun, as a digest sees it.

    `since` is the opening of the working day before; `today_until` and `soon_until` are the last
    instants that count as today and as soon.
    """

    at: datetime
    day: date
    since: datetime
    today_until: datetime
    soon_until: datetime


def morning_of(calendar: Calendar, now: datetime) -> Morning | None:
    """The working day of `now`; None before its opening, after its closing and on days off."""
    day = calendar.local_date(now)
    if not calendar.is_working_day(day):
        return None
    midnight, end = calendar.bounds(day)
    if not calendar.next_open(midnight) <= now < calendar.last_open(end):
        return None
    day_before = calendar.local_date(calendar.last_open(midnight))
    return Morning(
        at=now,
        day=day,
        since=calendar.next_open(calendar.bounds(day_before)[0]),
        today_until=calendar.add_working_days(now, 0),
        soon_until=calendar.add_working_days(now, SOON),
    )


class House:
    """The calendars people work by: their department's own, else the house's. Two queries."""

    def __init__(self, now: datetime) -> None:
        book = book_of(STREAM)
        policy = book.newest(Target.REPLY, now)
        self._house: WorkCalendar | None = policy.calendar if policy else None
        self._own: dict[int, WorkCalendar] = {}
        if policy is not None:
            rows = WorkCalendar.objects.filter(department__isnull=False, based_on=policy.calendar)
            self._own = {row.department_id: row for row in rows if row.department_id}

    def calendar_of(self, department_id: int | None) -> Calendar | None:
        """None while the bureau has no rule for replies."""
        row = self._own.get(department_id or 0, self._house)
        return compiled(row) if row else None

    def groups(self) -> Iterator[tuple[Calendar, Q]]:
        """Each calendar with the condition on the people who work by it."""
        if self._house is None:
            return
        for department_id, row in self._own.items():
            yield compiled(row), Q(department_id=department_id)
        others = ~Q(department_id__in=list(self._own)) | Q(department__isnull=True)
        yield compiled(self._house), others
