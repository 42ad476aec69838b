"""The hidden key of a submission form: it makes one inquiry, however often the button is pressed.

The key also tells how long the form has been open, which is how most robots give themselves away.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.core import signing

SALT: Final = "inquiries.form-key"
SHORTEST_FILLING: Final = timedelta(seconds=3)
"""Nobody reads, types and sends a form faster."""

OPEN_FOR: Final = timedelta(hours=24)
LONGEST: Final = 400


@dataclass(frozen=True, slots=True)
class FormKey:
    """`secret` is what `workflow.submit` takes as its key."""

    secret: str
    made_at: datetime

    @property
    def signed(self) -> str:
        """The text for the hidden field."""
        made = int(self.made_at.timestamp())
        return signing.dumps([self.secret, made], salt=SALT)

    def too_fast(self, at: datetime) -> bool:
        return at - self.made_at < SHORTEST_FILLING


def new_key(at: datetime) -> FormKey:
    """A key for a form shown at this instant."""
    return FormKey(secrets.token_urlsafe(24), at.replace(microsecond=0))


def replacement(at: datetime) -> FormKey:
    """A key for a form shown again, which need not be filled in anew."""
    return new_key(at - SHORTEST_FILLING)


def read_key(text: str, at: datetime) -> FormKey | None:
    """The key a form came back with; None if it is not ours or has been open for too long."""
    if len(text) > LONGEST:
        return None
    try:
        secret, made = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    key = FormKey(secret, datetime.fromtimestamp(made, UTC))
    return key if at - key.made_at <= OPEN_FOR else None
