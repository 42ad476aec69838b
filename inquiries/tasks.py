"""Doors for Celery to what inquiries have done in every pass; see `inquiries.chores`."""

from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from inquiries import chores
from sla import background


@shared_task
def remind() -> int:
    """Write the morning digests that are due."""
    return background.run(chores.REMINDERS, now())


@shared_task
def tidy() -> int:
    """Throw away the files of forms that were never accepted."""
    return background.run(chores.KEPT_FILES, now())
