"""Working off the outbox: at least once, never lost, given up after a day and a half of tries."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from time import monotonic

from django.db import transaction

from foundation.claims import claim
from notices import channels
from notices.models import Outbox
from notices.rendering import render

log = logging.getLogger(__name__)

BATCH = 10
LEASE = timedelta(minutes=10)
"""How long a sender may take over a batch; then its letters are free to be tried by another."""

LONGEST_RUN = timedelta(minutes=2)
"""After this the rest waits for the next run, so that clocks and figures get their turn."""

WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 720, 1440))
"""Before the second try, the third, and so on; after the last the letter is given up."""


def deliver(now: datetime, *, batch: int = BATCH) -> int:
    """Send what waits at `now`; return how many letters were sent."""
    sent, begun, passed = 0, monotonic(), timedelta()
    # A lease counts from when it is taken, not from when the run began.
    while passed <= LONGEST_RUN and (items := _take(now + passed, batch)):
        for item in items:
            sent += _try(item, now + passed)
        passed = timedelta(seconds=int(monotonic() - begun))
    return sent


def _take(now: datetime, limit: int) -> list[Outbox]:
    """Lease a batch, so that the slow sending happens outside any transaction."""
    with transaction.atomic():
        waiting = Outbox.objects.filter(state=Outbox.State.PENDING, next_try_at__lte=now)
        items = claim(waiting.order_by("next_try_at", "id"), limit)
        for item in items:
            item.attempts += 1
        Outbox.objects.filter(pk__in=[item.pk for item in items]).update(next_try_at=now + LEASE)
        Outbox.objects.bulk_update(items, ["attempts"])
    return items


def _try(item: Outbox, now: datetime) -> bool:
    try:
        channels.send(item, render(item))
    except Exception as error:  # noqa: BLE001
        # Any failure of a letter is that letter's alone; the others go on.
        log.warning("Letter %s was not sent: %s", item.key, type(error).__name__)
        _put_off(item, now, type(error).__name__)
        return False
    item.state, item.sent_at, item.last_error = Outbox.State.SENT, now, ""
    item.save(update_fields=["state", "sent_at", "last_error"])
    return True


def _put_off(item: Outbox, now: datetime, reason: str) -> None:
    item.last_error = reason
    if item.attempts > len(WAITS):
        item.state = Outbox.State.DEAD
    else:
        item.next_try_at = now + WAITS[item.attempts - 1]
    item.save(update_fields=["state", "next_try_at", "last_error"])
