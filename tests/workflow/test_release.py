"""What becomes of merged cases when the case that was to answer them ends without an answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.models import Inquiry
from inquiries.states import State
from inquiries.workflow import perform
from notices.models import Outbox
from sla.background import tick
from sla.proving.verification import verify
from sla.targets import ClockState, Target
from tests.factories import MONDAY, Cast, advance, make_inquiry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ENDINGS: dict[str, tuple[str, dict[str, Any]]] = {
    "withdraw": ("citizen", {}),
    "reject": ("intake", {"ground": "litigation", "explanation": "请向法院提起诉讼"}),
    "refer": ("intake", {"referred_to": "市教育局", "explanation": "属教育局职责"}),
}


def merged(cast: Cast, into: Inquiry, at: datetime = MONDAY) -> Inquiry:
    inquiry = make_inquiry(MONDAY)
    words: dict[str, Any] = {"into": into.number, "explanation": "与前件相同"}
    return perform("merge", inquiry.number, by=cast.by("intake"), at=at, **words)


def fresh(inquiry: Inquiry) -> Inquiry:
    return Inquiry.objects.select_related("case").get(pk=inquiry.pk)


@pytest.mark.parametrize("ending", ENDINGS)
def test_merged_cases_are_taken_up_by_themselves_again(cast: Cast, ending: str) -> None:
    survivor = make_inquiry(MONDAY)
    promised = survivor.case.due_at
    first, second = merged(cast, survivor), merged(cast, survivor)
    who, words = ENDINGS[ending]
    by = CITIZEN if who == "citizen" else cast.by(who)
    perform(ending, survivor.number, by=by, at=MONDAY + DAY, **words)
    for inquiry in (fresh(first), fresh(second)):
        assert inquiry.state == State.ACCEPTED
        assert inquiry.merged_into is None
        case = inquiry.case
        assert (case.due_at, case.excluded_at, case.ended_at) == (promised, None, None)
        letters = Outbox.objects.filter(case_number=inquiry.number, kind="released")
        assert letters.exists()
        answered = advance_from_accepted(inquiry, cast, MONDAY + 2 * DAY)
        assert answered.case.verdict == "met"
    assert list(verify()) == []


def advance_from_accepted(inquiry: Inquiry, cast: Cast, at: datetime) -> Inquiry:
    handler = cast.by("handler")
    perform("assign", inquiry.number, by=cast.by("intake"), at=at, department=cast.tech)
    perform("sign_for", inquiry.number, by=handler, at=at)
    perform("draft", inquiry.number, by=handler, at=at, text="四月申报")
    perform("submit_for_review", inquiry.number, by=handler, at=at)
    return perform("reply", inquiry.number, by=cast.by("reviewer"), at=at)


def test_a_survivor_that_lapses_lets_go_of_them_and_time_has_run_on(cast: Cast) -> None:
    survivor = make_inquiry(MONDAY)
    joined = merged(cast, survivor)
    words: dict[str, Any] = {"request": "请补充材料"}
    perform("ask_supplement", survivor.number, by=cast.by("intake"), at=MONDAY, **words)
    tick(MONDAY + 40 * DAY)
    joined = fresh(joined)
    assert joined.state == State.ACCEPTED
    assert (joined.case.verdict, joined.case.verdict_at) == ("missed", joined.case.due_at)
    reply = joined.case.clocks.get(target=Target.REPLY)
    assert (reply.state, reply.finished_at) == (ClockState.MISSED, None)
    tick(MONDAY + 60 * DAY)
    assert list(verify()) == []


def test_one_merged_while_it_waited_for_its_citizen_gets_its_pause_counted(cast: Cast) -> None:
    survivor, waiting = make_inquiry(MONDAY), make_inquiry(MONDAY)
    intake = cast.by("intake")
    perform("ask_supplement", waiting.number, by=intake, at=MONDAY, request="请补充材料")
    words: dict[str, Any] = {"into": survivor.number, "explanation": "与前件相同"}
    perform("merge", waiting.number, by=intake, at=MONDAY + 2 * DAY, **words)
    perform("withdraw", survivor.number, by=CITIZEN, at=MONDAY + 3 * DAY)
    due_at = fresh(waiting).case.due_at
    assert due_at is not None
    assert survivor.case.due_at is not None
    assert due_at == survivor.case.due_at + DAY
    assert list(verify()) == []


def test_an_answered_survivor_keeps_them(cast: Cast) -> None:
    survivor = make_inquiry(MONDAY)
    joined = merged(cast, survivor)
    advance(survivor, cast, "reply", MONDAY + DAY)
    assert fresh(joined).state == State.MERGED
