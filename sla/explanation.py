"""Why a clock is due when it is: the same days for citizens and for staff."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import ngettext

from sla.calendars import compiled
from sla.models import Clock, Policy
from sla.policies import promise_of
from sla.worktime import Day, HorizonError, Pause, explain

WEEK = 7


@dataclass(frozen=True, slots=True)
class Explanation:
    """A clock's days from receipt to due, and the rule they follow.

    `amount` counts units of the policy with what extensions added (`extra`). `due_at` is None
    while the clock stands still.
    """

    started_at: datetime
    due_at: datetime | None
    amount: int
    extra: int
    unit: str
    provisional: bool
    basis: str
    days: list[Day]

    @property
    def weeks(self) -> list[list[Day | None]]:
        """The days laid out Monday to Sunday, None where the span has not begun or has ended."""
        before: list[Day | None] = [None] * self.days[0].date.weekday()
        cells = before + self.days
        cells += [None] * (-len(cells) % WEEK)
        return [cells[i : i + WEEK] for i in range(0, len(cells), WEEK)]

    @property
    def length(self) -> str:
        return length(self.amount, self.unit)

    @property
    def last_day(self) -> date:
        return self.days[-1].date

    def of_kind(self, *kinds: str) -> list[Day]:
        """The days of these kinds, for saying which were left out or added."""
        return [day for day in self.days if day.kind in kinds]


def explanation_of(clock: Clock, now: datetime) -> Explanation | None:
    """The explanation of a clock whose pauses are at hand (prefetched or few).

    A clock that stands still is explained up to `now`. None when it cannot be told.
    """
    calendar = compiled(clock.calendar)
    pauses = [Pause(p.since, p.until, p.reason) for p in clock.pauses.all()]
    promise = promise_of(clock.policy, clock.extra)
    until = now if clock.due_at is None else None
    try:
        days = explain(calendar, promise, clock.started_at, pauses, until)
    except HorizonError:
        return None
    return Explanation(
        started_at=clock.started_at,
        due_at=clock.due_at,
        amount=promise.amount,
        extra=clock.extra,
        unit=clock.policy.unit,
        provisional=clock.provisional,
        basis=clock.policy.basis_label,
        days=days,
    )


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
