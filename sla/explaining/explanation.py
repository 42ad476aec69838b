"""Why a clock is due when it is: the same days for citizens and for staff."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.utils.translation import ngettext

from sla.calendars import compiled
from sla.explaining.picture import Cell, Month, months
from sla.models import Clock, Policy
from sla.policies import promise_of
from sla.targets import PROMISES, ClockState, Target
from sla.worktime import Calendar, Day, HorizonError, Pause, Promise, due, explain, is_provisional

HOUR = 3600
ONE_SECOND = timedelta(seconds=1)
EXTENDED = frozenset({Target.REPLY, Target.DEPARTMENT})
"""Clocks an extension gives more time; see `ClockSet.extend`."""


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension: so many units more, granted then. `by` is shown to staff only."""

    amount: int
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Halt:
    """A span in which the clock stood still; `until` is None while it does."""

    since: datetime
    until: datetime | None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A clock's days from its start to due, and the rule they follow.

    `amount` counts units of the policy with what extensions added (`extra`). `due_at` is None
    while the clock stands still. `corrected`: the days are those of a calendar corrected after
    the clock had finished, so that counting anew would end elsewhere. `of_receipt`: it runs from
    the receipt of the matter, not from a later step. `state` is empty for a promise that nobody
    has made, as in the calculator.
    """

    started_at: datetime
    due_at: datetime | None
    amount: int
    extra: int
    unit: str
    cutoff: str
    provisional: bool
    basis: str
    days: list[Day]
    due_day: date | None = None
    done_day: date | None = None
    of_receipt: bool = True
    state: str = ""
    ended_at: datetime | None = None
    halts: tuple[Halt, ...] = ()
    grants: tuple[Grant, ...] = ()
    corrected: bool = False
    for_staff: bool = False

    @property
    def cells(self) -> list[Cell]:
        """The days with what is special about each."""
        used, found = 0, []
        base = self.amount - self.extra
        for day in self.days:
            used += day.seconds
            reached = used > base * HOUR if day.seconds else (day.counted or 0) > base
            extended = bool(self.extra) and day.counted is not None and reached
            done = day.date == self.done_day
            found.append(Cell(day.date, day, extended, day.date == self.due_day, done))
        return found

    @property
    def months(self) -> list[Month]:
        return months(self.cells)

    @property
    def length(self) -> str:
        return length(self.amount, self.unit)

    @property
    def sentences(self) -> list[str]:
        """The same in words."""
        from sla.explaining.telling import sentences

        return sentences(self)


def explanation_of(
    clock: Clock, now: datetime, grants: Sequence[Grant] = (), *, for_staff: bool = False
) -> Explanation | None:
    """The explanation of a clock whose pauses are at hand (prefetched or few).

    `grants` are the extensions of its case. A clock that stands still is explained up to `now`.
    None when it cannot be told.
    """
    calendar = compiled(clock.calendar)
    rows = list(clock.pauses.all())
    pauses = [Pause(p.since, p.until, p.reason) for p in rows]
    promise = promise_of(clock.policy, clock.extra)
    until = (clock.finished_at or now) if clock.due_at is None else None
    try:
        days = explain(calendar, promise, clock.started_at, pauses, until)
        counted = due(calendar, promise, clock.started_at, pauses)
    except HorizonError:
        return None
    done = clock.finished_at if clock.state != ClockState.CANCELLED else None
    return Explanation(
        started_at=clock.started_at,
        due_at=clock.due_at,
        amount=promise.amount,
        extra=clock.extra,
        unit=clock.policy.unit,
        cutoff=clock.policy.cutoff,
        provisional=clock.provisional,
        basis=clock.policy.basis_label,
        days=days,
        due_day=_last_day(calendar, clock.due_at, promise),
        done_day=calendar.local_date(done) if done else None,
        of_receipt=clock.target in PROMISES and clock.round == 1,
        state=clock.state,
        ended_at=clock.finished_at,
        halts=tuple(Halt(p.since, p.until, p.actor_label if for_staff else "") for p in rows),
        grants=tuple(_for(clock, grants, for_staff=for_staff)),
        corrected=clock.due_at is not None and clock.due_at != counted,
        for_staff=for_staff,
    )


def imagined(calendar: Calendar, promise: Promise, start: datetime, basis: str = "") -> Explanation:
    """The explanation of a promise nobody has made yet. Raises HorizonError."""
    end = due(calendar, promise, start)
    assert end is not None
    return Explanation(
        started_at=start,
        due_at=end,
        amount=promise.amount,
        extra=0,
        unit=promise.unit,
        cutoff=promise.cutoff,
        provisional=is_provisional(calendar, start, end),
        basis=basis,
        days=explain(calendar, promise, start),
        due_day=_last_day(calendar, end, promise),
    )


def _last_day(calendar: Calendar, end: datetime | None, promise: Promise) -> date | None:
    """The day on which the time ends; hours used up at midnight were used the day before."""
    if end is None:
        return None
    hours = promise.unit == Policy.Unit.WORKING_HOURS
    return calendar.local_date(end - ONE_SECOND if hours else end)


def _for(clock: Clock, grants: Sequence[Grant], *, for_staff: bool) -> Iterable[Grant]:
    """The extensions that gave this clock more time."""
    if clock.target not in EXTENDED:
        return
    for grant in grants:
        if clock.started_at <= grant.at and (not clock.finished_at or grant.at < clock.finished_at):
            yield grant if for_staff else replace(grant, by="")


def length(amount: int, unit: str) -> str:
    """An allowance in words, such as "5 working days"."""
    match unit:
        case Policy.Unit.CALENDAR_DAYS:
            words = ngettext("%(n)s calendar day", "%(n)s calendar days", amount)
        case Policy.Unit.WORKING_HOURS:
            words = ngettext("%(n)s working hour", "%(n)s working hours", amount)
        case _:
            words = ngettext("%(n)s working day", "%(n)s working days", amount)
    return words % {"n": amount}


def newest(clocks: Iterable[Clock], target: str) -> Clock | None:
    """The clock of the latest round for a target."""
    found = [clock for clock in clocks if clock.target == target]
    return max(found, key=lambda clock: clock.pk) if found else None
