"""What a reader chooses about the look of pages; kept in the reader's browser."""

from __future__ import annotations

from typing import Literal, get_args

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

TextSize = Literal["normal", "large"]

TEXT_SIZE_COOKIE = "text_size"


def text_size(request: HttpRequest) -> TextSize:
    """The size the reader has chosen: "normal" or "large"."""
    return "large" if request.COOKIES.get(TEXT_SIZE_COOKIE) == "large" else "normal"


@require_POST
def set_text_size(request: HttpRequest) -> HttpResponse:
    """Keep the chosen `size` and go back to the page `next`."""
    response = HttpResponseRedirect(_way_back(request))
    size = request.POST.get("size")
    if size not in get_args(TextSize):
        raise BadRequest
    if size == "large":
        response.set_cookie(
            TEXT_SIZE_COOKIE,
            "large",
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(TEXT_SIZE_COOKIE, samesite="Lax")
    return response


def _way_back(request: HttpRequest) -> str:
    target = request.POST.get("next", "")
    own = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return target if own else "/"
