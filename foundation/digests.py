"""Keyed digests: secrets are stored and looked up by digest, never in clear.

The key is derived from SECRET_KEY and the purpose, so a leaked table cannot be searched for
short codes, and a digest for one purpose says nothing about another.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

SALT = "foundation.digests."


def digest(purpose: str, secret: str) -> str:
    """The HMAC-SHA256 of a secret for a purpose, as 64 hexadecimal digits."""
    return _digest(purpose, secret, settings.SECRET_KEY)


def digests(purpose: str, secret: str) -> list[str]:
    """The digests under the present key and every former one, present first, for a lookup."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [_digest(purpose, secret, key) for key in keys]


def matches(purpose: str, secret: str, stored: str) -> bool:
    """Whether the stored digest belongs to this secret, in time that does not depend on it."""
    found = False
    for made in digests(purpose, secret):  # all of them: the time must not tell which one fits
        found |= constant_time_compare(made, stored)
    return found


def _digest(purpose: str, secret: str, key: str) -> str:
    return salted_hmac(SALT + purpose, secret, secret=key, algorithm="sha256").hexdigest()
