"""A locked case, and all that its moves need, loaded once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from accounts.actors import Actor, ActorKind
from inquiries.errors import NoSuchCase
from inquiries.models import Inquiry, Reply
from ledger.models import Event
from ledger.writing import Head, head_of
from sla.clocks import ClockSet
from sla.figures.recording import CaseRecord
from sla.models import Case
from sla.timing import AFTER_DUE

INQUIRY_FIELDS = tuple(f.attname for f in Inquiry._meta.concrete_fields)

SKEW = timedelta(minutes=5)
"""How far the clocks of two servers may be apart before it is an error."""


@dataclass(slots=True)
class Held:
    """An inquiry whose case row is locked until the transaction ends.

    `history`: moves of the past are played in; nobody is told, and the holder calls `write` once
    after the last of them.
    """

    inquiry: Inquiry
    record: CaseRecord
    clocks: ClockSet
    head: Head | None
    history: bool = False
    events: list[Event] = field(default_factory=list)
    _written: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self._written = self._fields()

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self.inquiry, name) for name in INQUIRY_FIELDS}

    def insert(self) -> None:
        """Write the rows of a case that has just come in."""
        self.record.save()
        self.inquiry.case = self.record.case
        self.inquiry.save(force_insert=True)
        self._written = self._fields()

    def write(self) -> None:
        """Write what moves have changed: case line and figures, inquiry, clocks, ledger."""
        self.record.save()
        fields = self._fields()
        changed = [name for name, value in fields.items() if value != self._written[name]]
        if changed:
            self.inquiry.save(update_fields=changed)
        self._written = fields
        self.clocks.save()
        Event.objects.bulk_create(self.events)
        self.events = []

    def not_before_the_last(self, at: datetime, by: Actor) -> datetime:
        """Keep the ledger in order when servers differ by seconds, or the clockwork was down.

        Somebody who waited for the lock while the sweep judged a clock comes after that: else a
        reply of the due second would stand beside a miss dated to the same second.
        """
        miss = self.clocks.last_miss
        if miss is not None and timedelta() <= miss - at <= SKEW:
            at = miss + AFTER_DUE
        if self.head is None or at >= self.head.at:
            return at
        return self.head.at if by.kind == ActorKind.SYSTEM or self.head.at - at <= SKEW else at


def lock_cases(numbers: Iterable[str]) -> dict[str, Case]:
    """Lock case rows in ascending key order, so that no two moves wait for each other."""
    rows = Case.objects.filter(number__in=set(numbers)).order_by("pk")
    return {case.number: case for case in rows.select_for_update(no_key=True)}


def lock_joined(number: str) -> list[Case]:
    """Lock a case and those merged into it which no answer of its has reached; give the latter."""
    while True:
        joined = _joined_to(number)
        cases = lock_cases({number, *joined})
        # None can join or leave any more once the survivor is held.
        if _joined_to(number) == joined:
            return [cases[one] for one in joined]


def _joined_to(number: str) -> list[str]:
    joined = Inquiry.objects.filter(merged_into__case__number=number)
    answers = Reply.objects.filter(inquiry__case__number=number, approved_at__isnull=False)
    last = answers.aggregate(at=Max("approved_at"))["at"]
    if last is not None:
        joined = joined.filter(case__excluded_at__gt=last)
    return list(joined.order_by("case_id").values_list("case__number", flat=True))


def load(case: Case) -> Inquiry:
    inquiry = Inquiry.objects.get(case_id=case.pk)
    inquiry.case = case
    return inquiry


def hold(case: Case) -> Held:
    """What moves on a locked case need."""
    return Held(load(case), CaseRecord(case), ClockSet(case), head_of(case.number))


def hold_number(number: str) -> Held:
    """Lock the case with this number. Raises NoSuchCase."""
    cases = lock_cases([number])
    if number not in cases:
        raise NoSuchCase(number)
    return hold(cases[number])


def hold_new(inquiry: Inquiry, *, history: bool) -> Held:
    """An inquiry not yet in the database, and so nobody else's."""
    case = inquiry.case
    return Held(inquiry, CaseRecord(case, new=True), ClockSet(case, new=True), None, history)
