from __future__ import annotations

from celery import shared_task

from foundation.clock import now
from foundation.nudge import nudge
from sla import background, folding
from sla import sweep as sweeping
from sla.attention.watching import watch
from sla.exports.working import BATCHES, work


@shared_task
def sweep() -> int:
    """Fire due clocks."""
    instant = now()
    fired = sweeping.sweep(instant)
    background.beat("tick", instant)
    return fired


@shared_task
def fold() -> int:
    """Fold deltas into rollups."""
    return folding.fold()


@shared_task
def attend() -> None:
    """Look for what needs attention."""
    watch(now())


@shared_task
def export() -> int:
    """Write waiting exports; ask for another round while there is more."""
    done = work(now())
    if done == BATCHES:
        nudge("sla.tasks.export")
    return done
