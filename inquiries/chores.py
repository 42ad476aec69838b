"""What inquiries have done in every pass of the background work."""

from __future__ import annotations

from datetime import datetime

from inquiries import pending
from inquiries.reminders import mornings
from sla import background

REMINDERS, KEPT_FILES = "reminders", "kept_files"


def connect() -> None:
    background.register(REMINDERS, remind)
    background.register(KEPT_FILES, tidy)


def remind(now: datetime) -> int:
    """Write the morning digests that are due; how many people were looked at."""
    return mornings.write_digests(now)


def tidy(now: datetime) -> int:
    """Throw away files of refused forms that nobody came back for; how many folders."""
    return pending.clear(now)
