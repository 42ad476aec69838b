"""The sweep: writes down what has happened to clocks, each thing exactly once.

Any number of sweepers may run, crash, or have been down for days. A batch locks the cases it
takes and passes over those another process holds; the event rows are unique per clock, revision
and kind; and everything an event causes is written in the same transaction as the event.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction

from foundation.bulk import write
from foundation.claims import claim
from sla.clocks import judge
from sla.figures.measures import Key, difference, measures
from sla.figures.recording import line_of, write_deltas
from sla.listeners import Happened, tell
from sla.models import Case, Clock, ClockEvent, ClockPause, Policy, WorkCalendar
from sla.targets import WINDOWS, ClockState, Happening, Target
from sla.timing import Span, schedule

log = logging.getLogger(__name__)

BATCH = 500


def sweep(now: datetime, *, batch: int = BATCH) -> int:
    """Fire everything due by `now`; return how many events were written.

    A case that cannot be swept keeps no other from being: it is logged, passed over, and tried
    again the next time.
    """
    total, stuck = 0, set[int]()
    while wanted := _due_cases(now, batch, stuck):
        try:
            fired = sweep_cases(wanted, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("A batch could not be swept; its cases are tried one by one")
            fired = _sweep_singly(wanted, now, stuck)
        total += fired
        if not fired and not stuck.intersection(wanted):
            break
    return total


def _due_cases(now: datetime, limit: int, without: set[int]) -> set[int]:
    due = Clock.objects.filter(next_event_at__lte=now).exclude(case_id__in=without)
    return set(due.order_by("next_event_at", "id").values_list("case_id", flat=True)[:limit])


def _sweep_singly(wanted: set[int], now: datetime, stuck: set[int]) -> int:
    """Sweep each case by itself; those that fail are added to `stuck`."""
    fired = 0
    for case_id in sorted(wanted):
        try:
            fired += sweep_cases({case_id}, now)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            log.exception("The case with id %s could not be swept", case_id)
            stuck.add(case_id)
    return fired


def sweep_cases(wanted: set[int], now: datetime) -> int:
    """Fire what comes first in each of these cases, in one transaction; 0 when nothing is due
    that is not in other hands."""
    with transaction.atomic():
        cases = {case.pk: case for case in claim(Case.objects.filter(pk__in=wanted), len(wanted))}
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
