"""Letters to citizens: which way they go, and what their templates are given at delivery.

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
    """What a letter's template is given when it is sent."""
    path = reverse("portal:link", args=[follow_token(letter.case_number)])
    return {
        **letter.context,
        "number": letter.case_number,
        "link": f"{settings.SITE_URL.rstrip('/')}{path}",
    }
