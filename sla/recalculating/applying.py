"""Working a change off: clocks are reckoned anew from what they are, not from what was forecast.

Small batches, each one transaction, each holding the rows of its cases (the one lock). A clock
that has been reckoned anew is no longer among those the plan asks for, so work broken off goes on
where it was, and nothing is done twice.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from accounts.actors import Actor, ActorKind
from foundation.bulk import add, write
from foundation.claims import claim
from ledger.models import Event
from ledger.writing import heads_of, record
from sla.models import Case, Clock, Recalculation, RecalculationLine
from sla.recalculating.looking import Spans, becomes_overdue, next_cases, spans_of
from sla.recalculating.plans import Plan, plan_of
from sla.recalculating.redated import Moved, Redated, tell
from sla.targets import Target
from sla.timing import schedule, set_due

BATCH = 1000
"""Cases in one transaction."""

MOVE = "redate"
"""The ledger's name for a date that moved without anybody's move."""

TIMES = ("due_at", "provisional", "next_event_at", "next_event")
WRITTEN = (*TIMES, "revision", "policy", "calendar", "calendar_version")


READ = ("stream", "number", "due_at", "due_provisional")
"""What is read of a case line; a whole one takes three times as long."""


@dataclass(slots=True)
class Reckoned:
    """A clock just reckoned anew, and what it said before."""

    clock: Clock
    due_before: datetime | None
    provisional_before: bool
    planned_before: tuple[datetime | None, str]

    @property
    def moved(self) -> bool:
        return self.due_before != self.clock.due_at

    @property
    def same(self) -> bool:
        """Whether nothing changed but the versions it runs under."""
        before = (self.due_before, self.provisional_before, *self.planned_before)
        return before == tuple(getattr(self.clock, name) for name in TIMES)


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
    lines = Case.objects.filter(pk__in=wanted).only(*READ)
    cases = {case.pk: case for case in claim(lines, len(wanted))}
    # What has fallen due and is not yet swept comes first: its events belong to the old dates.
    pending = Clock.objects.filter(case__in=cases, next_event_at__lte=now)
    for case_id in pending.values_list("case_id", flat=True):
        cases.pop(case_id, None)
    clocks = list(plan.clocks().filter(case__in=cases).order_by("case_id", "id"))
    spans = spans_of([clock.pk for clock in clocks])
    reckoned = [_reckon(clock, plan, spans, now) for clock in clocks]
    _write_clocks(reckoned)
    redated = _write_cases(recalculation, cases, reckoned, now)
    _count(recalculation, reckoned, now)
    tell(redated, now)
    return len(reckoned)


def _reckon(clock: Clock, plan: Plan, spans: Spans, now: datetime) -> Reckoned:
    found = Reckoned(
        clock, clock.due_at, clock.provisional, (clock.next_event_at, clock.next_event)
    )
    revision = clock.revision
    clock.policy, clock.calendar, _ = plan.rule(
        clock.policy_id, clock.calendar_id, clock.department_id
    )
    pauses = spans.get(clock.pk, ())
    set_due(clock, pauses)
    # What is still to come may come under a name that was used before.
    clock.revision = revision + 1
    # A citizen's window that has closed backwards ends now, by the sweep.
    schedule(clock, now if clock.due_at is None else min(now, clock.due_at), pauses)
    return found


def _write_clocks(reckoned: list[Reckoned]) -> None:
    """Those that only run under new versions are written together."""
    alike: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for one in reckoned:
        if one.same:
            clock = one.clock
            alike[clock.policy_id, clock.calendar_id, clock.calendar_version].append(clock.pk)
    for (policy, calendar, version), keys in alike.items():
        Clock.objects.filter(pk__in=keys).update(
            policy=policy,
            calendar=calendar,
            calendar_version=version,
            revision=F("revision") + 1,
        )
    write([one.clock for one in reckoned if not one.same], WRITTEN)


def _write_cases(
    recalculation: Recalculation, cases: dict[int, Case], reckoned: list[Reckoned], now: datetime
) -> list[Redated]:
    """Case lines and ledger: an event for every case of which a date moved or became certain."""
    changed: dict[int, list[Reckoned]] = defaultdict(list)
    mirrored: list[Case] = []
    changes: dict[int, dict[str, list[object]]] = {}
    for one in reckoned:
        case, on_line = cases[one.clock.case_id], one.clock.target == Target.REPLY
        certain = on_line and one.provisional_before != one.clock.provisional
        if one.moved or certain:
            changed[case.pk].append(one)
        if on_line and (one.moved or certain):
            changes[case.pk] = _mirror(case, one.clock)
            mirrored.append(case)
    write(mirrored, ["due_at", "due_provisional"])
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
            redated.append(Redated(case, moved, head.seq, recalculation.reason))
    add(events)
    return redated


def _mirror(case: Case, clock: Clock) -> dict[str, list[object]]:
    """Have the case line say what its reply clock says; what changed on it, as ledgers have it."""
    before = {"due_at": case.due_at, "due_provisional": case.due_provisional}
    case.due_at, case.due_provisional = clock.due_at, clock.provisional
    return {
        f"case.{name}": [_iso(was), _iso(getattr(case, name))]
        for name, was in before.items()
        if was != getattr(case, name)
    }


def _iso(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _count(recalculation: Recalculation, reckoned: list[Reckoned], now: datetime) -> None:
    """What was done, line by line beside its forecast, and in numbers."""
    lines = []
    for one in reckoned:
        clock = one.clock
        recalculation.done_looked += 1
        if not one.moved:
            continue
        late = becomes_overdue(clock.target, clock.state, clock.due_at, now)
        recalculation.done_changed += 1
        recalculation.done_overdue += late
        lines.append(
            RecalculationLine(
                recalculation=recalculation,
                case_id=clock.case_id,
                clock=clock,
                target=clock.target,
                due_before=one.due_before,
                due_after=clock.due_at,
                becomes_overdue=late,
                applied_at=now,
            )
        )
    _write_lines(recalculation, lines)


def _write_lines(recalculation: Recalculation, lines: list[RecalculationLine]) -> None:
    """Most were forecast; those that were not have moved since, or come in since."""
    forecast = recalculation.lines.filter(clock__in=[line.clock_id for line in lines])
    keys = dict(forecast.values_list("clock_id", "pk"))
    for line in lines:
        line.pk = keys.get(line.clock_id)
    known = [line for line in lines if line.pk is not None]
    write(known, ["due_before", "due_after", "becomes_overdue", "applied_at"])
    add([line for line in lines if line.pk is None])
