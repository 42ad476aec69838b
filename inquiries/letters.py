"""Letters: which way they go to citizens, and what all templates are given at delivery.

A queued letter holds no secret: the link that opens the case is signed when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from inquiries.codes import follow_token
from inquiries.models import Inquiry
from notices.models import Channel, Outbox


def letters_to(
    inquiry: Inquiry, kind: str, context: dict[str, Any], *, key: str, at: datetime
) -> Iterator[Outbox]:
    """The letter by e-mail if an address was given, else by text message if that is set up."""
    ways = []
    if inquiry.email:
        ways.append((Channel.EMAIL, inquiry.email))
    elif inquiry.phone and settings.SMS_GATEWAY_URL:
        ways.append((Channel.SMS, inquiry.phone))
    for channel, recipient in ways:
        yield Outbox(
            channel=channel,
            recipient=recipient,
            kind=kind,
            context={"title": inquiry.title, **context},
            language=inquiry.language,
            case_number=inquiry.number,
            key=f"{key}:{kind}:{inquiry.number}:{channel}",
            created_at=at,
            next_try_at=at,
        )


def context_for(letter: Outbox) -> dict[str, Any]:
    """What a letter's template is given when it is sent; one without a case is for staff."""
    site = settings.SITE_URL.rstrip("/")
    if not letter.case_number:
        pages = {"desk": "desk:home", "wishes": "desk:preferences", "board": "supervision:overdue"}
        return {name: f"{site}{reverse(page)}" for name, page in pages.items()}
    path = reverse("portal:link", args=[follow_token(letter.case_number)])
    return {
        **letter.context,
        "number": letter.case_number,
        "link": f"{site}{path}",
    }
