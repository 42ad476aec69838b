"""The dates of one clock: when it is due, and what the sweep has to write next, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sla.calendars import compiled
from sla.models import Clock
from sla.policies import promise_of
from sla.targets import WINDOWS, ClockState, Happening, Target
from sla.worktime import due, is_provisional, warn_at

Pauses = Sequence[tuple[datetime, datetime | None]]
AFTER_DUE = timedelta(seconds=1)
"""Instants have second precision: the first late one is a second after the due instant."""


def set_due(clock: Clock, pauses: Pauses) -> None:
    """Compute `due_at` (None while paused) from the clock's own policy; note if it is provisional.

    Raises the revision when a due instant goes, moved or unknown while paused: the next one may
    have its events again.
    """
    calendar = compiled(clock.policy.calendar)
    before = clock.due_at
    clock.due_at = due(calendar, promise_of(clock.policy, clock.extra), clock.started_at, pauses)
    if before is not None and before != clock.due_at:
        clock.revision += 1
    if clock.due_at is not None:
        clock.provisional = is_provisional(calendar, clock.started_at, clock.due_at)


def schedule(clock: Clock, after: datetime, pauses: Pauses = ()) -> None:
    """Set the next instant the sweep has something to write for this clock, or none."""
    clock.next_event_at, clock.next_event = None, ""
    if clock.finished_at is not None or clock.state == ClockState.PAUSED or clock.due_at is None:
        return
    for at, kind in happenings(clock, pauses):
        if at > after:
            clock.next_event_at, clock.next_event = at, kind
            return


def happenings(clock: Clock, pauses: Pauses = ()) -> list[tuple[datetime, Happening]]:
    """All instants in a running clock's life, in order."""
    assert clock.due_at is not None
    if clock.target in WINDOWS:
        return [(clock.due_at + AFTER_DUE, Happening.DUE)]
    calendar = compiled(clock.policy.calendar)
    warning = warn_at(
        calendar,
        promise_of(clock.policy, clock.extra),
        clock.started_at,
        clock.due_at,
        float(clock.policy.warn_share),
        pauses,
    )
    events = [(clock.due_at + AFTER_DUE, Happening.DUE)]
    if warning < clock.due_at:
        events.insert(0, (warning, Happening.WARNING))
    if clock.target in (Target.REPLY, Target.DEPARTMENT):
        late = calendar.add_working_days(
            clock.due_at, clock.policy.escalate_after, clock.policy.cutoff
        )
        events.append((late + AFTER_DUE, Happening.ESCALATION))
    return events
