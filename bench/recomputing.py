"""Many clocks running at once, for a change of the calendar to reckon anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from accounts.actors import SYSTEM
from bench.due import CLOCKS_A_CASE, tidy
from sla.calendars import compiled
from sla.models import CalendarDay, Case, Clock, Policy, WorkCalendar
from sla.policies import promise_of
from sla.recalculating import CalendarChange, apply, propose_calendar
from sla.recalculating.applying import work
from sla.targets import ClockState, Happening, Target
from sla.timing import AFTER_DUE
from sla.worktime import due, is_provisional

TARGETS = (Target.REPLY, Target.DEPARTMENT)
HOLIDAY = {"kind": CalendarDay.Kind.HOLIDAY, "name": "bench"}


def running_clocks(wanted: int, now: datetime) -> int:
    """Open finished cases again as if they had come in now; returns how many clocks then run.

    A scratch database is none the worse for it, but its figures no longer agree with its cases.
    """
    cases = Case.objects.filter(stage="closed", round=1, clocks__target=Target.DEPARTMENT)
    wanted_cases = wanted // CLOCKS_A_CASE
    keys = list(cases.order_by("pk").values_list("pk", flat=True).distinct()[:wanted_cases])
    opened = Case.objects.filter(pk__in=keys)
    opened.update(stage="in_progress", verdict="", verdict_at=None, replied_at=None, ended_at=None)
    total = 0
    for policy in Policy.objects.filter(target__in=TARGETS).select_related("calendar"):
        calendar = compiled(policy.calendar)
        due_at = due(calendar, promise_of(policy), now)
        assert due_at is not None
        provisional = is_provisional(calendar, now, due_at)
        clocks = Clock.objects.filter(case__in=keys, policy=policy, round=1)
        total += clocks.update(
            state=ClockState.RUNNING,
            started_at=now,
            extra=0,
            finished_at=None,
            missed_at=None,
            due_at=due_at,
            provisional=provisional,
            calendar_version=policy.calendar.version,
            next_event_at=due_at + AFTER_DUE,
            next_event=Happening.DUE,
        )
        if policy.target == Target.REPLY:
            mine = opened.filter(clocks__in=clocks)
            mine.update(due_at=due_at, due_provisional=provisional)
    tidy()
    return total


def proposed(calendar: WorkCalendar, now: datetime, *, moving: bool) -> int:
    """A day off: tomorrow's working day, which moves every date, or one long after them."""
    line = compiled(calendar)
    day = line.local_date(line.add_working_days(now, 1 if moving else 60))
    change = CalendarChange(days={date(day.year, day.month, day.day): HOLIDAY})
    calendar.refresh_from_db()
    return propose_calendar(calendar, change, by=SYSTEM, at=now).pk


def applied(pk: int, now: datetime) -> Iterator[int]:
    """Apply what was looked at, batch by batch."""
    apply(pk, by=SYSTEM, reason="bench", at=now)
    while (done := work(pk, now)) is not None:
        yield done
