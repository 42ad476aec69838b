"""The one place where views, tasks and commands read the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime

from django.utils import timezone


def now() -> datetime:
    """This instant in UTC, to the second, as the database keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


def today() -> date:
    """The day it is now in the bureau's own time zone."""
    return timezone.localdate(now())
