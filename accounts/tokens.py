"""Keys to the API: issued once, kept as digests, checked at every call."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db.models import Q

from accounts.models import ApiToken, User
from foundation import clock
from foundation.digests import digest, digests

PURPOSE = "api-token"
PREFIX = "hy_"
LONGEST = 100


def issue(
    user: User, name: str, *, at: datetime, expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """A new token for a member of staff: its row, and its text, which is shown only this once."""
    text = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest(PURPOSE, text),
        created_at=at,
        expires_at=expires_at,
    )
    return token, text


def authenticate(token: str, at: datetime | None = None) -> User | None:
    """Whose token this is, roles and department loaded; None if it is unknown, over or revoked."""
    if not token.startswith(PREFIX) or len(token) > LONGEST:
        return None
    at = at or clock.now()
    valid = ApiToken.objects.filter(
        Q(expires_at__isnull=True) | Q(expires_at__gt=at),
        digest__in=digests(PURPOSE, token),
        revoked_at__isnull=True,
        user__is_active=True,
    )
    found = valid.select_related("user__department").prefetch_related("user__grants").first()
    return found.user if found else None
