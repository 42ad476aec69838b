"""The sweep: writes down what has happened to clocks, each thing exactly once.

Any number of sweepers may run, crash, or have been down for days. A batch locks the cases it
takes and passes over those another process holds; the event rows are unique per clock, revision
and kind; and everything an event causes is written in the same transaction as the event.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from django.db import transaction

from foundation.bulk import write
from foundation.claims import claim
from sla.clocks import judge
from sla.listeners import Happened, tell
from sla.measures import Key, difference, measures
from sla.models import Case, Clock, ClockEvent, ClockPause, Policy, WorkCalendar
from sla.recording import line_of, write_deltas
from sla.targets import WINDOWS, ClockState, Happening, Target
from sla.timing import Span, schedule

BATCH = 500


def sweep(now: datetime, *, batch: int = BATCH) -> int:
    """Fire everything due by `now`; return how many events were written."""
    total = 0
    while fired := sweep_batch(now, batch):
        total += fired
    return total


def sweep_batch(now: datetime, limit: int) -> int:
    """Fire one batch in one transaction; 0 when nothing is left that is not in other hands."""
    with transaction.atomic():
        due = Clock.objects.filter(next_event_at__lte=now).order_by("next_event_at", "id")
        wanted = set(due.values_list("case_id", flat=True)[:limit])
        if not wanted:
            return 0
        cases = {case.pk: case for case in claim(Case.objects.filter(pk__in=wanted), limit)}
        clocks = list(
            Clock.objects.filter(case_id__in=cases, next_event_at__lte=now).order_by(
                "next_event_at", "id"
            )
        )
        policies = Policy.objects.in_bulk({clock.policy_id for clock in clocks})
        calendars = WorkCalendar.objects.in_bulk({clock.calendar_id for clock in clocks})
        for clock in clocks:
            clock.case, clock.policy = cases[clock.case_id], policies[clock.policy_id]
            clock.calendar = calendars[clock.calendar_id]
        return _fire(_earliest(clocks), now)


def _earliest(clocks: list[Clock]) -> list[Clock]:
    """Of each case what comes first: it may end the case, and then the rest never happens."""
    first: dict[int, datetime | None] = {}
    for clock in clocks:
        first.setdefault(clock.case_id, clock.next_event_at)
    return [clock for clock in clocks if clock.next_event_at == first[clock.case_id]]


def _fire(clocks: list[Clock], now: datetime) -> int:
    happened = [_next(clock) for clock in clocks]
    ClockEvent.objects.bulk_create(
        (
            ClockEvent(
                clock=event.clock,
                revision=event.clock.revision,
                kind=event.kind,
                at=event.at,
                swept_at=now,
            )
            for event in happened
        ),
    )
    _judge_misses([event for event in happened if event.kind == Happening.DUE])
    pauses = _pauses_of(clocks)
    for event in happened:
        schedule(event.clock, event.at, pauses[event.clock.pk])
    write(clocks, ["state", "missed_at", "next_event_at", "next_event"])
    tell(happened, now)
    return len(happened)


def _next(clock: Clock) -> Happened:
    assert clock.next_event_at is not None
    return Happened(clock, clock.next_event, clock.next_event_at)


def _pauses_of(clocks: list[Clock]) -> defaultdict[int, list[Span]]:
    """When each clock stood still: a warning after a share of the time comes later by as much."""
    found: defaultdict[int, list[Span]] = defaultdict(list)
    rows = ClockPause.objects.filter(clock_id__in=[clock.pk for clock in clocks])
    for clock_id, since, until in rows.values_list("clock_id", "since", "until"):
        found[clock_id].append((since, until))
    return found


def _judge_misses(dues: list[Happened]) -> None:
    """Mark clocks missed at their due instants, freeze the verdicts, record the figures."""
    judged: list[Case] = []
    deltas: defaultdict[Key, Counter[str]] = defaultdict(Counter)
    for event in dues:
        clock = event.clock
        if clock.target in WINDOWS or clock.state != ClockState.RUNNING:
            continue
        clock.state, clock.missed_at = ClockState.MISSED, clock.due_at
        if clock.target == Target.REPLY and not clock.case.verdict:
            before = measures(line_of(clock.case, ()))
            judge(clock.case, "missed", clock.due_at)
            after = measures(line_of(clock.case, ()))
            for key, counts in difference(before, after).items():
                deltas[key].update(counts)
            judged.append(clock.case)
    write(judged, ["verdict", "verdict_at"])
    write_deltas(deltas)
