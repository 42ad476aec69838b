"""Every request is read as UTF-8.

Django believes the charset named in `Content-Type`, for the query string as well, even when it
is a codec that is none of text: such a request fails before any middleware can answer it, or is
unpacked without limit. Browsers send forms in the charset of the page, which is always UTF-8.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.http import parse_header_parameters

BYTES = "application/octet-stream"


class Utf8Only:
    """A WSGI application for which a body in another charset is bytes of no known kind."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not _is_utf_8(environ.get("CONTENT_TYPE", "")):
            environ = {**environ, "CONTENT_TYPE": BYTES}
        answer: Iterable[bytes] = self.application(environ, start_response)
        return answer


def _is_utf_8(content_type: str) -> bool:
    try:
        _media_type, parameters = parse_header_parameters(content_type)
    except (ValueError, LookupError, TypeError):
        return False
    return str(parameters.get("charset", "utf-8")).lower() in {"utf-8", "utf8"}
