"""The morning digest: once for each person and working day, whatever crashes or runs beside.

The row that says so is written in one transaction with the letter, and is unique.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import override

from accounts.models import Department, User
from foundation.claims import claim
from inquiries.reminders.composing import Composed, Line, Pool, Wanted
from inquiries.reminders.hours import STREAM, House, Morning, morning_of
from inquiries.reminders.people import REMINDED, Reader, reachable, readers
from inquiries.reminders.words import digest_context
from inquiries.states import State
from notices.models import Channel, Digest, Outbox
from sla.models import Case, ClockEvent
from sla.targets import Happening

BATCH = 200
KIND = "digest"


def write_digests(now: datetime, *, batch: int = BATCH) -> int:
    """Look at everybody whose working day has begun and who has not been looked at on it.

    Returns how many people that were. Nobody is written to on a day off or out of hours.
    """
    total = 0
    for calendar, people in House(now).groups():
        morning = morning_of(calendar, now)
        if morning is None:
            continue
        desk = _Desk(morning)
        while done := _write_batch(desk, people, batch):
            total += done
    return total


class _Desk:
    """What all digests of a morning are made from, read when the first is."""

    def __init__(self, morning: Morning) -> None:
        self.morning = morning
        self._pool: Pool | None = None
        self._departments: list[Department] = []

    def compose(self, reader: Reader) -> Composed:
        if self._pool is None:
            self._pool = Pool(open_lines(self.morning), self.morning)
            self._departments = list(Department.objects.all())
        wishes = reader.wishes
        return self._pool.compose(
            Wanted(
                user_id=reader.user_id,
                department_id=reader.department_id,
                roles=reader.roles,
                digest=wishes.digest,
                warnings=wishes.warnings,
            )
        )

    def context(self, composed: Composed, language: str) -> dict[str, Any]:
        with override(language):
            names = {department.pk: department.label for department in self._departments}
            held = digest_context(composed, names)
        return held | {"day": self.morning.day.isoformat()}


def open_lines(morning: Morning) -> list[Line]:
    """Every open case somebody may be told of this morning. One query."""
    escalated = ClockEvent.objects.filter(
        clock__case=OuterRef("pk"),
        clock__finished_at__isnull=True,
        kind__startswith=Happening.ESCALATION,
    )
    told = (
        Q(due_at__lte=morning.soon_until)
        | Q(stage__in=(State.AWAITING_CITIZEN, State.IN_REVIEW))
        | Q(stage=State.ASSIGNED, inquiry__assigned_at__gte=morning.since)
    )
    rows = (
        Case.objects.filter(told, stream=STREAM, ended_at__isnull=True)
        .annotate(escalated=Exists(escalated))
        .values_list(
            "number",
            "title",
            "stage",
            "department_id",
            "inquiry__handler_id",
            "inquiry__handler__is_active",
            "due_at",
            "inquiry__assigned_at",
            "escalated",
        )
    )
    return [
        Line(number, title, stage, department, handler if active else None, due, given, late)
        for number, title, stage, department, handler, active, due, given, late in rows
    ]


def _write_batch(desk: _Desk, people: Q, limit: int) -> int:
    day, now = desk.morning.day, desk.morning.at
    seen = Digest.objects.filter(user=OuterRef("pk"), day=day)
    waiting = reachable(REMINDED).filter(people).exclude(Exists(seen)).order_by("pk")
    if not waiting.exists():
        return 0
    with transaction.atomic():
        held = claim(waiting, limit)
        # Another process may have written and gone between our looking and our holding them.
        written = set(
            Digest.objects.filter(day=day, user__in=held).values_list("user_id", flat=True)
        )
        users: list[User] = [user for user in held if user.pk not in written]
        digests, letters = [], []
        for reader in readers(users) if users else ():
            composed = desk.compose(reader)
            digests.append(
                Digest(user_id=reader.user_id, day=day, cases=composed.cases, written_at=now)
            )
            if composed:
                letters.append(
                    Outbox(
                        channel=Channel.EMAIL,
                        recipient=reader.email,
                        kind=KIND,
                        context=desk.context(composed, reader.wishes.language),
                        language=reader.wishes.language,
                        key=f"{KIND}:{reader.user_id}:{day}",
                        created_at=now,
                        next_try_at=now,
                    )
                )
        Digest.objects.bulk_create(digests)
        Outbox.objects.bulk_create(letters)
    return len(held)
