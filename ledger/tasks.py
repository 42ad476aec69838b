"""Doors to the ledger's background work."""

from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from ledger import sealing


@shared_task
def seal() -> int:
    """Seal the days that have ended."""
    return sealing.seal(now())
