"""The life of an inquiry as data: states, moves, and which leads where. Pure.

The FSM on the model, the policy, the pages and the tests all read these tables.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from accounts.actors import Role


class State(StrEnum):
    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    AWAITING_CITIZEN = "awaiting_citizen"
    IN_REVIEW = "in_review"
    REPLIED = "replied"
    CLOSED = "closed"
    REJECTED = "rejected"
    REFERRED = "referred"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"


class Kind(StrEnum):
    CONSULTATION = "consultation"
    SUGGESTION = "suggestion"
    OPINION = "opinion"
    COMPLAINT = "complaint"


class Channel(StrEnum):
    PORTAL = "portal"
    PHONE = "phone"
    VISIT = "visit"
    LETTER = "letter"
    API = "api"
    IMPORT = "import"


BY_HAND = (Channel.PHONE, Channel.VISIT, Channel.LETTER)
"""Ways by which staff type a matter in for the citizen."""


class Exclusion(StrEnum):
    """Why a case is left out of the rates' denominators (it is listed with its count)."""

    REJECTED = "rejected"
    REFERRED = "referred"
    MERGED = "merged"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    SPAM = "spam"


class Ground(StrEnum):
    """Why a matter is not taken up, and so where it belongs instead."""

    LITIGATION = "litigation"
    PETITION = "petition"
    CRIME = "crime"
    DISCLOSURE = "disclosure"
    NOT_OURS = "not_ours"
    REPEATED = "repeated"
    UNCLEAR = "unclear"
    SPAM = "spam"


class Outcome(StrEnum):
    """What came of a supervisor's task after a low rating."""

    CALLED_BACK = "called_back"
    NO_GROUND = "no_ground"
    REOPENED = "reopened"
    CHANGED = "changed"


SAID_BY_SUPERVISOR = (Outcome.CALLED_BACK, Outcome.NO_GROUND)
"""The outcomes that are said; the others follow from a reopening or a changed rating."""

LOW_RATING = 2
"""不满意 (2) and 非常不满意 (1) want a reason, and a supervisor's attention."""

BEFORE_REPLY = (
    State.SUBMITTED,
    State.ACCEPTED,
    State.ASSIGNED,
    State.IN_PROGRESS,
    State.AWAITING_CITIZEN,
    State.IN_REVIEW,
)
OPEN = BEFORE_REPLY
ANSWERED = (State.REPLIED, State.CLOSED)
ENDED_UNANSWERED = (State.REJECTED, State.REFERRED, State.MERGED, State.WITHDRAWN)
RESUMABLE = (State.SUBMITTED, State.ACCEPTED, State.IN_PROGRESS)
"""States in which the citizen can be asked to supplement, and to which a case returns after."""


class Party(StrEnum):
    """Movers that are not staff roles."""

    CITIZEN = "citizen"
    SYSTEM = "system"


Who = Role | Party


@dataclass(frozen=True, slots=True)
class Move:
    """A named move: from which states, to which (None: no change of state), by whom."""

    name: str
    sources: tuple[State, ...]
    target: State | None
    who: tuple[Who, ...]


RETURNS_TO_SOURCE = "supply"
"""The one move whose target is not fixed: a supplied case goes back to the state it left."""

_STAFF = (Role.INTAKE, Role.HANDLER, Role.REVIEWER, Role.SUPERVISOR)

MOVES: dict[str, Move] = {
    move.name: move
    for move in (
        Move("submit", (), State.SUBMITTED, (Party.CITIZEN, Party.SYSTEM, Role.INTAKE)),
        Move("accept", (State.SUBMITTED,), State.ACCEPTED, (Role.INTAKE,)),
        Move("reject", (State.SUBMITTED, State.ACCEPTED), State.REJECTED, (Role.INTAKE,)),
        Move("refer", (State.SUBMITTED, State.ACCEPTED), State.REFERRED, (Role.INTAKE,)),
        Move("merge", BEFORE_REPLY, State.MERGED, (Role.INTAKE,)),
        Move("release", (State.MERGED,), State.ACCEPTED, (Party.SYSTEM,)),
        Move("assign", (State.ACCEPTED,), State.ASSIGNED, (Role.INTAKE,)),
        Move("sign_for", (State.ASSIGNED,), State.IN_PROGRESS, (Role.HANDLER,)),
        Move(
            "return",
            (State.ASSIGNED, State.IN_PROGRESS),
            State.ACCEPTED,
            (Role.HANDLER,),
        ),
        Move(
            "reassign",
            (State.ASSIGNED, State.IN_PROGRESS),
            State.ASSIGNED,
            (Role.INTAKE, Role.SUPERVISOR),
        ),
        Move("ask_supplement", RESUMABLE, State.AWAITING_CITIZEN, (Role.INTAKE, Role.HANDLER)),
        Move("supply", (State.AWAITING_CITIZEN,), None, (Party.CITIZEN,)),
        Move("lapse", (State.AWAITING_CITIZEN,), State.CLOSED, (Party.SYSTEM,)),
        Move("draft", (State.IN_PROGRESS,), None, (Role.HANDLER,)),
        Move(
            "contribute",
            (State.ASSIGNED, State.IN_PROGRESS, State.IN_REVIEW),
            None,
            (Role.HANDLER,),
        ),
        Move("request_extension", (State.IN_PROGRESS,), None, (Role.HANDLER,)),
        Move("grant_extension", (State.IN_PROGRESS,), None, (Role.SUPERVISOR,)),
        Move("deny_extension", (State.IN_PROGRESS,), None, (Role.SUPERVISOR,)),
        Move("submit_for_review", (State.IN_PROGRESS,), State.IN_REVIEW, (Role.HANDLER,)),
        Move("send_back", (State.IN_REVIEW,), State.IN_PROGRESS, (Role.REVIEWER,)),
        Move("reply", (State.IN_REVIEW,), State.REPLIED, (Role.REVIEWER,)),
        Move("publish", ANSWERED, None, (Role.REVIEWER,)),
        Move("unpublish", tuple(State), None, (Role.REVIEWER,)),
        Move("rate", ANSWERED, None, (Party.CITIZEN,)),
        Move("follow_up", (State.CLOSED,), None, (Role.SUPERVISOR,)),
        Move("show_comment", ANSWERED, None, (Role.SUPERVISOR,)),
        # What is public can be taken back whatever has become of the case since.
        Move("hide_comment", tuple(State), None, (Role.SUPERVISOR,)),
        Move("request_reopen", ANSWERED, None, (Party.CITIZEN,)),
        Move("reopen", ANSWERED, State.IN_PROGRESS, (Role.SUPERVISOR,)),
        Move("decline_reopen", ANSWERED, None, (Role.SUPERVISOR,)),
        Move("close", (State.REPLIED,), State.CLOSED, (Party.SYSTEM,)),
        Move("withdraw", BEFORE_REPLY, State.WITHDRAWN, (Party.CITIZEN,)),
        Move("urge", BEFORE_REPLY, None, (Role.SUPERVISOR,)),
        Move("note", tuple(State), None, _STAFF),
    )
}

WORKFLOW_ONLY = frozenset({"submit", "lapse", "close", "release"})
"""Moves no form or API call of staff offers."""
