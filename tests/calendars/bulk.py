"""Thousands of running cases that `verify` finds nothing wrong with, made in seconds.

A case is brought in by the real workflow, and copied with its clocks and with a ledger chain of
its own.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from datetime import datetime
from typing import TypeVar

from django.db import models

from accounts.actors import Actor, ActorKind
from inquiries.models import Inquiry
from ledger.models import Event
from ledger.writing import Head, record
from sla.figures.measures import by_key, measures
from sla.figures.recording import line_of, write_deltas
from sla.models import Case, Clock, ClockPause

Row = TypeVar("Row", bound=models.Model)
CHUNK = 2000


def copies_of(original: Inquiry, wanted: int) -> None:
    """So many more cases as this one stands; of letters, remarks and files it has no copies."""
    for first in range(0, wanted, CHUNK):
        _copy(original, range(first, min(first + CHUNK, wanted)))


def _copy(original: Inquiry, serials: range) -> None:
    def copied(row: Row) -> Row:
        made = copy(row)
        made.pk = None
        made._state = copy(row._state)
        made._state.adding = True
        return made

    case = Case.objects.get(pk=original.case_id)
    cases = [copied(case) for _ in serials]
    for serial, one in zip(serials, cases, strict=True):
        one.number = f"{original.pk}-{serial:06d}"
    Case.objects.bulk_create(cases)
    _count(case, len(cases))
    inquiries = [copied(original) for _ in serials]
    for serial, inquiry, one in zip(serials, inquiries, cases, strict=True):
        inquiry.case, inquiry.case_id = one, one.pk
        inquiry.submission_key = f"copy-{original.pk}-{serial}"
    Inquiry.objects.bulk_create(inquiries)
    clocks = list(Clock.objects.filter(case=case))
    for clock in clocks:
        made = [copied(clock) for _ in serials]
        for own, one in zip(made, cases, strict=True):
            own.case, own.case_id = one, one.pk
        Clock.objects.bulk_create(made)
        for pause in clock.pauses.all():
            pauses = [copied(pause) for _ in serials]
            for stop, own in zip(pauses, made, strict=True):
                stop.clock, stop.clock_id = own, own.pk
            ClockPause.objects.bulk_create(pauses)
    _chains(case.number, cases)


def _count(case: Case, n: int) -> None:
    cells = Counter({cell: times * n for cell, times in measures(line_of(case, ())).items()})
    write_deltas(by_key(cells))


def _chains(number: str, cases: list[Case]) -> None:
    told = list(Event.objects.filter(case_number=number).order_by("seq"))
    events: list[Event] = []
    for case in cases:
        head: Head | None = None
        for event in told:
            by = Actor(ActorKind(event.actor_kind), event.actor_label, event.actor_id)
            words = {"after": head, "at": event.at, "by": by, "into": events}
            head = record(case.number, move=event.move, data=event.data, **words)  # type: ignore[arg-type]
    Event.objects.bulk_create(events)


def due_dates(target: str) -> Counter[datetime | None]:
    """How many live clocks for a target are due when."""
    rows = Clock.objects.filter(target=target, finished_at=None).values_list("due_at", flat=True)
    return Counter(rows)
