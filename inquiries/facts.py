"""Gathering the facts a decision looks at, with no more queries than it needs."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from inquiries.models import Inquiry
from inquiries.policy import RATING_CHANGEABLE, Facts
from inquiries.states import BEFORE_REPLY
from sla.calendars import compiled
from sla.clocks import ClockSet
from sla.models import Survey
from sla.policies import book_of, promise_of
from sla.targets import ClockState, Target
from sla.worktime import due


def facts_of(
    inquiry: Inquiry,
    at: datetime,
    *,
    moves: Iterable[str] | None = None,
    clocks: ClockSet | None = None,
) -> Facts:
    """The facts for the given moves (None: for all), as of `at`."""
    wanted = None if moves is None else frozenset(moves)
    known: dict[str, Any] = {}
    for group, look in LOOKS:
        if wanted is None or wanted & group:
            known |= look(Looked(inquiry, at, clocks))
    return replace(inquiry.basic_facts(), **known)


@dataclass(slots=True)
class Looked:
    """What facts are looked up of: an inquiry at an instant, with its clocks as of then."""

    inquiry: Inquiry
    at: datetime
    held: ClockSet | None

    @property
    def clocks(self) -> ClockSet:
        return self.held or _clocks(self.inquiry, self.at)


def _reopening(of: Looked) -> dict[str, Any]:
    asked = list(of.inquiry.reopen_requests.values_list("granted", flat=True))
    return {"reopen_pending": None in asked, "reopen_declined": False in asked}


def _publication(of: Looked) -> dict[str, Any]:
    case = of.inquiry.case
    if case.published_at is None or case.reopened_at is None:
        return {}
    answers = of.inquiry.replies.filter(approved_at__isnull=False).order_by("-round")
    newest = answers.values_list("published_at", flat=True)[:1]
    return {"newer_answer": list(newest) == [None]}


def _support(of: Looked) -> dict[str, Any]:
    return {"supporting": frozenset(of.inquiry.supports.values_list("department_id", flat=True))}


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


def _answered_elsewhere(inquiry: Inquiry) -> bool:
    """Whether the case this one was merged into has answered it or still will."""
    survivor = inquiry.merged_into
    if survivor is None:
        return False
    answer = survivor.present_reply()
    return survivor.state in BEFORE_REPLY or (answer is not None and answer.approved_at is not None)


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


Look = Callable[[Looked], dict[str, Any]]
LOOKS: tuple[tuple[frozenset[str], Look], ...] = (
    (frozenset({"submit_for_review", "reply"}), lambda of: _draft(of.inquiry)),
    (
        frozenset({"request_extension", "grant_extension", "deny_extension"}),
        lambda of: _extension(of.inquiry, of.clocks),
    ),
    (frozenset({"request_reopen", "reopen", "decline_reopen"}), _reopening),
    (frozenset({"publish"}), _publication),
    (frozenset({"contribute", "note"}), _support),
    (frozenset({"rate"}), lambda of: _survey(of.inquiry, of.at, of.clocks)),
    (frozenset({"follow_up", "show_comment", "hide_comment"}), lambda of: _rated(of.inquiry)),
    (
        frozenset({"return"}),
        lambda of: {"may_still_return": may_still_return(of.inquiry, of.at)},
    ),
    (
        frozenset({"release"}),
        lambda of: {"answered_elsewhere": _answered_elsewhere(of.inquiry)},
    ),
)
"""Which moves need which facts."""
