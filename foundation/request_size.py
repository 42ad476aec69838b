"""Refusing requests that are far too large before anything of them is read."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from foundation.errors import too_large


class RequestSizeMiddleware:
    """Answers 413 when a request announces more than settings.REQUEST_MAX_BYTES.

    Files would otherwise be written to the disk in full before any form could look at them.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        announced = request.META.get("CONTENT_LENGTH") or "0"
        if announced.isdecimal() and int(announced) > settings.REQUEST_MAX_BYTES:
            return too_large(request)
        return self.get_response(request)
