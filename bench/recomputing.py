"""Many clocks running at once, for a change of the calendar to reckon anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from accounts.actors import SYSTEM
from bench.due import CLOCKS_A_CASE, tidy
from foundation.bulk import write
from sla.calendars import compiled
from sla.models import CalendarDay, Case, Clock, Recalculation, WorkCalendar
from sla.recalculating import CalendarChange, apply, carry_out, propose_calendar
from sla.sweep import sweep
from sla.targets import ClockState, Target
from sla.timing import schedule, set_due

TARGETS = (Target.REPLY, Target.DEPARTMENT)
SPREAD = 2
"""Working days over which the cases have come in: fewer than any promise has."""

WRITTEN = (
    "started_at",
    "due_at",
    "provisional",
    "calendar_version",
    "next_event_at",
    "next_event",
    "state",
    "extra",
    "finished_at",
    "missed_at",
)
AT_ONCE = 2000
HOLIDAY = {"kind": CalendarDay.Kind.HOLIDAY, "name": "bench"}


def running_clocks(wanted: int, now: datetime) -> None:
    """Have so many clocks run, opening finished cases again as if they had come in of late: each
    at its own second of the working time of the last days.

    A scratch database is none the worse for it, but its figures no longer agree with its cases.
    """
    short = wanted - Clock.objects.filter(state=ClockState.RUNNING, target__in=TARGETS).count()
    cases = Case.objects.filter(stage="closed", round=1, clocks__target=Target.DEPARTMENT)
    rows = cases.order_by("pk").values_list("pk", flat=True).distinct()
    keys = list(rows[: max(0, short) // CLOCKS_A_CASE])
    opened = Case.objects.filter(pk__in=keys)
    opened.update(stage="in_progress", verdict="", verdict_at=None, replied_at=None, ended_at=None)
    started = dict(zip(keys, _instants(len(keys), now), strict=True))
    for at in range(0, len(keys), AT_ONCE):
        _start_anew(keys[at : at + AT_ONCE], started, now)
    tidy()


def _start_anew(keys: list[int], started: dict[int, datetime], now: datetime) -> None:
    rows = Clock.objects.filter(case__in=keys, target__in=TARGETS, round=1)
    clocks = list(rows.select_related("policy", "calendar", "case"))
    lines: list[Case] = []
    for clock in clocks:
        clock.state, clock.extra = ClockState.RUNNING, 0
        clock.started_at, clock.due_at = started[clock.case_id], None
        clock.finished_at = clock.missed_at = None
        set_due(clock, ())
        schedule(clock, now)
        if clock.target == Target.REPLY:
            case = clock.case
            case.due_at, case.due_provisional = clock.due_at, clock.provisional
            lines.append(case)
    write(clocks, WRITTEN)
    write(lines, ["due_at", "due_provisional"])


def _instants(wanted: int, now: datetime) -> list[datetime]:
    """Seconds spread evenly over the working time of the last days."""
    line = compiled(WorkCalendar.objects.get(based_on=None))
    since = line.add_working_days(now, -SPREAD)
    worked = line.between(since, now)
    return [line.add(since, 1 + worked * n // wanted) for n in range(wanted)]


class Change(StrEnum):
    """A change of the calendar, by what becomes of running clocks."""

    BEYOND = "beyond"
    """A day off long after them: no date can move."""

    AMONG = "among"
    """Half an hour more each day: all are reckoned anew, and no date moves."""

    MOVING = "moving"
    """The next working day off: every date moves."""


def proposed(calendar: WorkCalendar, now: datetime, kind: Change) -> int:
    """Propose such a change; its key."""
    calendar.refresh_from_db()
    if kind == Change.AMONG:
        week = {day: [*hours[:-1], _longer(hours[-1])] for day, hours in calendar.week.items()}
        return propose_calendar(calendar, CalendarChange(week=week), by=SYSTEM, at=now).pk
    line = compiled(calendar)
    day = line.local_date(line.add_working_days(now, 1 if kind == Change.MOVING else 60))
    change = CalendarChange(days={date(day.year, day.month, day.day): HOLIDAY})
    return propose_calendar(calendar, change, by=SYSTEM, at=now).pk


def _longer(hours: list[str]) -> list[str]:
    begin, end = hours
    later = datetime.combine(date.min, time.fromisoformat(end)) + timedelta(minutes=30)
    return [begin, f"{later:%H:%M}"]


def applied(pk: int, now: datetime) -> Iterator[int]:
    """Apply what was looked at, batch by batch, as `tick` does: what falls due by it is swept, and
    then the rest of those cases is reckoned, too."""
    apply(pk, by=SYSTEM, reason="bench", at=now)
    applying = Recalculation.objects.filter(pk=pk, state=Recalculation.State.APPLYING)
    while applying.exists():
        yield from carry_out(pk, now)
        sweep(now)
