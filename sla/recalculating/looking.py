"""Looking at what a change would do: every clock it concerns, without touching any."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext

from foundation.bulk import add
from foundation.claims import claim
from sla.models import Clock, ClockPause, Recalculation, RecalculationLine
from sla.policies import promise_of
from sla.recalculating.plans import Plan, plan_of
from sla.standing import Horizon, horizon
from sla.targets import WINDOWS, ClockState
from sla.worktime import HorizonError, due, is_provisional

BATCH = 2000
"""Cases looked at in one transaction."""

Spans = dict[int, list[tuple[datetime, datetime | None]]]


class Row(NamedTuple):
    """What is read of a clock; a hundred thousand model instances would take too long."""

    id: int
    case_id: int
    target: str
    department_id: int | None
    policy_id: int
    calendar_id: int
    extra: int
    state: str
    started_at: datetime
    due_at: datetime | None
    provisional: bool


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
            rows = [Row(*r) for r in within.filter(case__in=cases).values_list(*Row._fields)]
            _forecast(recalculation, rows, plan, seen_from)
            recalculation.cursor = cases[-1]
            recalculation.save()
            return len(rows)
    return None


def next_cases(clocks: QuerySet[Clock], after: int, limit: int) -> list[int]:
    """The next cases with such clocks, in the order of their keys."""
    keys = clocks.filter(case__gt=after).order_by("case_id").values_list("case_id", flat=True)
    return list(keys.distinct()[:limit])


def _forecast(
    recalculation: Recalculation, rows: Iterable[Row], plan: Plan, seen_from: Horizon
) -> None:
    lines = []
    rows = list(rows)
    spans = spans_of([row.id for row in rows])
    for row in rows:
        policy, _, calendar = plan.rule(row.policy_id, row.calendar_id, row.department_id)
        promise = promise_of(policy, row.extra)
        after = due(calendar, promise, row.started_at, spans.get(row.id, ()))
        recalculation.looked += 1
        if after == row.due_at:
            recalculation.settled += (
                row.provisional
                and after is not None
                and not is_provisional(calendar, row.started_at, after)
            )
            continue
        late = becomes_overdue(row.target, row.state, after, seen_from.at)
        recalculation.changed += 1
        recalculation.overdue += late
        if after is not None:
            recalculation.relieved += _relieved(row, after, seen_from)
            recalculation.earliest = min(recalculation.earliest or after, after)
            recalculation.latest = max(recalculation.latest or after, after)
        lines.append(
            RecalculationLine(
                recalculation=recalculation,
                case_id=row.case_id,
                clock_id=row.id,
                target=row.target,
                due_before=row.due_at,
                due_after=after,
                becomes_overdue=late,
            )
        )
    add(lines)


def spans_of(clocks: Collection[int]) -> Spans:
    """The pauses of clocks. One query."""
    found: Spans = defaultdict(list)
    rows = ClockPause.objects.filter(clock__in=clocks).order_by("since")
    for clock_id, since, until in rows.values_list("clock_id", "since", "until"):
        found[clock_id].append((since, until))
    return found


def becomes_overdue(target: str, state: str, due_at: datetime | None, now: datetime) -> bool:
    """Whether a promise of the house's is late from now on."""
    running = state == ClockState.RUNNING and target not in WINDOWS
    return running and due_at is not None and due_at < now


def _relieved(row: Row, after: datetime, seen_from: Horizon) -> bool:
    """Whether a clock was due soon and is no longer."""
    if row.state != ClockState.RUNNING or row.due_at is None or row.target in WINDOWS:
        return False
    return row.due_at <= seen_from.soon_until < after
