"""What inquiries do when a changed calendar or rule moves their dates: the citizens are told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from foundation.bulk import add
from inquiries.letters import letters_to, reachable
from inquiries.models import Inquiry
from notices.models import Outbox
from sla.recalculating import redated
from sla.recalculating.redated import Redated
from sla.targets import Target

STREAM = "inquiry"
TOLD = (Target.REPLY, Target.ACCEPTANCE, Target.SUPPLEMENT)
"""Dates a citizen counts on; the others are the house's own."""

READ = ("case__number", "title", "email", "phone", "language")


def connect() -> None:
    redated.register(STREAM, hear)


def hear(cases: Sequence[Redated], now: datetime) -> None:
    """A letter to every citizen one of whose dates has moved."""
    told = {one.case_id: one for one in cases if told_dates(dates_in(one))}
    letters: list[Outbox] = []
    inquiries = Inquiry.objects.filter(reachable(), case__id__among=told)
    for inquiry in inquiries.select_related("case").only(*READ):
        one = told[inquiry.case_id]
        context: dict[str, Any] = {
            **told_dates(dates_in(one)),
            "provisional": one.provisional,
            "reason": one.reason,
        }
        key = f"{one.number}:{one.seq}"
        letters += letters_to(inquiry, "redated", context, key=key, at=now)
    add(letters)


def dates_in(one: Redated) -> dict[str, list[str | None]]:
    """The dates that moved as the ledger keeps them."""
    return {
        target: [before.isoformat() if before else None, after.isoformat() if after else None]
        for target, before, after in one.moved
    }


def told_dates(dates: dict[str, list[str | None]]) -> dict[str, str]:
    """The new dates a citizen is told, by target, from those that moved: only known ones."""
    return {str(target): new for target in TOLD if target in dates and (new := dates[target][1])}
