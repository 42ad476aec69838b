"""Doors for Celery to the jobs of a pass; see `sla.background`."""

from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from foundation.nudge import nudge
from sla import background
from sla.exports.working import BATCHES


@shared_task
def sweep() -> int:
    """Fire due clocks."""
    return background.run(background.SWEEP, now())


@shared_task
def recalculate() -> int:
    """Reckon clocks anew after a change of a calendar or a rule."""
    return background.run(background.DATES, now())


@shared_task
def remind_of_years() -> int:
    """Put a year without a notice on desks, once."""
    return background.run(background.YEARS, now())


@shared_task
def fold() -> int:
    """Fold deltas into rollups."""
    return background.run(background.FIGURES, now())


@shared_task
def deliver() -> int:
    """Send what waits in the outbox."""
    return background.run(background.LETTERS, now())


@shared_task
def seal() -> int:
    """Seal the days of the ledger that have ended."""
    return background.run(background.SEALS, now())


@shared_task
def attend() -> int:
    """Look for what needs attention."""
    return background.run(background.WATCH, now())


@shared_task
def export() -> int:
    """Write waiting exports; ask for another round while there is more."""
    done = background.run(background.FILES, now())
    if done == BATCHES:
        nudge("sla.tasks.export")
    return done
