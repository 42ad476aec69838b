"""The ways out of the house."""

from __future__ import annotations

import json
import urllib.request

from django.conf import settings
from django.core.mail import EmailMessage

from notices.models import Channel, Outbox
from notices.rendering import Letter

SMS_TIMEOUT = 10


def send(item: Outbox, letter: Letter) -> None:
    """Hand a letter to its channel. Raises whatever the channel raises."""
    if item.channel == Channel.EMAIL:
        _email(item, letter)
    else:
        _sms(item, letter)


def _email(item: Outbox, letter: Letter) -> None:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip(">") or "localhost"
    EmailMessage(
        subject=letter.subject,
        body=letter.body,
        to=[item.recipient],
        # The same key on a second try lets the receiving side know the letter again.
        headers={"Message-ID": f"<{item.key.replace(':', '.')}@{domain}>"},
    ).send()


def _sms(item: Outbox, letter: Letter) -> None:
    body = {"to": item.recipient, "text": f"{letter.subject}\n{letter.body}", "key": item.key}
    request = urllib.request.Request(  # noqa: S310 - the operator sets the address
        settings.SMS_GATEWAY_URL,
        data=json.dumps(body).encode(),
        headers={
            "Content-Type": "application/json",
            "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
        },
    )
    with urllib.request.urlopen(request, timeout=SMS_TIMEOUT):  # noqa: S310
        pass
