"""For each operation a case on which it can succeed, and who may do it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.actors import CITIZEN
from accounts.models import User
from accounts.tokens import issue
from inquiries.codes import code_for
from inquiries.files import NewFile
from inquiries.models import Inquiry
from inquiries.workflow import perform
from tests.factories import MONDAY, Cast, advance, make_inquiry
from tests.foundation.files import PDF

NOW = MONDAY + timedelta(hours=1)
FILE = NewFile("a.pdf", "application/pdf", PDF, "0" * 64)


@dataclass
class Scene:
    """What a call needs to get through: path, query, secrets, and words known to the bureau."""

    path: dict[str, Any] = field(default_factory=dict)
    token: dict[str, str] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)
    code: dict[str, str] = field(default_factory=dict)


def scene(operation: str, cast: Cast) -> Scene:
    """The scene for the operation with this id."""
    known = {"topic": "tax", "district": "north", "department": cast.tech.code}
    if operation in ("desk_queues", "desk_queue"):
        make_inquiry()
        return Scene({"name": "to-accept"}, _token(cast.intake), known)
    if operation.startswith("desk_"):
        return _of_staff(operation, cast, known)
    if operation == "calculate":
        return Scene({}, {}, {"day": "2026-02-13", "time": "10:30"})
    if operation in ("list_answers", "get_answer"):
        return Scene({"number": advance(make_inquiry(), cast, "publish").number}, {}, known)
    if operation in CITIZEN_CASES:
        key = f"the-key-for-{operation}"
        inquiry = CITIZEN_CASES[operation](make_inquiry(key=key, files=[FILE]), cast)
        return Scene(_path(inquiry), code={"X-Query-Code": code_for(key)})
    return Scene({}, {}, known)


def _token(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue(user, 'scene', at=MONDAY)[1]}"}


def _of_staff(operation: str, cast: Cast, known: dict[str, Any]) -> Scene:
    move = operation.removeprefix("desk_")
    who, prepare = STAFF_CASES.get(move, ("intake", _as_it_is))
    inquiry = prepare(make_inquiry(files=[FILE]), cast)
    body = known | {
        "seen": inquiry.version,
        "into": make_inquiry().number,
        "department": cast.other.code if move == "reassign" else cast.tech.code,
        "supporting": [cast.other.code],
        "amount": 2,
    }
    return Scene(_path(inquiry), _token(getattr(cast, who)), body)


def _path(inquiry: Inquiry) -> dict[str, Any]:
    return {"number": inquiry.number, "file": inquiry.attachments.get().pk}


def _as_it_is(inquiry: Inquiry, cast: Cast) -> Inquiry:
    return inquiry


def _after(move: str) -> Callable[[Inquiry, Cast], Inquiry]:
    return lambda inquiry, cast: advance(inquiry, cast, move)


def _awaiting(inquiry: Inquiry, cast: Cast) -> Inquiry:
    return _do("ask_supplement", inquiry, cast, "intake", request="请补充")


def _supported(inquiry: Inquiry, cast: Cast) -> Inquiry:
    advance(inquiry, cast, "accept")
    return _do("assign", inquiry, cast, "intake", department=cast.tech, supporting=[cast.other])


def _asked_for_time(inquiry: Inquiry, cast: Cast) -> Inquiry:
    advance(inquiry, cast, "sign_for")
    return _do("request_extension", inquiry, cast, "handler", amount=2, reason="需要实地核查")


def _asked_again(inquiry: Inquiry, cast: Cast) -> Inquiry:
    advance(inquiry, cast, "reply")
    at = inquiry.case.received_at
    return perform("request_reopen", inquiry.number, by=CITIZEN, at=at, reason="没有解决")


def _do(
    move: str, inquiry: Inquiry, cast: Cast, who: str, at: datetime = MONDAY, **inputs: Any
) -> Inquiry:
    return perform(move, inquiry.number, by=cast.by(who), at=at, **inputs)


Prepare = Callable[[Inquiry, Cast], Inquiry]

CITIZEN_CASES: dict[str, Prepare] = {
    "follow_inquiry": _after("publish"),
    "inquiry_clocks": _after("publish"),
    "download_file": _as_it_is,
    "supply": _awaiting,
    "withdraw": _as_it_is,
    "rate": _after("reply"),
    "request_reopen": _after("reply"),
}
STAFF_CASES: dict[str, tuple[str, Prepare]] = {
    "case": ("supervisor", _after("publish")),
    "clocks": ("supervisor", _after("publish")),
    "assign": ("intake", _after("accept")),
    "sign_for": ("handler", _after("assign")),
    "return": ("handler", _after("assign")),
    "reassign": ("supervisor", _after("assign")),
    "draft": ("handler", _after("sign_for")),
    "contribute": ("outsider", _supported),
    "request_extension": ("handler", _after("sign_for")),
    "grant_extension": ("supervisor", _asked_for_time),
    "deny_extension": ("supervisor", _asked_for_time),
    "submit_for_review": ("handler", _after("draft")),
    "send_back": ("reviewer", _after("submit_for_review")),
    "reply": ("reviewer", _after("submit_for_review")),
    "publish": ("reviewer", _after("reply")),
    "unpublish": ("reviewer", _after("publish")),
    "reopen": ("supervisor", _asked_again),
    "decline_reopen": ("supervisor", _asked_again),
    "urge": ("supervisor", _as_it_is),
}
"""Operations not named here are done by the intake officer on a new case."""
