"""What tests of clocks do again and again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.workflow import perform
from sla.models import Clock, ClockEvent
from sla.targets import Target
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


def end_of(month: int, day: int) -> datetime:
    return china(2026, month, day, 23, 59) + timedelta(seconds=59)


DUE = end_of(3, 9)
"""A consultation received on Monday, 2 March: five working days."""


def clock(inquiry: Inquiry, target: Target, round_: int = 1) -> Clock:
    return Clock.objects.filter(case=inquiry.case_id, target=target, round=round_).latest("pk")


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.select_related("case").get(pk=inquiry.pk)


def ask(inquiry: Inquiry, cast: Cast, at: datetime, who: str = "handler") -> Inquiry:
    words: dict[str, Any] = {"request": "请补充材料"}
    return perform("ask_supplement", inquiry.number, by=cast.by(who), at=at, **words)


def supply(inquiry: Inquiry, at: datetime) -> Inquiry:
    return perform("supply", inquiry.number, by=CITIZEN, at=at, text="已补充")


def in_progress(cast: Cast, at: datetime = MONDAY) -> Inquiry:
    return advance(make_inquiry(at), cast, "sign_for")


def answer(inquiry: Inquiry, cast: Cast, at: datetime) -> Inquiry:
    handler = cast.by("handler")
    perform("draft", inquiry.number, by=handler, at=at, text="答复")
    perform("submit_for_review", inquiry.number, by=handler, at=at)
    return perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)


def events(inquiry: Inquiry) -> list[tuple[str, str, datetime]]:
    rows = ClockEvent.objects.filter(clock__case=inquiry.case_id).order_by("at", "pk")
    return list(rows.values_list("clock__target", "kind", "at"))
