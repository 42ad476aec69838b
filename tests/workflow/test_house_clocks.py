"""Allowances inside the house: reviews, rounds, and requests nobody has to decide on any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.errors import MoveRefused
from inquiries.models import ExtensionRequest, Inquiry
from inquiries.policy import Refusal
from inquiries.workflow import perform
from ledger.models import Event
from notices.models import InboxItem
from sla.models import Clock, Policy
from sla.proving.verification import verify
from sla.sweep import sweep
from sla.targets import Target
from tests.factories import MONDAY, Cast, advance, china, make_inquiry

pytestmark = pytest.mark.django_db

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
WORDS: dict[str, dict[str, Any]] = {
    "return": {"reason": "不属本科室"},
    "send_back": {"reason": "请补充依据"},
    "draft": {"text": "另一份答复"},
    "request_extension": {"amount": 2, "reason": "需要现场核实"},
    "merge": {"explanation": "与前件相同"},
    "reassign": {"reason": "职责调整"},
}


def move(name: str, inquiry: Inquiry, by: Any, at: Any = MONDAY, **more: Any) -> Inquiry:
    return perform(name, inquiry.number, by=by, at=at, **WORDS.get(name, {}), **more)


def rounds(inquiry: Inquiry, target: Target) -> list[tuple[int, str]]:
    rows = Clock.objects.filter(case=inquiry.case_id, target=target).order_by("pk")
    return list(rows.values_list("round", "state"))


# Reviews


def test_every_review_has_a_clock_of_its_own_round(cast: Cast) -> None:
    handler, reviewer = cast.by("handler"), cast.by("reviewer")
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    assert rounds(inquiry, Target.REVIEW) == [(1, "running")]
    move("send_back", inquiry, reviewer)
    assert rounds(inquiry, Target.REVIEW) == [(1, "met")]
    move("draft", inquiry, handler)
    move("submit_for_review", inquiry, handler, at=MONDAY + DAY)
    review = Clock.objects.get(case=inquiry.case_id, target=Target.REVIEW, round=2)
    assert review.department_id == cast.tech.pk
    assert review.due_at == china(2026, 3, 4, 23, 59) + timedelta(seconds=59)
    move("reply", inquiry, reviewer, at=MONDAY + DAY)
    assert rounds(inquiry, Target.REVIEW) == [(1, "met"), (2, "met")]
    assert list(verify()) == []


def test_a_late_review_is_told_to_the_reviewers_of_the_department_only(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    InboxItem.objects.all().delete()
    sweep(china(2026, 3, 4))
    assert rounds(inquiry, Target.REVIEW) == [(1, "missed")]
    late = InboxItem.objects.get(kind="clock_due", context__target="review")
    assert (late.role, late.department_id) == ("reviewer", cast.tech.pk)
    move("reply", inquiry, cast.by("reviewer"), at=china(2026, 3, 4))
    assert rounds(inquiry, Target.REVIEW) == [(1, "missed")]
    inquiry.case.refresh_from_db()
    assert inquiry.case.verdict == "met"
    assert list(verify()) == []


def test_a_withdrawn_case_owes_no_review(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    move("withdraw", inquiry, CITIZEN)
    assert rounds(inquiry, Target.REVIEW) == [(1, "cancelled")]


def test_without_a_rule_a_review_is_not_timed(cast: Cast) -> None:
    """A bureau that got the rule later: drafts submitted before have no clock, and all is well."""
    Policy.objects.filter(target=Target.REVIEW).update(active_from=MONDAY + DAY)
    inquiry = advance(make_inquiry(), cast, "submit_for_review")
    assert rounds(inquiry, Target.REVIEW) == []
    assert list(verify()) == []
    Policy.objects.filter(target=Target.REVIEW).update(active_from=MONDAY)
    assert ["live clocks" in found.detail for found in verify()] == [True]


# Rounds


def test_rounds_count_what_was_started_again(cast: Cast) -> None:
    intake, handler = cast.by("intake"), cast.by("handler")
    inquiry = advance(make_inquiry(), cast, "assign")
    move("return", inquiry, handler)
    move("assign", inquiry, intake, department=cast.other)
    move("reassign", inquiry, intake, department=cast.tech)
    move("sign_for", inquiry, handler)
    assert rounds(inquiry, Target.DISPATCH) == [(1, "met"), (2, "met")]
    expected = [(1, "cancelled"), (2, "cancelled")]
    assert rounds(inquiry, Target.SIGN_FOR) == [*expected, (3, "met")]
    assert rounds(inquiry, Target.DEPARTMENT) == [*expected, (3, "running")]
    assert rounds(inquiry, Target.REPLY) == [(1, "running")]
    assert list(verify()) == []


def test_a_reopening_is_a_new_round_of_promise_and_allowance(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "reply")
    move("request_reopen", inquiry, CITIZEN, reason="答非所问")
    move("reopen", inquiry, cast.by("supervisor"))
    assert rounds(inquiry, Target.REPLY) == [(1, "met"), (2, "running")]
    assert rounds(inquiry, Target.DEPARTMENT) == [(1, "met"), (2, "running")]
    assert list(verify()) == []


# Extensions


def asked(cast: Cast) -> Inquiry:
    inquiry = advance(make_inquiry(), cast, "sign_for")
    return move("request_extension", inquiry, cast.by("handler"))


def lapsed(inquiry: Inquiry) -> bool:
    request = ExtensionRequest.objects.get(inquiry=inquiry)
    return (request.granted, request.decided_by_id) == (False, None)


@pytest.mark.parametrize("name", ["return", "reassign", "merge", "withdraw", "reply"])
def test_a_request_lapses_when_there_is_nothing_left_to_extend(cast: Cast, name: str) -> None:
    inquiry = asked(cast)
    handler, later = cast.by("handler"), MONDAY + DAY
    match name:
        case "return":
            move("return", inquiry, handler, later)
        case "reassign":
            move("reassign", inquiry, cast.by("intake"), later, department=cast.other)
        case "merge":
            move("merge", inquiry, cast.by("intake"), later, into=make_inquiry().number)
        case "withdraw":
            move("withdraw", inquiry, CITIZEN, later)
        case "reply":
            move("draft", inquiry, handler, later)
            move("submit_for_review", inquiry, handler, later)
            assert not lapsed(inquiry)
            move("reply", inquiry, cast.by("reviewer"), later)
    assert lapsed(inquiry)
    assert ExtensionRequest.objects.get(inquiry=inquiry).decided_at == later
    event = Event.objects.get(case_number=inquiry.number, move=name)
    assert event.data["extension_lapsed"] == 2
    assert list(verify()) == []


def test_after_a_lapsed_request_the_next_department_may_ask_anew(cast: Cast) -> None:
    inquiry = asked(cast)
    move("return", inquiry, cast.by("handler"))
    move("assign", inquiry, cast.by("intake"), department=cast.tech)
    move("sign_for", inquiry, cast.by("handler"))
    move("request_extension", inquiry, cast.by("handler"))
    move("grant_extension", inquiry, cast.by("supervisor"))
    assert Clock.objects.get(case=inquiry.case_id, target=Target.REPLY).extra == 2


def test_verify_finds_a_request_nobody_can_decide_on(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "reply")
    ExtensionRequest.objects.create(
        inquiry=inquiry, amount=1, requested_at=MONDAY, requested_by=cast.handler, reason="x"
    )
    assert ["extension still asked for" in found.detail for found in verify()] == [True]


def test_who_asks_for_time_does_not_grant_it(cast: Cast) -> None:
    cast.handler.grants.create(role="supervisor")
    inquiry = asked(cast)
    del cast.handler.__dict__["roles"]
    with pytest.raises(MoveRefused) as refused:
        move("grant_extension", inquiry, cast.by("handler"))
    assert refused.value.reason == Refusal.OWN_REQUEST


@pytest.mark.parametrize(
    ("unit", "gained"), [("working_days", 2), ("calendar_days", 2), ("working_hours", 14)]
)
def test_a_department_gains_as_much_as_the_promise(cast: Cast, unit: str, gained: int) -> None:
    """Two working days more are two days of seven hours, whatever its allowance is counted in."""
    hours = {"amount": 30} if unit == "working_hours" else {}
    Policy.objects.filter(target=Target.DEPARTMENT).update(unit=unit, **hours)
    inquiry = advance(make_inquiry(), cast, "sign_for")
    before = Clock.objects.get(case=inquiry.case_id, target=Target.DEPARTMENT)
    move("request_extension", inquiry, cast.by("handler"))
    move("grant_extension", inquiry, cast.by("supervisor"))
    after = Clock.objects.get(case=inquiry.case_id, target=Target.DEPARTMENT)
    assert after.extra == gained
    assert before.due_at is not None
    assert after.due_at is not None
    assert after.due_at > before.due_at
    assert list(verify()) == []
