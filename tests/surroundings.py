"""What stands around the tests: database, broker, cache, browser, and what happens without them."""

from __future__ import annotations

import os
import shutil
import socket
from functools import cache
from urllib.parse import urlsplit

from django.db import connection

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
RABBITMQ_URL = os.environ.get("RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")


@cache
def chromium() -> str | None:
    """The path of a Chromium, from the environment or the search path."""
    names = [os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome"]
    return next((path for name in names if name and (path := shutil.which(name))), None)


@cache
def reachable(url: str) -> bool:
    """Whether something listens at the address."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1):
            return True
    except OSError:
        return False


def missing(marker: str) -> str:
    """Why a test with this marker cannot run here; empty when it can."""
    if marker in {"postgres", "sqlite"}:
        wanted = {"postgres": "postgresql", "sqlite": "sqlite"}[marker]
        return "" if connection.vendor == wanted else f"the database is not {wanted}"
    if marker == "browser":
        return "" if chromium() else "no Chromium found (CHROMIUM may name one)"
    if marker == "services":
        absent = [url for url in (RABBITMQ_URL, REDIS_URL) if not reachable(url)]
        return f"nothing listens at {', '.join(absent)}" if absent else ""
    return ""
