"""One id per request, in every log line, in the response and on error pages."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
"""Ids of a proxy in front are kept, unless they could do harm in a log."""

_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """The id of the request in hand, or "" outside one."""
    return _current.get()


class RequestIdMiddleware:
    """Gives each request an id; stands first, so that everything after it has one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        name = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        token = _current.set(name)
        try:
            response = self.get_response(request)
        finally:
            _current.reset(token)
        response[HEADER] = name
        return response
