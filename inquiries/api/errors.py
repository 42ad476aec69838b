"""Every failure of the API as a problem document (RFC 9457), in the caller's language.

`code` is stable and meant for programs, `detail` is a sentence for people. Faults of the input
come with `errors`, one entry for each field.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation
from django.http import Http404
from django.http.request import UnreadablePostError
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import set_rollback

from foundation.errors import PROBLEM_TYPE, TooManyRequests, problem
from foundation.keyset import CursorError
from inquiries.errors import InvalidInput, MoveError, MoveRefused, NoSuchCase, StaleCase
from inquiries.labels import FAULTS, REFUSALS
from inquiries.policy import Refusal

FORBIDDEN = frozenset(
    {
        Refusal.NOT_YOUR_ROLE,
        Refusal.NOT_YOUR_DEPARTMENT,
        Refusal.NOT_HANDLER,
        Refusal.OWN_DRAFT,
        Refusal.OWN_REQUEST,
        Refusal.NOT_SUPPORTING,
    }
)
"""Refusals because of the person (403); all others are because of where the case stands (409)."""


class TooLarge(exceptions.APIException):
    """The body is larger than anything this address takes."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


class KeyReused(exceptions.APIException):
    """An Idempotency-Key has come again with another inquiry."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "key_reused"


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, before it is written down."""

    status: int
    code: str
    detail: str
    members: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


def handle(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's exception handler; None lets an unforeseen error become a 500."""
    found = describe(error)
    if found is None:
        return None
    set_rollback()
    return Response(
        problem(found.status, found.code, found.detail, **found.members),
        status=found.status,
        headers=found.headers,
        content_type=PROBLEM_TYPE,
    )


def describe(error: Exception) -> Problem | None:
    """The problem an exception stands for, if it is one a caller can do something about."""
    if isinstance(error, MoveError):
        return _of_moves(error)
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    return _of_django(error)


def _of_moves(error: MoveError) -> Problem | None:
    match error:
        case InvalidInput():
            return _invalid([fault(error.field, error.code, **error.params)])
        case NoSuchCase():
            return _nothing_here()
        case StaleCase():
            detail = _("The case has moved on meanwhile. Please read it again.")
            return Problem(409, "stale", detail, {"version": error.version})
        case MoveRefused():
            status = 403 if error.reason in FORBIDDEN else 409
            return Problem(status, error.reason.value, str(REFUSALS[error.reason]))
    return None


def _of_django(error: Exception) -> Problem | None:
    match error:
        case Http404():
            return _nothing_here()
        case TooManyRequests():
            return _throttled(error.retry_after)
        case RequestDataTooBig():
            return _too_large()
        case CursorError():
            message = _("This cursor does not belong to this list.")
            return _invalid([{"field": "cursor", "code": "invalid", "message": message}])
        case SuspiciousOperation() | BadRequest() | UnreadablePostError():
            return Problem(400, "malformed", str(error) or _("This request cannot be read."))
    return None


def _nothing_here() -> Problem:
    return Problem(404, "not_found", _("There is nothing here, or you may not see it."))


def _too_large() -> Problem:
    return Problem(413, "too_large", _("What you sent is too large."))


def fault(name: str, code: str, **params: object) -> dict[str, str]:
    """One faulty field: its name, a code for programs and a sentence for people."""
    return {"field": name, "code": code, "message": str(FAULTS[code]) % params}


def _of_framework(error: exceptions.APIException) -> Problem | None:
    headers: dict[str, str] = {}
    match error:
        case TooLarge():
            return _too_large()
        case KeyReused():
            detail = _("This Idempotency-Key was used for another inquiry.")
            return Problem(409, "key_reused", detail)
        case exceptions.NotFound():
            return _nothing_here()
        case exceptions.ValidationError():
            return _invalid(list(_faults(error.get_full_details())))
        case exceptions.Throttled():
            return _throttled(int(getattr(error, "wait", None) or 1))
        case exceptions.NotAuthenticated() | exceptions.AuthenticationFailed():
            headers["WWW-Authenticate"] = str(getattr(error, "auth_header", "Bearer"))
    return Problem(error.status_code, _code(error), str(error.detail), headers=headers)


def _code(error: exceptions.APIException) -> str:
    code = str(error.get_codes())
    return {"parse_error": "malformed", "permission_denied": "forbidden"}.get(code, code)


def _throttled(seconds: int) -> Problem:
    seconds = max(1, seconds)
    detail = _("Too many requests. Please wait %(seconds)s seconds.") % {"seconds": seconds}
    return Problem(429, "throttled", detail, headers={"Retry-After": str(seconds)})


def _invalid(faults: Sequence[dict[str, str]]) -> Problem:
    detail = _("Some of what you sent cannot be used. Please see the errors.")
    return Problem(400, "invalid", detail, {"errors": list(faults)})


def _faults(details: Any, path: str = "") -> Iterator[dict[str, str]]:
    """REST framework's nested error details as a flat list; "files.0" is the first file."""
    if isinstance(details, list):
        for item in details:
            yield from _faults(item, path)
    elif isinstance(details, dict) and isinstance(details.get("message"), str):
        yield {"field": path, "code": str(details["code"]), "message": details["message"]}
    elif isinstance(details, dict):
        for name, inner in details.items():
            step = "" if name == "non_field_errors" else str(name)
            yield from _faults(inner, f"{path}.{step}".strip("."))
