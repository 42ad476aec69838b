"""E-mails about escalations to those who want them at once: in working time, and grouped.

What is raised while somebody's office is closed waits for the next opening and becomes one letter.
Letters are written in the sweep's transaction, so each escalation is told of once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import override

from accounts.actors import Role
from accounts.models import Department
from inquiries.reminders.hours import House
from inquiries.reminders.people import IN_DEPARTMENT, Reader, reachable, readers
from inquiries.reminders.words import department_name
from notices.models import Channel, Outbox
from sla.listeners import Happened
from sla.models import Case

KIND = "escalations"
MOST_LISTED = 100
"""Cases of a department written out in one letter; the others are counted."""


@dataclass(frozen=True, slots=True)
class Raised:
    """An escalation the sweep has just written, and the roles its rule tells."""

    event: Happened
    roles: frozenset[Role]

    @property
    def case(self) -> Case:
        return self.event.clock.case

    @property
    def key(self) -> str:
        clock = self.event.clock
        return f"{clock.pk}.{clock.revision}.{self.event.kind}"

    def concerns(self, reader: Reader) -> bool:
        """Whether the rule means this person: by a role in the house, or in the department."""
        if self.roles & (reader.roles - set(IN_DEPARTMENT)):
            return True
        inside = (
            reader.department_id is not None and reader.department_id == self.case.department_id
        )
        return inside and bool(self.roles & reader.roles)


def write(raised: Sequence[Raised], now: datetime) -> None:
    """Queue one letter for each person who wants it, or add to the one that is still waiting.

    Runs within the sweep's transaction.
    """
    if not raised:
        return
    everybody = frozenset().union(*(one.roles for one in raised))
    people = readers(reachable(everybody).filter(wishes__escalations=True).order_by("pk"))
    told = {reader: [one for one in raised if one.concerns(reader)] for reader in people}
    told = {reader: news for reader, news in told.items() if news}
    if not told:
        return
    departments = Department.objects.filter(pk__in={one.case.department_id for one in raised})
    for letter, reader, news in _letters(told, now):
        with override(letter.language):
            names = {department.pk: department.label for department in departments}
            for one in news:
                _add(letter.context, one, names)
        letter.recipient = reader.email
        letter.save()


def _letters(
    told: dict[Reader, list[Raised]], now: datetime
) -> Iterator[tuple[Outbox, Reader, list[Raised]]]:
    """For each person the letter that waits for the opening, locked; a new one if it has gone."""
    house = House(now)
    fresh = {reader: _fresh(reader, house, now) for reader in told}
    Outbox.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    rows = Outbox.objects.filter(key__in=[letter.key for letter in fresh.values()])
    held = {letter.key: letter for letter in rows.select_for_update().order_by("key")}
    for reader, news in told.items():
        letter = held[fresh[reader].key]
        if letter.state != Outbox.State.PENDING or letter.attempts:
            letter = fresh[reader]
            letter.pk, letter.key = None, f"{letter.key}:{news[0].key}"
        yield letter, reader, news


def _fresh(reader: Reader, house: House, now: datetime) -> Outbox:
    calendar = house.calendar_of(reader.department_id)
    opening = calendar.next_open(now) if calendar else now
    return Outbox(
        channel=Channel.EMAIL,
        recipient=reader.email,
        kind=KIND,
        context={"departments": {}},
        language=reader.wishes.language,
        key=f"{KIND}:{reader.user_id}:{opening.isoformat()}",
        created_at=now,
        next_try_at=opening,
    )


def _add(context: dict[str, Any], one: Raised, names: dict[int, str]) -> None:
    case = one.case
    held = context["departments"].setdefault(
        str(case.department_id or 0),
        {"label": department_name(names, case.department_id), "lines": [], "more": 0},
    )
    if any(line["number"] == case.number for line in held["lines"]):
        return
    if len(held["lines"]) >= MOST_LISTED:
        held["more"] += 1
        return
    due = one.event.clock.due_at
    held["lines"].append(
        {"number": case.number, "title": case.title, "due": due.isoformat() if due else ""}
    )
