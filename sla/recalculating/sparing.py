"""Clocks that a change cannot reach run on as they are, only under the new version.

They keep their revision as well: whatever they wait for lies where it lay, under the same name.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime

from django.db import transaction

from foundation.claims import claim, claim_values
from sla.models import Case, Recalculation
from sla.recalculating.looking import next_cases
from sla.recalculating.plans import plan_of

BATCH = 5000
"""Cases in one transaction; hardly more is done to them than to lock them."""


def spare(pk: int, now: datetime, *, batch: int = BATCH) -> Generator[int, None, None]:
    """Batch by batch, how many clocks were spared. What is passed over, because other processes
    hold its case or somebody broke this off, is reckoned like the rest, with the same result."""
    after = 0
    while (found := _spare_batch(pk, now, after, batch)) is not None:
        after, done = found
        yield done


def _spare_batch(pk: int, now: datetime, after: int, limit: int) -> tuple[int, int] | None:
    """The last case of one batch and how many clocks were spared; None when nothing is left, or
    another process is at it."""
    with transaction.atomic():
        applying = Recalculation.objects.filter(pk=pk, state=Recalculation.State.APPLYING)
        for recalculation in claim(applying, 1):
            plan = plan_of(recalculation, ahead=False)
            spared = plan.clocks().filter(plan.beyond(now))
            wanted = next_cases(spared, after, limit)
            if not wanted:
                return None
            lines = Case.objects.filter(pk__among=wanted).values_list("pk")
            held = [pk for (pk,) in claim_values(lines, len(wanted))]
            clocks = spared.filter(case__id__among=held)
            done = sum(
                clocks.filter(calendar=row).update(calendar_version=row.version)
                for row in plan.rows()
            )
            recalculation.done_looked += done
            recalculation.save(update_fields=["done_looked"])
            return wanted[-1], done
    return None
