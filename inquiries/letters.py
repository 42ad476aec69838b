"""Letters: which way they go to citizens, and what all templates are given at delivery.

A queued letter holds no secret: the link that opens the case is signed when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from inquiries.codes import follow_token, survey_token
from inquiries.models import Inquiry
from notices.models import Channel, Outbox
from sla.models import Survey


def reachable() -> Q:
    """Which inquiries `letters_to` has letters for."""
    by_mail = ~Q(email="")
    return by_mail | ~Q(phone="") if settings.SMS_GATEWAY_URL else by_mail


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
    if not letter.case_number:
        site = settings.SITE_URL.rstrip("/")
        pages = {"desk": "desk:home", "wishes": "desk:preferences", "board": "supervision:overdue"}
        return {name: f"{site}{reverse(page)}" for name, page in pages.items()}
    return {
        **letter.context,
        "number": letter.case_number,
        "link": _address("portal:link", follow_token(letter.case_number)),
        "survey_link": _survey_link(letter),
    }


def _address(name: str, token: str) -> str:
    return f"{settings.SITE_URL.rstrip('/')}{reverse(name, args=[token])}"


def _survey_link(letter: Outbox) -> str:
    """The link to rate the answer a letter tells of; empty for other letters."""
    if "round" not in letter.context:
        return ""
    number, round_ = letter.case_number, letter.context["round"]
    stored = Survey.objects.filter(case__number=number, round=round_).values_list("token").first()
    token = survey_token(number, round_, stored[0]) if stored and stored[0] else None
    return _address("portal:survey", token) if token else ""
