"""Looking at what a change would do: every clock it concerns, without touching any."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from foundation.bulk import insert
from foundation.claims import claim
from sla.models import Clock, Recalculation, RecalculationLine
from sla.policies import promise_of
from sla.recalculating.plans import Plan, plan_of
from sla.recalculating.reckoning import Running, clocks_of, spans_of
from sla.standing import Horizon, horizon
from sla.targets import WINDOWS, ClockState
from sla.worktime import HorizonError, due, is_provisional

BATCH = 2000
"""Cases looked at in one transaction."""

FORECAST = (
    "recalculation",
    "case",
    "clock",
    "target",
    "due_before",
    "due_after",
    "becomes_overdue",
)


def look(pk: int, now: datetime, *, batch: int = BATCH) -> int:
    """Look on from where the last look ended, to the end; return how many clocks were looked at.

    A change under which a date could not be named is dropped, and says why.
    """
    recalculation = Recalculation.objects.select_related("calendar__based_on").get(pk=pk)
    plan, seen_from, total = plan_of(recalculation, ahead=True), horizon(now), 0
    try:
        while (n := _look_at_batch(pk, plan, seen_from, batch)) is not None:
            total += n
    except HorizonError:
        reason = gettext("Some dates would lie too far in the future: there is hardly any time.")
        Recalculation.objects.filter(pk=pk, state=Recalculation.State.PREVIEWING).update(
            state=Recalculation.State.CANCELLED, finished_at=now, reason=reason
        )
    return total


def _look_at_batch(pk: int, plan: Plan, seen_from: Horizon, limit: int) -> int | None:
    """One batch in one transaction; None when nothing is left, or another process looks."""
    with transaction.atomic():
        looking = Recalculation.objects.filter(pk=pk, state=Recalculation.State.PREVIEWING)
        for recalculation in claim(looking, 1):
            beyond = plan.beyond(seen_from.at)
            if not recalculation.cursor:
                recalculation.looked = plan.clocks().filter(beyond).count()
            within = plan.clocks().exclude(beyond)
            cases = next_cases(within, recalculation.cursor, limit)
            if not cases:
                recalculation.state = Recalculation.State.PREVIEWED
                recalculation.cursor = 0
                recalculation.save(update_fields=["state", "cursor", "looked"])
                return None
            clocks = clocks_of(within.filter(case__gte=cases[0], case__lte=cases[-1]))
            _forecast(recalculation, clocks, plan, seen_from)
            recalculation.cursor = cases[-1]
            recalculation.save()
            return len(clocks)
    return None


def next_cases(clocks: QuerySet[Clock], after: int, limit: int) -> list[int]:
    """The next cases with such clocks, in the order of their keys."""
    keys = clocks.filter(case__gt=after).order_by("case_id").values_list("case_id", flat=True)
    return list(keys.distinct()[:limit])


def _forecast(
    recalculation: Recalculation, clocks: Sequence[Running], plan: Plan, seen_from: Horizon
) -> None:
    lines = []
    spans = spans_of([clock.id for clock in clocks])
    recalculation.looked += len(clocks)
    for clock in clocks:
        policy, _, calendar = plan.rule(clock.policy_id, clock.calendar_id, clock.department_id)
        promise, before = promise_of(policy, clock.extra), clock.due_at
        after = due(calendar, promise, clock.started_at, spans.get(clock.id, ()))
        if after == before:
            recalculation.settled += (
                clock.provisional
                and after is not None
                and not is_provisional(calendar, clock.started_at, after)
            )
            continue
        late = clock.becomes_overdue(after, seen_from.at)
        recalculation.changed += 1
        recalculation.overdue += late
        if after is not None:
            recalculation.relieved += _relieved(clock, after, seen_from)
            recalculation.earliest = min(recalculation.earliest or after, after)
            recalculation.latest = max(recalculation.latest or after, after)
        about = (recalculation.pk, clock.case_id, clock.id, clock.target)
        lines.append((*about, before, after, late))
    insert(RecalculationLine, FORECAST, lines)


def _relieved(clock: Running, after: datetime, seen_from: Horizon) -> bool:
    """Whether a clock was due soon and is no longer."""
    if clock.state != ClockState.RUNNING or clock.due_at is None or clock.target in WINDOWS:
        return False
    return clock.due_at <= seen_from.soon_until < after
