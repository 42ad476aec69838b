"""Response headers that keep pages from being framed, sniffed, stored or told on.

A view that has set one of these headers itself keeps its value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
"""Nothing inline and nothing from elsewhere; Django's admin works under it as it is."""

HEADERS: Final = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # An address may hold what only its owner should know; other sites never learn it.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

FOR_ONE_READER: Final = "no-store, private"


class SecurityHeadersMiddleware:
    """Adds the headers above, and keeps personal pages out of every cache."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if _is_personal(request):
            response.headers.setdefault("Cache-Control", FOR_ONE_READER)
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Whether the answer was made from somebody's session or credentials."""
    if "Authorization" in request.headers:
        return True
    session = getattr(request, "session", None)
    return session is not None and session.accessed and not session.is_empty()
