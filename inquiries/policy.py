"""Who may do what to which case now, and why not. Pure.

`refusal` is asked by the workflow before every move, and by pages and the API to show only the
moves that can be made; so what is offered is what is allowed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from accounts.actors import Actor, ActorKind, Role
from inquiries.states import ANSWERED, MOVES, WORKFLOW_ONLY, Party, State


class Refusal(StrEnum):
    """Why a move is not allowed; `inquiries.labels` puts each in words."""

    WRONG_STATE = "wrong_state"
    NOT_YOUR_ROLE = "not_your_role"
    NOT_YOUR_DEPARTMENT = "not_your_department"
    NOT_HANDLER = "not_handler"
    OWN_DRAFT = "own_draft"
    OWN_REQUEST = "own_request"
    ASKED_BEFORE = "asked_before"
    REQUEST_PENDING = "request_pending"
    NO_REQUEST = "no_request"
    NO_DRAFT = "no_draft"
    NO_CONSENT = "no_consent"
    ASKED_TO_REOPEN = "asked_to_reopen"
    PUBLISHED_ALREADY = "published_already"
    NOT_PUBLISHED = "not_published"
    RATED_ALREADY = "rated_already"
    SURVEY_OVER = "survey_over"
    NO_LOW_RATING = "no_low_rating"
    OWN_ANSWER = "own_answer"
    NO_COMMENT_TO_SHOW = "no_comment_to_show"
    COMMENT_SHOWN = "comment_shown"
    COMMENT_NOT_SHOWN = "comment_not_shown"
    REOPENED_ALREADY = "reopened_already"
    NOT_ANSWERED = "not_answered"
    TOO_LATE_TO_RETURN = "too_late_to_return"
    EXTENSION_TOO_LATE = "extension_too_late"
    NO_ROOM_TO_EXTEND = "no_room_to_extend"
    NOT_SUPPORTING = "not_supporting"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a decision may look at."""

    state: State
    department_id: int | None = None
    handler_id: int | None = None
    drafter_id: int | None = None
    has_draft: bool = False
    supplement_asked: bool = False
    extension_by: int | None = None
    extension_pending: bool = False
    reopen_pending: bool = False
    reopen_declined: bool = False
    reopened: bool = False
    answered: bool = False
    consented: bool = False
    published: bool = False
    newer_answer: bool = False
    survey_open: bool = False
    rated: bool = False
    answered_elsewhere: bool = False
    rating_changeable: bool = False
    rated_handlers: frozenset[int] = frozenset()
    follow_up_open: bool = False
    comment_consented: bool = False
    comment_shown: bool = False
    supporting: frozenset[int] = frozenset()
    may_still_return: bool = True
    reply_overdue: bool = False
    extension_room: int = 1


WORKERS = frozenset({Role.HANDLER, Role.REVIEWER})
"""Roles that act within their own department only."""

READS_RATINGS = frozenset({Role.SUPERVISOR, Role.AUDITOR})
"""Roles that see what a citizen said of an answer; see `may_read_ratings`."""

RATING_CHANGEABLE = timedelta(hours=24)
"""How long a rating can be changed by who gave it."""

ASKS_AS_HANDLER = frozenset({State.IN_PROGRESS})


def may_see(actor: Actor, facts: Facts) -> bool:
    """Whether staff may open a case: the whole house for intake, supervision and audit; handlers
    and reviewers see what their department leads or supports."""
    if actor.has(Role.INTAKE, Role.SUPERVISOR, Role.AUDITOR):
        return True
    if not actor.has(Role.HANDLER, Role.REVIEWER) or actor.department_id is None:
        return False
    return actor.department_id == facts.department_id or actor.department_id in facts.supporting


def may_read_ratings(actor: Actor, handlers: Collection[int | None]) -> bool:
    """Whether somebody may see which rating a case got, given who handled its rated answers.

    Nobody sees who rated their own answer, whatever other roles they hold.
    """
    return actor.has(*READS_RATINGS) and actor.user_id not in handlers


def refusal(actor: Actor, move_name: str, facts: Facts) -> Refusal | None:
    """None if `actor` may make the move now, else the reason it is refused."""
    move = MOVES[move_name]
    if facts.state not in move.sources:
        return Refusal.WRONG_STATE
    if reason := _wrong_person(actor, move_name, facts):
        return reason
    return _guard(actor, move_name, facts)


def allowed_moves(actor: Actor, facts: Facts) -> list[str]:
    """The moves to offer, in the order of the table."""
    return [
        name for name in MOVES if name not in WORKFLOW_ONLY and refusal(actor, name, facts) is None
    ]


