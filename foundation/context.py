"""What the frame of every page needs."""

from __future__ import annotations

from typing import TypedDict

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from foundation.preferences import TextSize, text_size


class SiteContext(TypedDict):
    """The variables that `site` gives to templates."""

    site_name: str
    text_size: TextSize
    return_to: str


def site(request: HttpRequest) -> SiteContext:
    """The bureau's name in the reader's language, the text size, and this page's own address.

    `return_to` is where the switches for language and text size lead back to.
    """
    return {
        "site_name": site_name(),
        "text_size": text_size(request),
        "return_to": request.get_full_path(),
    }


def site_name() -> str:
    """The bureau's name in the active language."""
    active = get_language() or settings.LANGUAGE_CODE
    return settings.SITE_NAME_EN if active.startswith("en") else settings.SITE_NAME
