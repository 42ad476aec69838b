"""A second handling: asked for once, and what becomes of the answer that is public already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.actors import CITIZEN
from inquiries.errors import MoveRefused
from inquiries.models import Inquiry
from inquiries.policy import Refusal
from inquiries.queries.published import public_answer
from inquiries.states import State
from inquiries.workflow import perform
from sla.proving.verification import verify
from tests.factories import MONDAY, Cast, advance, make_inquiry

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
PUBLIC: dict[str, Any] = {"title": "关于申报", "question": "何时申报？"}


def reopened(cast: Cast) -> Inquiry:
    """A case whose first answer is public, in its second round."""
    inquiry = advance(make_inquiry(), cast, "publish", at=MONDAY)
    perform("request_reopen", inquiry.number, by=CITIZEN, at=MONDAY + DAY, reason="答非所问")
    return perform("reopen", inquiry.number, by=cast.by("supervisor"), at=MONDAY + DAY)


def test_a_second_answer_takes_the_place_of_the_first(cast: Cast) -> None:
    inquiry = reopened(cast)
    first = inquiry.case.published_at
    handler, reviewer, at = cast.by("handler"), cast.by("reviewer"), MONDAY + 2 * DAY
    perform("draft", inquiry.number, by=handler, at=at, text="四月底前")
    perform("submit_for_review", inquiry.number, by=handler, at=at)
    perform("reply", inquiry.number, by=reviewer, at=at)
    words: dict[str, Any] = {**PUBLIC, "text": "四月底前"}
    perform("publish", inquiry.number, by=reviewer, at=MONDAY + 3 * DAY, **words)
    shown = public_answer(inquiry.number)
    assert shown is not None
    assert shown.text == "四月底前"
    assert inquiry.replies.filter(published_at__isnull=False).count() == 1
    # Counted as public once, on the day it became so.
    assert Inquiry.objects.get(pk=inquiry.pk).case.published_at == first
    with pytest.raises(MoveRefused) as refused:
        perform("publish", inquiry.number, by=reviewer, at=MONDAY + 3 * DAY, **words)
    assert refused.value.reason == Refusal.PUBLISHED_ALREADY
    assert list(verify()) == []


def test_an_answer_can_be_taken_off_while_it_is_handled_again(cast: Cast) -> None:
    inquiry = reopened(cast)
    assert inquiry.state == State.IN_PROGRESS
    reviewer = cast.by("reviewer")
    inquiry = perform(
        "unpublish", inquiry.number, by=reviewer, at=MONDAY + 2 * DAY, reason="含个人信息"
    )
    assert public_answer(inquiry.number) is None
    assert inquiry.state == State.IN_PROGRESS
    assert list(verify()) == []


def test_a_declined_second_handling_is_not_asked_for_again(cast: Cast) -> None:
    inquiry = advance(make_inquiry(), cast, "reply", at=MONDAY)
    ask: dict[str, Any] = {"by": CITIZEN, "reason": "答非所问"}
    perform("request_reopen", inquiry.number, at=MONDAY + DAY, **ask)
    supervisor = cast.by("supervisor")
    words: dict[str, Any] = {"explanation": "答复已清楚"}
    perform("decline_reopen", inquiry.number, by=supervisor, at=MONDAY + DAY, **words)
    with pytest.raises(MoveRefused) as refused:
        perform("request_reopen", inquiry.number, at=MONDAY + 2 * DAY, **ask)
    assert refused.value.reason == Refusal.ASKED_TO_REOPEN