def _wrong_person(actor: Actor, name: str, facts: Facts) -> Refusal | None:
    who = MOVES[name].who
    if actor.kind == ActorKind.CITIZEN:
        return None if Party.CITIZEN in who else Refusal.NOT_YOUR_ROLE
    if actor.kind == ActorKind.SYSTEM:
        return None if Party.SYSTEM in who else Refusal.NOT_YOUR_ROLE
    held = [role for role in who if isinstance(role, Role) and role in actor.roles]
    if name == "ask_supplement":
        wanted = Role.HANDLER if facts.state in ASKS_AS_HANDLER else Role.INTAKE
        held = [role for role in held if role == wanted]
    if not held:
        return Refusal.NOT_YOUR_ROLE
    if name == "contribute":
        return None if actor.department_id in facts.supporting else Refusal.NOT_SUPPORTING
    if name == "note":
        return None if may_see(actor, facts) else Refusal.NOT_YOUR_DEPARTMENT
    if WORKERS.issuperset(held) and actor.department_id != facts.department_id:
        return Refusal.NOT_YOUR_DEPARTMENT
    return None


def _guard(actor: Actor, name: str, facts: Facts) -> Refusal | None:
    match name:
        case "release" | "return" | "ask_supplement":
            return _underway(name, facts)
        case "request_extension":
            return _extension_request(facts)
        case "grant_extension" | "deny_extension":
            return _extension_decision(actor, name, facts)
        case "submit_for_review":
            return None if facts.has_draft else Refusal.NO_DRAFT
        case "reply":
            return Refusal.OWN_DRAFT if actor.user_id == facts.drafter_id else None
        case "publish" | "unpublish":
            return _publication(name, facts)
        case "follow_up" | "show_comment" | "hide_comment":
            return _rated(actor, name, facts)
        case "rate" | "request_reopen" | "reopen" | "decline_reopen":
            return _afterwards(name, facts)
    return None


def _underway(name: str, facts: Facts) -> Refusal | None:
    if name == "release":
        return Refusal.WRONG_STATE if facts.answered_elsewhere else None
    if name == "return":
        return None if facts.may_still_return else Refusal.TOO_LATE_TO_RETURN
    return Refusal.ASKED_BEFORE if facts.supplement_asked else None


def _extension_request(facts: Facts) -> Refusal | None:
    if facts.extension_pending:
        return Refusal.REQUEST_PENDING
    if facts.reply_overdue:
        return Refusal.EXTENSION_TOO_LATE
    return None if facts.extension_room > 0 else Refusal.NO_ROOM_TO_EXTEND


def _extension_decision(actor: Actor, name: str, facts: Facts) -> Refusal | None:
    if not facts.extension_pending:
        return Refusal.NO_REQUEST
    if actor.user_id == facts.extension_by:
        return Refusal.OWN_REQUEST
    if name == "grant_extension" and facts.reply_overdue:
        return Refusal.EXTENSION_TOO_LATE
    return None


def _publication(name: str, facts: Facts) -> Refusal | None:
    if name == "unpublish":
        return None if facts.published else Refusal.NOT_PUBLISHED
    if not facts.answered:
        return Refusal.NOT_ANSWERED
    if not facts.consented:
        return Refusal.NO_CONSENT
    if facts.published and not facts.newer_answer:
        return Refusal.PUBLISHED_ALREADY
    return None


def _afterwards(name: str, facts: Facts) -> Refusal | None:
    if not facts.answered or facts.state not in ANSWERED:
        return Refusal.NOT_ANSWERED
    if name == "rate":
        if facts.rated:
            return None if facts.rating_changeable else Refusal.RATED_ALREADY
        return None if facts.survey_open else Refusal.SURVEY_OVER
    if facts.reopened:
        return Refusal.REOPENED_ALREADY
    if name == "request_reopen":
        if facts.reopen_declined:
            return Refusal.ASKED_TO_REOPEN
        return Refusal.REQUEST_PENDING if facts.reopen_pending else None
    return None if facts.reopen_pending else Refusal.NO_REQUEST


def _rated(actor: Actor, name: str, facts: Facts) -> Refusal | None:
    if not may_read_ratings(actor, facts.rated_handlers):
        return Refusal.OWN_ANSWER
    if name == "follow_up":
        return None if facts.follow_up_open else Refusal.NO_LOW_RATING
    if name == "hide_comment":
        return None if facts.comment_shown else Refusal.COMMENT_NOT_SHOWN
    if not facts.published:
        return Refusal.NOT_PUBLISHED
    if not facts.comment_consented:
        return Refusal.NO_COMMENT_TO_SHOW
    return Refusal.COMMENT_SHOWN if facts.comment_shown else None
