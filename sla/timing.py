"""The dates of one clock: when it is due, and what the sweep has to write next, and when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from datetime import datetime, timedelta
from typing import Protocol

from sla.alarms import Step, Warn, name_of, read_name, steps_of, warnings_of
from sla.calendars import compiled
from sla.models import Clock, Policy, WorkCalendar
from sla.policies import promise_of
from sla.targets import REMINDED_AT, WINDOWS, ClockState, Happening, Target
from sla.worktime import Calendar, Promise, due, is_provisional, warn_at

Span = tuple[datetime, datetime | None]
Pauses = Sequence[Span]
AFTER_DUE = timedelta(seconds=1)
"""Instants have second precision: the first late one is a second after the due instant."""


class Timed(Protocol):
    """What the dates of a clock follow from, and are written to: the model, or rows of many."""

    target: str
    state: str
    policy: Policy
    calendar: WorkCalendar
    calendar_version: int
    extra: int
    started_at: datetime
    due_at: datetime | None
    provisional: bool
    finished_at: datetime | None
    revision: int
    next_event_at: datetime | None
    next_event: str


def set_due(clock: Timed, pauses: Pauses) -> None:
    """Compute `due_at` (None while paused) from the clock's own policy; note if it is provisional.

    Raises the revision when a due instant goes, moved or unknown while paused: the next one may
    have its events again. Notes the version of the calendar it was reckoned with.
    """
    calendar = compiled(clock.calendar)
    clock.calendar_version = clock.calendar.version
    before = clock.due_at
    clock.due_at = due(calendar, promise_of(clock.policy, clock.extra), clock.started_at, pauses)
    if before is not None and before != clock.due_at:
        clock.revision += 1
    if clock.due_at is not None:
        clock.provisional = is_provisional(calendar, clock.started_at, clock.due_at)


def schedule(clock: Timed, after: datetime, pauses: Pauses = ()) -> None:
    """Set the next instant the sweep has something to write for this clock, or none.

    A running clock always waits for its due instant, even one that a corrected calendar has put
    into the past: it has still to be judged. What is being fired at `after` is not planned again,
    though a corrected calendar, of which the clock has not yet heard, may say it is to come.
    """
    told = _told_by(clock.next_event) if clock.next_event_at == after else ()
    clock.next_event_at, clock.next_event = None, ""
    if clock.finished_at is not None or clock.state == ClockState.PAUSED or clock.due_at is None:
        return
    if clock.state == ClockState.RUNNING and clock.target not in WINDOWS:
        after = min(after, clock.due_at)
    for at, kind in happenings(clock, pauses):
        if at > after and kind not in told:
            clock.next_event_at, clock.next_event = at, kind
            return


def _told_by(fired: str) -> Collection[str]:
    """What has been told once this is: of the steps, those before it as well, though days taken
    off afterwards may say that they are still to come."""
    if not fired:
        return ()
    happening, index = read_name(fired)
    if happening is not Happening.ESCALATION:
        return (fired,)
    return [name_of(happening, n) for n in range(index + 1)]


Alarms = tuple[tuple[Warn, ...], tuple[Step, ...]]
_alarms: dict[int | None, tuple[object, Alarms]] = {}


def _alarms_of(policy: Policy) -> Alarms:
    """A rule's warnings and steps, read once for as long as they stay as they are written."""
    written = (policy.warnings, policy.escalation)
    known = _alarms.get(policy.pk)
    if known is None or known[0] != written:
        read = warnings_of(policy.warnings), steps_of(policy.escalation)
        known = _alarms[policy.pk] = (deepcopy(written), read)
    return known[1]


def happenings(clock: Timed, pauses: Pauses = ()) -> Iterator[tuple[datetime, str]]:
    """The instants in a running clock's life, in order, one thing at each; each is computed when
    it is asked for, since most clocks never come to those after their due instant."""
    assert clock.due_at is not None
    calendar, promise = compiled(clock.calendar), promise_of(clock.policy, clock.extra)
    if clock.target in WINDOWS:
        yield from _reminder(clock, calendar, promise, pauses)
        yield clock.due_at + AFTER_DUE, Happening.DUE
        return
    warnings, steps = _alarms_of(clock.policy)
    found: dict[datetime, str] = {}
    for index, warning in enumerate(warnings):
        at = warning.at(calendar, promise, clock.started_at, clock.due_at, pauses)
        if clock.started_at < at < clock.due_at:
            found.setdefault(at, name_of(Happening.WARNING, index))
    yield from sorted(found.items())
    yield clock.due_at + AFTER_DUE, Happening.DUE
    for index, step in enumerate(steps):
        late = calendar.add_working_days(clock.due_at, step.after, clock.policy.cutoff)
        yield late + AFTER_DUE, name_of(Happening.ESCALATION, index)


def spare_of(clock: Clock, at: datetime) -> int | None:
    """Working seconds from an instant to the clock's due instant; None without one, or after."""
    if clock.due_at is None or clock.due_at < at:
        return None
    return compiled(clock.calendar).between(at, clock.due_at)


def in_last_day(clock: Clock, at: datetime) -> bool:
    """Whether no more working time is left than that of the last working day before due."""
    spare = spare_of(clock, at)
    if spare is None or clock.due_at is None:
        return False
    calendar = compiled(clock.calendar)
    begins, _ends = calendar.bounds(calendar.local_date(calendar.last_open(clock.due_at)))
    return spare <= calendar.between(begins, clock.due_at)


def _reminder(
    clock: Timed, calendar: Calendar, promise: Promise, pauses: Pauses
) -> list[tuple[datetime, str]]:
    """When the citizen is reminded of a window, if that can be done in working time before it
    ends."""
    share = REMINDED_AT.get(Target(clock.target))
    if share is None or clock.due_at is None:
        return []
    half = warn_at(calendar, promise, clock.started_at, clock.due_at, share, pauses)
    at = calendar.next_open(half)
    return [(at, Happening.WARNING)] if clock.started_at < at < clock.due_at else []
