from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from inquiries import chores
from sla import background


@shared_task
def remind() -> int:
    """Write the morning digests that are due."""
    instant = now()
    written = chores.remind(instant)
    background.beat(chores.REMINDERS, now=instant)
    return written


@shared_task
def tidy() -> int:
    """Throw away the files of forms that were never accepted."""
    instant = now()
    thrown = chores.tidy(instant)
    background.beat(chores.KEPT_FILES, now=instant)
    return thrown
