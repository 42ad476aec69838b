"""How clocks end: with a merge, a withdrawal, a second round, a survey nobody answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.errors import MoveRefused
from inquiries.models import Inquiry
from inquiries.policy import Refusal
from inquiries.states import State
from inquiries.workflow import perform
from sla.background import tick
from sla.proving.verification import verify
from sla.targets import ClockState, Target
from tests.factories import MONDAY, Cast, advance, china, make_inquiry
from tests.workflow.clockwork import (
    DAY,
    DUE,
    HOUR,
    SECOND,
    answer,
    clock,
    end_of,
    events,
    fresh,
    in_progress,
)

pytestmark = pytest.mark.django_db


def test_a_merged_case_has_no_clocks_and_never_alarms(cast: Cast) -> None:
    first, second = make_inquiry(), make_inquiry()
    words: dict[str, Any] = {"into": first.number, "explanation": "与前件相同"}
    second = perform("merge", second.number, by=cast.by("intake"), at=MONDAY, **words)
    assert not second.case.clocks.filter(finished_at__isnull=True).exists()
    tick(MONDAY + 60 * DAY)
    assert events(second) == []
    assert fresh(second).case.verdict == ""
    answer(advance(first, cast, "sign_for", at=MONDAY + 60 * DAY), cast, MONDAY + 60 * DAY)
    assert list(verify()) == []


def test_a_miss_stands_when_the_case_ends_otherwise(cast: Cast) -> None:
    inquiry = in_progress(cast)
    late = DUE + DAY
    inquiry = perform("withdraw", inquiry.number, by=CITIZEN, at=late)
    assert (inquiry.case.verdict, inquiry.case.verdict_at) == ("missed", DUE)
    assert clock(inquiry, Target.REPLY).finished_at == late
    assert list(verify()) == []


def reopened(cast: Cast, replied: datetime, at: datetime) -> Inquiry:
    inquiry = answer(in_progress(cast), cast, replied)
    perform("request_reopen", inquiry.number, by=CITIZEN, at=at, reason="答非所问")
    return perform("reopen", inquiry.number, by=cast.by("supervisor"), at=at)


def test_a_reopening_is_a_new_round_and_the_first_verdict_stands(cast: Cast) -> None:
    replied, at = china(2026, 3, 4), china(2026, 3, 10)
    inquiry = reopened(cast, replied, at)
    case = inquiry.case
    assert (inquiry.state, case.round, case.verdict) == (State.IN_PROGRESS, 2, "met")
    second = clock(inquiry, Target.REPLY, 2)
    assert (second.started_at, second.due_at) == (at, end_of(3, 17))
    assert clock(inquiry, Target.REPLY).finished_at == replied
    case = answer(inquiry, cast, china(2026, 4, 1)).case
    assert clock(inquiry, Target.REPLY, 2).state == ClockState.MISSED
    assert (case.verdict, case.verdict_at, case.replied_at) == ("met", replied, replied)
    assert case.surveys.count() == 2
    assert list(verify()) == []


def test_a_late_case_is_not_made_good_by_its_second_round(cast: Cast) -> None:
    inquiry = reopened(cast, DUE + DAY, DUE + 2 * DAY)
    case = answer(inquiry, cast, DUE + 3 * DAY).case
    assert clock(inquiry, Target.REPLY, 2).state == ClockState.MET
    assert (case.verdict, case.verdict_at) == ("missed", DUE)


def test_a_case_is_reopened_once(cast: Cast) -> None:
    inquiry = reopened(cast, china(2026, 3, 4), china(2026, 3, 5))
    answer(inquiry, cast, china(2026, 3, 6))
    with pytest.raises(MoveRefused) as refused:
        perform("request_reopen", inquiry.number, by=CITIZEN, at=china(2026, 3, 7), reason="仍不清")
    assert refused.value.reason == Refusal.REOPENED_ALREADY


def test_a_survey_window_that_ends_closes_the_case_and_is_no_miss(cast: Cast) -> None:
    inquiry = answer(in_progress(cast), cast, MONDAY + DAY)
    ends = end_of(3, 18)  # fifteen calendar days after the day of the reply
    tick(ends)
    assert fresh(inquiry).state == State.REPLIED
    perform("note", inquiry.number, by=cast.by("supervisor"), at=ends + HOUR, text="记录")
    tick(ends + 2 * HOUR)
    assert fresh(inquiry).state == State.CLOSED
    assert clock(inquiry, Target.SURVEY).missed_at is None
    with pytest.raises(MoveRefused):
        perform("rate", inquiry.number, by=CITIZEN, at=ends + DAY, rating=5)


def test_a_rating_in_the_last_second_counts_and_the_next_does_not(cast: Cast) -> None:
    inquiry = answer(in_progress(cast), cast, MONDAY + DAY)
    ends = end_of(3, 18)
    with pytest.raises(MoveRefused) as over:
        perform("rate", inquiry.number, by=CITIZEN, at=ends + SECOND, rating=5)
    assert over.value.reason == Refusal.SURVEY_OVER
    assert perform("rate", inquiry.number, by=CITIZEN, at=ends, rating=5).case.rating == 5
