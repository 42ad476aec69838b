"""Many clocks running at once, for a change of the calendar to reckon anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from accounts.actors import SYSTEM
from bench.due import CLOCKS_A_CASE, tidy
from sla.calendars import compiled
from sla.models import CalendarDay, Case, Clock, Policy, WorkCalendar
from sla.recalculating import CalendarChange, apply, propose_calendar
from sla.recalculating.applying import work
from sla.targets import ClockState, Target
from sla.timing import schedule, set_due

TARGETS = (Target.REPLY, Target.DEPARTMENT)
SAME = ("started_at", "due_at", "provisional", "calendar_version", "next_event_at", "next_event")
HOLIDAY = {"kind": CalendarDay.Kind.HOLIDAY, "name": "bench"}


def running_clocks(wanted: int, now: datetime) -> None:
    """Have so many clocks run, opening finished cases again as if they had come in now.

    A scratch database is none the worse for it, but its figures no longer agree with its cases.
    """
    short = wanted - Clock.objects.filter(state=ClockState.RUNNING, target__in=TARGETS).count()
    cases = Case.objects.filter(stage="closed", round=1, clocks__target=Target.DEPARTMENT)
    rows = cases.order_by("pk").values_list("pk", flat=True).distinct()
    keys = list(rows[: max(0, short) // CLOCKS_A_CASE])
    opened = Case.objects.filter(pk__in=keys)
    opened.update(stage="in_progress", verdict="", verdict_at=None, replied_at=None, ended_at=None)
    for policy in Policy.objects.filter(target__in=TARGETS).select_related("calendar"):
        clock = Clock(target=policy.target, policy=policy, calendar=policy.calendar)
        clock.started_at = now
        set_due(clock, ())
        schedule(clock, now)
        clocks = Clock.objects.filter(case__in=keys, policy=policy, round=1)
        same = {name: getattr(clock, name) for name in SAME}
        clocks.update(**same, state=ClockState.RUNNING, extra=0, finished_at=None, missed_at=None)
        if policy.target == Target.REPLY:
            mine = opened.filter(clocks__in=clocks)
            mine.update(due_at=clock.due_at, due_provisional=clock.provisional)
    tidy()


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
