"""Limits on how often somebody may do something, counted in the cache by fixed windows.

One limiter serves views and the API. When the cache is down, requests pass: a citizen's matter
weighs more than a limit, and the outage is logged.
"""

from __future__ import annotations

import ipaddress
import logging
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

from foundation import clock
from foundation.digests import digest
from foundation.errors import TooManyRequests

log = logging.getLogger(__name__)

IPV6_NETWORK = 64
"""A household or server has a whole /64, so that is counted as one sender."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `count` hits in each window of `seconds` seconds, under a name of its own."""

    name: str
    count: int
    seconds: int


def hit(limit: Limit, key: str) -> int | None:
    """Count one hit; None if it is within the limit, else the seconds until it would be."""
    slot, rest = _slot(limit, key)
    try:
        used = 1 if cache.add(slot, 1, limit.seconds) else _count_up(slot, limit.seconds)
    except Exception:
        log.exception("The cache does not answer; the limit %s is not enforced", limit.name)
        return None
    return rest if used > limit.count else None


def peek(limit: Limit, key: str) -> int | None:
    """What the next `hit` would return, without counting."""
    slot, rest = _slot(limit, key)
    try:
        used = cache.get(slot, 0)
    except Exception:
        log.exception("The cache does not answer; the limit %s is not enforced", limit.name)
        return None
    return rest if used >= limit.count else None


def enforce(limit: Limit, key: str) -> None:
    """Count one hit; raises TooManyRequests, which is answered with 429, beyond the limit."""
    if retry_after := hit(limit, key):
        raise TooManyRequests(retry_after)


class LimitThrottle:
    """The same limiter as a throttle class of REST framework; subclasses set `limit`."""

    limit: ClassVar[Limit]

    def __init__(self) -> None:
        self.retry_after: int | None = None

    def key(self, request: Any, view: Any) -> str:
        """Whom to count: the signed-in person, else the sender's network."""
        user = getattr(request, "user", None)
        if user is not None and user.is_authenticated:
            return f"user {user.pk}"
        return client_key(request)

    def allow_request(self, request: Any, view: Any) -> bool:
        self.retry_after = hit(self.limit, self.key(request, view))
        return self.retry_after is None

    def wait(self) -> float | None:
        return self.retry_after


def client_address(request: HttpRequest) -> str:
    """The address a request came from, or "" if unknown.

    `X-Forwarded-For` can be written by anybody. It is read only if settings.PROXY_COUNT says how
    many proxies of ours add to it, and only the entry the outermost of them has added.
    """
    address = request.META.get("REMOTE_ADDR", "")
    proxies: int = getattr(settings, "PROXY_COUNT", 0)
    if proxies:
        hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
        address = hops[-min(proxies, len(hops))] or address
    return _valid(address)


def client_key(request: HttpRequest) -> str:
    """The sender as it is counted: an IPv4 address or an IPv6 network."""
    address = client_address(request)
    if ":" not in address:
        return address or "unknown"
    return str(ipaddress.ip_network(f"{address}/{IPV6_NETWORK}", strict=False))


def _valid(address: str) -> str:
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return ""
    mapped = getattr(parsed, "ipv4_mapped", None)
    return str(mapped or parsed)


def _slot(limit: Limit, key: str) -> tuple[str, int]:
    """The cache key of the present window, and how many seconds it has left."""
    window, passed = divmod(int(clock.now().timestamp()), limit.seconds)
    # Keys are addresses and telephone numbers, which have no business in a cache.
    sender = digest("throttle", key)[:32]
    return f"throttle:{limit.name}:{window}:{sender}", limit.seconds - passed


def _count_up(slot: str, seconds: int) -> int:
    try:
        return cache.incr(slot)
    except ValueError:  # it expired since it was found to exist
        cache.set(slot, 1, seconds)
        return 1
