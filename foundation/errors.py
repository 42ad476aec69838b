"""Pages for requests that cannot be answered, and the exceptions behind them.

Under /api/ the same errors are problem documents (RFC 9457). The page for 500 needs neither the
database nor a session: either may be what failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template import loader
from django.utils.translation import gettext as _
from django.views.decorators.csrf import requires_csrf_token

from foundation import request_id

log = logging.getLogger(__name__)

API_PREFIX = "/api/"
PROBLEM_TYPE = "application/problem+json"
CODES = {
    400: "malformed",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "throttled",
    500: "server_error",
}
"""What programs know each of these answers by."""


class TooManyRequests(Exception):
    """The sender must wait `retry_after` seconds; `ErrorPagesMiddleware` answers 429."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"retry after {retry_after} s")
        self.retry_after = max(1, retry_after)


class ErrorPagesMiddleware:
    """Pages for what Django's own handlers do not cover: 429 and 405."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return method_not_allowed(request, response.headers["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, TooManyRequests):
            return too_many_requests(request, error.retry_after)
        return None


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400, or 413 when the reason is that the request is too large."""
    if isinstance(exception, RequestDataTooBig):
        return too_large(request)
    return _answer(request, 400, "400", _("We could not read this request"))


@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403, with the reason if the view gave one."""
    reason = str(exception) if exception else ""
    return _answer(request, 403, "403", reason or _("You may not open this page"), reason=reason)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404; never says whether something exists that the reader may not see."""
    return _answer(request, 404, "404", _("This page does not exist"))


@requires_csrf_token
def method_not_allowed(request: HttpRequest, allow: str) -> HttpResponse:
    """405; an address that only takes POST was opened in a browser, or the like."""
    response = _answer(request, 405, "405", _("This address cannot be used that way"))
    response["Allow"] = allow
    return response


@requires_csrf_token
def too_large(request: HttpRequest) -> HttpResponse:
    """413."""
    return _answer(request, 413, "413", _("What you sent is too large"))


@requires_csrf_token
def too_many_requests(request: HttpRequest, retry_after: int) -> HttpResponse:
    """429, with the seconds to wait in Retry-After and on the page."""
    response = _answer(request, 429, "429", _("Too many attempts"), retry_after=retry_after)
    response["Retry-After"] = str(retry_after)
    return response


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form that is too old or came from elsewhere; nothing was changed."""
    return _answer(request, 403, "csrf", _("This form has expired"))


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """500, with the request id a citizen can quote."""
    message = _("Something went wrong on our side")
    if _is_api(request):
        return _problem(500, message)
    return _page(500, "500", message, {}, None)


def _answer(
    request: HttpRequest, status: int, template: str, message: str, **context: object
) -> HttpResponse:
    if _is_api(request):
        return _problem(status, message)
    return _page(status, template, message, context, request)


def _page(
    status: int,
    template: str,
    message: str,
    context: dict[str, object],
    request: HttpRequest | None,
) -> HttpResponse:
    """The page, or its bare message: a page that fails must not hide what it is about."""
    context = {**context, "message": message, "request_id": request_id.current()}
    try:
        page = loader.render_to_string(f"errors/{template}.html", context, request)
    except Exception:
        log.exception("The error page %s could not be made", template)
        return HttpResponse(message, status=status, content_type="text/plain; charset=utf-8")
    return HttpResponse(page, status=status)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(API_PREFIX)


def _problem(status: int, detail: str) -> HttpResponse:
    return JsonResponse(
        problem(status, CODES[status], detail), status=status, content_type=PROBLEM_TYPE
    )


def problem(status: int, code: str, detail: str, **members: object) -> dict[str, object]:
    """The body of a problem document (RFC 9457); `code` names the reason for programs."""
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        "request_id": request_id.current(),
        **members,
    }
