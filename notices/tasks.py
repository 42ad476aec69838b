from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from notices import delivery


@shared_task
def deliver() -> int:
    """Send what waits in the outbox."""
    return delivery.deliver(now())
