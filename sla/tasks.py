from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from foundation.nudge import nudge
from ledger import sealing
from notices import delivery
from sla import background, folding, recalculating, unconfirmed
from sla import sweep as sweeping
from sla.attention.watching import watch
from sla.exports.working import BATCHES, work


@shared_task
def sweep() -> int:
    """Fire due clocks."""
    instant = now()
    fired = sweeping.sweep(instant)
    background.beat(background.SWEEP, now=instant)
    return fired


@shared_task
def recalculate() -> int:
    """Reckon clocks anew after a change of a calendar or a rule."""
    instant = now()
    done = recalculating.work_off(instant)
    background.beat(background.DATES, now=instant)
    return done


@shared_task
def remind_of_years() -> int:
    """Put a year without a notice on desks, once."""
    instant = now()
    told = unconfirmed.remind(instant)
    background.beat(background.YEARS, now=instant)
    return told


@shared_task
def fold() -> int:
    """Fold deltas into rollups."""
    instant = now()
    folded = folding.fold()
    background.beat(background.FIGURES, now=instant)
    return folded


@shared_task
def deliver() -> int:
    """Send what waits in the outbox, and note that somebody looked."""
    instant = now()
    sent = delivery.deliver(instant)
    background.beat(background.LETTERS, now=instant)
    return sent


@shared_task
def seal() -> int:
    """Seal the days of the ledger that have ended."""
    instant = now()
    sealed = sealing.seal(instant)
    background.beat(background.SEALS, now=instant)
    return sealed


@shared_task
def attend() -> None:
    """Look for what needs attention."""
    instant = now()
    watch(instant)
    background.beat(background.WATCH, now=instant)


@shared_task
def export() -> int:
    """Write waiting exports; ask for another round while there is more."""
    instant = now()
    done = work(instant)
    background.beat(background.FILES, now=instant)
    if done == BATCHES:
        nudge("sla.tasks.export")
    return done
