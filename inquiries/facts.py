"""Gathering the facts a decision looks at, with no more queries than it needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from inquiries.models import Inquiry
from inquiries.policy import RATING_CHANGEABLE, Facts
from sla.calendars import compiled
from sla.clocks import ClockSet
from sla.models import Survey
from sla.policies import book_of, promise_of
from sla.targets import ClockState, Target
from sla.worktime import due

_DRAFT = {"submit_for_review", "reply"}
_EXTENSION = {"request_extension", "grant_extension", "deny_extension"}
_REOPEN = {"request_reopen", "reopen", "decline_reopen"}
_SUPPORT = {"contribute", "note"}
_RATED = {"follow_up", "show_comment", "hide_comment"}


def facts_of(
    inquiry: Inquiry,
    at: datetime,
    *,
    moves: Iterable[str] | None = None,
    clocks: ClockSet | None = None,
) -> Facts:
    """The facts for the given moves (None: for all), as of `at`."""
    wanted = set(moves) if moves is not None else None

    def needs(group: set[str]) -> bool:
        return wanted is None or bool(wanted & group)

    known: dict[str, Any] = {}
    if needs(_DRAFT):
        known |= _draft(inquiry)
    if needs(_EXTENSION):
        known |= _extension(inquiry, clocks or _clocks(inquiry, at))
    if needs(_REOPEN):
        known["reopen_pending"] = inquiry.reopen_requests.filter(granted__isnull=True).exists()
    if needs(_SUPPORT):
        known["supporting"] = frozenset(inquiry.supports.values_list("department_id", flat=True))
    if needs({"rate"}):
        known |= _survey(inquiry, at, clocks or _clocks(inquiry, at))
    if needs(_RATED):
        known |= _rated(inquiry)
    if needs({"return"}):
        known["may_still_return"] = may_still_return(inquiry, at)
    return replace(inquiry.basic_facts(), **known)


def _clocks(inquiry: Inquiry, at: datetime) -> ClockSet:
    clocks = ClockSet(inquiry.case)
    clocks.advance(at)
    return clocks


def _draft(inquiry: Inquiry) -> dict[str, Any]:
    reply = inquiry.present_reply()
    return {"has_draft": reply is not None, "drafter_id": reply and reply.drafted_by_id}


def _extension(inquiry: Inquiry, clocks: ClockSet) -> dict[str, Any]:
    asker = (
        inquiry.extension_requests.filter(granted__isnull=True)
        .values_list("requested_by_id", flat=True)
        .first()
    )
    reply = clocks.get(Target.REPLY)
    return {
        "extension_pending": asker is not None,
        "extension_by": asker,
        "reply_overdue": reply is not None and reply.state == ClockState.MISSED,
        "extension_room": clocks.room_for_extension(),
    }


def _survey(inquiry: Inquiry, at: datetime, clocks: ClockSet) -> dict[str, Any]:
    survey = Survey.objects.filter(case_id=inquiry.case_id, round=inquiry.case.round).first()
    if survey is None:
        return {}
    # Not from the database: while history is played in, the clock is not there yet.
    window = clocks.get(Target.SURVEY)
    still_open = window is not None and window.due_at is not None and at <= window.due_at
    rated_at = survey.rated_at
    return {
        "rated": rated_at is not None,
        "rating_changeable": rated_at is not None and at <= rated_at + RATING_CHANGEABLE,
        "survey_open": still_open,
    }


def _rated(inquiry: Inquiry) -> dict[str, Any]:
    if inquiry.case.replied_at is None:
        return {}
    handlers = Survey.objects.filter(case_id=inquiry.case_id, handler__isnull=False)
    reply = inquiry.published_reply()
    return {
        "rated_handlers": frozenset(handlers.values_list("handler_id", flat=True)),
        "follow_up_open": inquiry.follow_ups.filter(outcome="").exists(),
        "comment_consented": reply is not None and reply.comment_consented,
        "comment_shown": reply is not None and reply.comment_shown_at is not None,
    }


def may_still_return(inquiry: Inquiry, at: datetime) -> bool:
    """Whether the time a department has to hand a case back has not run out."""
    if inquiry.assigned_at is None:
        return False
    case, book = inquiry.case, book_of(inquiry.case.stream)
    policy = book.find(
        Target.RETURN,
        case.kind,
        inquiry.assigned_at,
        category=case.category,
        department_id=case.department_id,
    )
    calendar = compiled(book.calendar_of(policy, case.department_id))
    until = due(calendar, promise_of(policy), inquiry.assigned_at, ())
    return until is not None and at <= until
