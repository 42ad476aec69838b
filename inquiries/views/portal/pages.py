"""Pages that explain: how it works, what happens to personal data, who can use the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from foundation import clock
from inquiries.labels import GROUNDS, WHERE_TO_GO
from inquiries.queries.promises import promises
from sla.figures.report import definitions
from sla.supervision import wording


def _contact() -> dict[str, Any]:
    return {
        "contact_phone": settings.CONTACT_PHONE,
        "contact_email": settings.CONTACT_EMAIL,
        "contact_address": settings.CONTACT_ADDRESS,
    }


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How it works, what is taken in, and how long it takes by which rule."""
    grounds = [(label, WHERE_TO_GO.get(ground, "")) for ground, label in GROUNDS.items()]
    context = {
        "promises": promises(clock.now()),
        "grounds": grounds,
        "definitions": wording.explained(definitions()),
        **_contact(),
    }
    return render(request, "portal/help.html", context)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """The notice of the Personal Information Protection Law, articles 17 and 35."""
    context = {"retention_years": settings.RETENTION_YEARS, **_contact()}
    return render(request, "portal/privacy.html", context)


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the site does for people who see, hear, move or read differently."""
    return render(request, "portal/accessibility.html", _contact())
