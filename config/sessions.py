"""Signing in and staying signed in.

Staff are signed out after half an hour without a request.

`SESSION_SAVE_EVERY_REQUEST` would write a row for every page. A session is instead saved again
only when its last extension is `TOUCH_EVERY` seconds old, so the true idle time before sign-out
lies between `SESSION_COOKIE_AGE` and that much less.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

TOUCH_EVERY = 120
TOUCHED = "touched"
LONGEST_NAME = 150
"""Names of staff are no longer; PostgreSQL refuses to keep what does not fit its column."""


class SlidingSessionMiddleware:
    """Extends the session of a signed-in person who is at work."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        # Without the cookie there is nothing to extend, and looking would add "Vary: Cookie".
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            now = int(time.time())
            if now - request.session.get(TOUCHED, 0) >= TOUCH_EVERY:
                request.session[TOUCHED] = now
        return response


def tried_name(request: HttpRequest, credentials: Mapping[str, str] | None = None) -> str | None:
    """The name somebody tries to sign in with, as far as a wrong try can be noted."""
    given = request.POST if credentials is None else credentials
    name = given.get("username")
    return name[:LONGEST_NAME] if name else None


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None, credentials: object
) -> HttpResponse:
    """429 after too many wrong passwords for one name from one address."""
    seconds = int(settings.AXES_COOLOFF_TIME.total_seconds())
    context = {"minutes": -(-seconds // 60)}
    response = render(request, "accounts/locked.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
