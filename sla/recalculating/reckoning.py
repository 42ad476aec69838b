"""Clocks as a change reads them, and their dates as it reckons them anew.

Rows, not model instances, and instants read as text: of a hundred thousand clocks, making an
instance of each takes longer than all the reckoning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from foundation.stamps import as_text, instant
from sla.models import Clock, ClockPause, Policy, WorkCalendar
from sla.recalculating.plans import Plan
from sla.targets import WINDOWS, ClockState
from sla.timing import Span, schedule, set_due

Spans = dict[int, list[Span]]
READ = (
    "id",
    "case_id",
    "target",
    "department_id",
    "policy_id",
    "calendar_id",
    "extra",
    "state",
    "revision",
    "provisional",
    "next_event",
    "started_at",
    "due_at",
    "next_event_at",
)
WRITTEN = (
    "due_at",
    "provisional",
    "next_event_at",
    "next_event",
    "revision",
    "policy",
    "calendar",
    "calendar_version",
)


@dataclass(slots=True)
class Running:
    """A clock that runs or stands still, `sla.timing.Timed` as far as its dates go."""

    id: int
    case_id: int
    target: str
    department_id: int | None
    policy_id: int
    calendar_id: int
    extra: int
    state: str
    revision: int
    provisional: bool
    next_event: str
    started_at: datetime
    due_at: datetime | None
    next_event_at: datetime | None
    finished_at: datetime | None = None
    calendar_version: int = 0
    policy: Policy = field(init=False)
    calendar: WorkCalendar = field(init=False)

    def becomes_overdue(self, due_at: datetime | None, now: datetime) -> bool:
        """Whether, due then, it is a promise of the house's that is late from now on."""
        running = self.state == ClockState.RUNNING and self.target not in WINDOWS
        return running and due_at is not None and due_at < now


@dataclass(slots=True)
class Reckoned:
    """A clock just reckoned anew, and what it said before."""

    clock: Running
    due_before: datetime | None
    provisional_before: bool

    @property
    def moved(self) -> bool:
        return self.due_before != self.clock.due_at

    def written(self) -> tuple[Any, ...]:
        """Its key and what is `WRITTEN` of it."""
        clock = self.clock
        return (
            clock.id,
            clock.due_at,
            clock.provisional,
            clock.next_event_at,
            clock.next_event,
            clock.revision,
            clock.policy.pk,
            clock.calendar.pk,
            clock.calendar_version,
        )


def clocks_of(clocks: QuerySet[Clock]) -> list[Running]:
    """The clocks found, in order of their cases. One query."""
    rows = clocks.order_by("case_id", "id").values_list(*as_text(Clock, READ))
    return [
        Running(*(*row, instant(started), due and instant(due), event and instant(event)))
        for *row, started, due, event in rows
    ]


def spans_of(clocks: Collection[int]) -> Spans:
    """The pauses of clocks. One query."""
    found: Spans = defaultdict(list)
    rows = ClockPause.objects.filter(clock__id__among=clocks).order_by("since")
    for clock_id, since, until in rows.values_list("clock_id", "since", "until"):
        found[clock_id].append((since, until))
    return found


def reckon(clock: Running, plan: Plan, spans: Spans, now: datetime) -> Reckoned:
    """Have a clock run by the rule and the calendar it has after the change."""
    found = Reckoned(clock, clock.due_at, clock.provisional)
    revision, pauses = clock.revision, spans.get(clock.id, ())
    clock.policy, clock.calendar, _ = plan.rule(
        clock.policy_id, clock.calendar_id, clock.department_id
    )
    set_due(clock, pauses)
    # What is still to come may come under a name that was used before.
    clock.revision = revision + 1
    # A citizen's window that has closed backwards ends now, by the sweep.
    schedule(clock, now if clock.due_at is None else min(now, clock.due_at), pauses)
    return found
