"""An inquiry's whole way, and the ways it can leave it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.errors import MoveRefused, StaleCase
from inquiries.models import Reply
from inquiries.states import State
from inquiries.workflow import perform
from ledger.checking import faults
from ledger.models import Event
from sla.background import tick
from sla.models import Clock
from sla.proving.verification import verify
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db


def test_from_the_portal_to_a_rating(cast: Cast) -> None:
    inquiry = make_inquiry()
    assert inquiry.case.due_at == china(2026, 3, 9, 23, 59) + timedelta(seconds=59)
    inquiry = advance(inquiry, cast, "publish", at=MONDAY + timedelta(days=2))
    assert inquiry.state == State.REPLIED
    assert inquiry.case.verdict == "met"
    assert inquiry.case.answer_days == 2
    inquiry = perform("rate", inquiry.number, by=CITIZEN, at=MONDAY + timedelta(days=3), rating=5)
    assert inquiry.state == State.CLOSED
    assert inquiry.case.rating == 5
    assert not Clock.objects.filter(finished_at__isnull=True).exists()
    assert list(faults()) == []
    moves = list(Event.objects.order_by("seq").values_list("move", flat=True))
    assert moves == [
        "submit",
        "accept",
        "assign",
        "sign_for",
        "draft",
        "submit_for_review",
        "reply",
        "publish",
        "rate",
        "close",
    ]


def test_a_late_reply_is_missed_at_the_due_instant(cast: Cast) -> None:
    inquiry = make_inquiry()
    due = inquiry.case.due_at
    inquiry = advance(inquiry, cast, "reply", at=MONDAY + timedelta(days=30))
    assert (inquiry.case.verdict, inquiry.case.verdict_at) == ("missed", due)


def test_a_stale_form_is_told_so(cast: Cast) -> None:
    inquiry = make_inquiry()
    perform("accept", inquiry.number, by=cast.by("intake"), at=MONDAY, seen=1)
    with pytest.raises(StaleCase):
        perform("accept", inquiry.number, by=cast.by("intake"), at=MONDAY, seen=1)


def test_nobody_approves_their_own_draft(cast: Cast) -> None:
    from accounts.models import RoleGrant

    RoleGrant.objects.create(user=cast.handler, role="reviewer")
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    with pytest.raises(MoveRefused) as refused:
        perform("reply", inquiry.number, by=cast.by("handler"), at=MONDAY)
    assert refused.value.reason == "own_draft"


def test_an_unanswered_supplement_lapses_by_the_sweep(cast: Cast) -> None:
    inquiry = make_inquiry()
    perform("ask_supplement", inquiry.number, by=cast.by("intake"), at=MONDAY, request="请补充地址")
    tick(MONDAY + timedelta(days=30))
    inquiry.refresh_from_db()
    inquiry.case.refresh_from_db()
    assert inquiry.state == State.CLOSED
    assert inquiry.case.exclusion == "lapsed"
    assert tick(MONDAY + timedelta(days=31)).events == 0


def test_the_sweep_judges_an_unanswered_case_once(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "assign")
    first = tick(MONDAY + timedelta(days=40))
    assert first.events > 0
    assert tick(MONDAY + timedelta(days=41)).events == 0
    inquiry.case.refresh_from_db()
    assert inquiry.case.verdict == "missed"
    assert inquiry.case.verdict_at == inquiry.case.due_at


def test_a_second_handling_that_lapses_leaves_the_first_answer_to_be_published(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "reply")
    perform("request_reopen", inquiry.number, by=CITIZEN, at=MONDAY, reason="不清楚")
    perform("reopen", inquiry.number, by=cast.by("supervisor"), at=MONDAY)
    perform(
        "ask_supplement", inquiry.number, by=cast.by("handler"), at=MONDAY, request="请补充材料"
    )
    tick(MONDAY + timedelta(days=30))
    at = MONDAY + timedelta(days=31)
    words: dict[str, Any] = {"title": "咨询", "question": "何时申报？", "text": "四月。"}
    perform("publish", inquiry.number, by=cast.by("reviewer"), at=at, **words)
    reply = Reply.objects.get()
    assert (reply.round, reply.public_text) == (1, "四月。")
    assert list(verify()) == []
