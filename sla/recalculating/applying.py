"""Working a change off: clocks are reckoned anew from what they are, not from what was forecast.

Small batches, each one transaction, each holding the rows of its cases (the one lock). A clock
that has been reckoned anew is no longer among those the plan asks for, so work broken off goes on
where it was, and nothing is done twice.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from accounts.actors import Actor, ActorKind
from foundation.bulk import add, change, insert
from foundation.claims import claim, claim_values
from foundation.stamps import as_text, instant
from ledger.models import Event
from ledger.writing import heads_of, record
from sla.models import Case, Clock, Recalculation, RecalculationLine
from sla.recalculating.looking import FORECAST, next_cases
from sla.recalculating.plans import Plan, plan_of
from sla.recalculating.reckoning import WRITTEN, Reckoned, clocks_of, reckon, spans_of
from sla.recalculating.redated import Moved, Redated, tell
from sla.targets import Target

BATCH = 1000
"""Cases in one transaction."""

MOVE = "redate"
"""The ledger's name for a date that moved without anybody's move."""

READ = ("pk", "stream", "number", "due_provisional", "due_at")


class Line(NamedTuple):
    """What is read of a case line."""

    pk: int
    stream: str
    number: str
    due_provisional: bool
    due_at: datetime | None


def work(pk: int, now: datetime, *, limit: int = BATCH) -> int | None:
    """One batch in one transaction; how many clocks were reckoned anew.

    None when nothing is left to do, another process is at it, or what is left is in other hands.
    """
    with transaction.atomic():
        applying = Recalculation.objects.filter(pk=pk, state=Recalculation.State.APPLYING)
        for recalculation in claim(applying, 1):
            plan = plan_of(recalculation, ahead=False)
            wanted = next_cases(plan.clocks(), recalculation.cursor, limit)
            if not wanted:
                _end_pass(recalculation, plan, now)
                return None
            done = _reckon_cases(recalculation, plan, wanted, now)
            recalculation.cursor = wanted[-1]
            recalculation.save()
            return done
    return None


def _end_pass(recalculation: Recalculation, plan: Plan, now: datetime) -> None:
    """The end if nothing was passed over; else the next run begins again with what was."""
    recalculation.cursor = 0
    if not plan.clocks().exists():
        recalculation.state, recalculation.finished_at = Recalculation.State.DONE, now
    recalculation.save()


def _reckon_cases(
    recalculation: Recalculation, plan: Plan, wanted: list[int], now: datetime
) -> int:
    cases = _held(wanted)
    within = {"case__gte": wanted[0], "case__lte": wanted[-1]}
    # What has fallen due and is not yet swept comes first: its events belong to the old dates.
    pending = Clock.objects.filter(**within, next_event_at__lte=now)
    for case_id in pending.values_list("case_id", flat=True):
        cases.pop(case_id, None)
    # Of the cases in between, those not held are passed over.
    found = clocks_of(plan.clocks().filter(**within))
    clocks = [clock for clock in found if clock.case_id in cases]
    spans = spans_of([clock.id for clock in clocks])
    reckoned = [reckon(clock, plan, spans, now) for clock in clocks]
    change(Clock, WRITTEN, (one.written() for one in reckoned))
    redated = _write_cases(recalculation, cases, reckoned, now)
    _count(recalculation, reckoned, now)
    tell(redated, now)
    return len(reckoned)


def _held(wanted: list[int]) -> dict[int, Line]:
    """Those of these cases that nobody else holds, locked."""
    rows = Case.objects.filter(pk__among=wanted).values_list(*as_text(Case, READ))
    held = claim_values(rows, len(wanted))
    return {row[0]: Line(*(*row, due and instant(due))) for *row, due in held}


def _write_cases(
    recalculation: Recalculation, cases: dict[int, Line], reckoned: list[Reckoned], now: datetime
) -> list[Redated]:
    """Case lines and ledger: an event for every case of which a date moved or became certain."""
    changed: dict[int, list[Reckoned]] = defaultdict(list)
    mirrored: list[tuple[Any, ...]] = []
    changes: dict[int, dict[str, list[object]]] = {}
    for one in reckoned:
        clock = one.clock
        case, on_line = cases[clock.case_id], clock.target == Target.REPLY
        certain = on_line and one.provisional_before != clock.provisional
        if one.moved or certain:
            changed[case.pk].append(one)
        if on_line and (one.moved or certain):
            after = case._replace(due_at=clock.due_at, due_provisional=clock.provisional)
            changes[case.pk], cases[case.pk] = _changes(case, after), after
            mirrored.append((case.pk, after.due_at, after.due_provisional))
    change(Case, ("due_at", "due_provisional"), mirrored)
    user_id = recalculation.applied_by_id
    kind = ActorKind.SYSTEM if user_id is None else ActorKind.STAFF
    by = Actor(kind, recalculation.applied_by, user_id)
    heads = heads_of([cases[key].number for key in changed])
    events: list[Event] = []
    redated: list[Redated] = []
    for key, own in changed.items():
        case = cases[key]
        moved = tuple(
            Moved(one.clock.target, one.due_before, one.clock.due_at) for one in own if one.moved
        )
        head = heads.get(case.number)
        head = record(
            case.number,
            after=head,
            at=max(now, head.at) if head else now,
            by=by,
            move=MOVE,
            data={
                "changes": changes.get(key, {}),
                "dates": {target: [_iso(before), _iso(after)] for target, before, after in moved},
                "reason": recalculation.reason,
                "recalculation": recalculation.pk,
            },
            into=events,
            shown=("move", "dates"),
        )
        if moved:
            told = (key, case.stream, case.number, case.due_provisional)
            redated.append(Redated(*told, moved, head.seq, recalculation.reason))
    add(events)
    return redated


def _changes(case: Line, after: Line) -> dict[str, list[object]]:
    """What changed on a case line, as ledgers have it."""
    return {
        f"case.{name}": [_iso(getattr(case, name)), _iso(getattr(after, name))]
        for name in ("due_at", "due_provisional")
        if getattr(case, name) != getattr(after, name)
    }


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _count(recalculation: Recalculation, reckoned: list[Reckoned], now: datetime) -> None:
    """What was done, line by line beside its forecast, and in numbers."""
    moved = [one for one in reckoned if one.moved]
    late = [one.clock.becomes_overdue(one.clock.due_at, now) for one in moved]
    recalculation.done_looked += len(reckoned)
    recalculation.done_changed += len(moved)
    recalculation.done_overdue += sum(late)
    # Most were forecast; those that were not have moved since, or come in since.
    lines = (
        (
            recalculation.pk,
            one.clock.case_id,
            one.clock.id,
            one.clock.target,
            one.due_before,
            one.clock.due_at,
            overdue,
            now,
        )
        for one, overdue in zip(moved, late, strict=True)
    )
    known_by = ("recalculation", "clock")
    insert(RecalculationLine, (*FORECAST, "applied_at"), lines, known_by=known_by)
