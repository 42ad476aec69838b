"""Going through the clocks of a case row by row, where they are not so plain that the database
can go through them (`sla.proving.plain_clocks`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sla.proving.dues import Dues
from sla.targets import WINDOWS, ClockState, Target

Pauses = Mapping[int, Sequence[tuple[datetime, datetime | None]]]


class ClockRow(NamedTuple):
    """A clock; instants are texts, as the database writes them."""

    id: int
    case_id: int
    target: str
    round: int
    policy_id: int
    calendar_id: int
    calendar_version: int
    extra: int
    state: str
    started_at: str
    due_at: str | None
    provisional: bool
    finished_at: str | None
    missed_at: str | None
    next_event_at: str | None


def clocks_fit(
    case: Mapping[str, Any], clocks: Iterable[ClockRow], pauses: Pauses, dues: Dues
) -> bool:
    """Whether `sla.proving.replay` finds nothing wrong with the clocks of a case, given by round,
    and with what its line says of them; of the surveys nothing is asked."""
    rounds: dict[str, int] = {}
    live: set[str] = set()
    first = last = None
    for clock in clocks:
        target = clock.target
        rounds[target] = n = rounds.get(target, 0) + 1
        if clock.round != n:
            return False
        if clock.finished_at is None:
            if target in live:
                return False
            live.add(target)
        if not (_state_fits(clock) and _wakes(clock, dues)):
            return False
        if not _due_fits(clock, pauses.get(clock.id, ()), dues):
            return False
        if target == Target.REPLY:
            first, last = first or clock, clock
    if first is None or last is None or last.round != case["round"]:
        return False
    return _line_fits(case, first, last, dues)


def _state_fits(clock: ClockRow) -> bool:
    """Whether state and instants of a clock go together, as `sla.proving.replay` has it."""
    due, finished, missed = clock.due_at, clock.finished_at, clock.missed_at
    match clock.state:
        case ClockState.MET:
            in_time = clock.target in WINDOWS or due is None or (finished or due) <= due
            return finished is not None and missed is None and in_time
        case ClockState.MISSED:
            late = finished is None or due is None or finished > due
            return missed is not None and missed == due and late
        case ClockState.RUNNING:
            return finished is None and missed is None and due is not None
        case ClockState.PAUSED:
            return finished is None and missed is None
    return finished is not None and missed is None


def _wakes(clock: ClockRow, dues: Dues) -> bool:
    at = clock.next_event_at
    if at is not None and (clock.finished_at is not None or clock.state == ClockState.PAUSED):
        return False
    due = clock.due_at
    if clock.state != ClockState.RUNNING or due is None:
        return True
    return at is not None and at <= dues.looked_at_after(due)


def _due_fits(
    clock: ClockRow, stood: Sequence[tuple[datetime, datetime | None]], dues: Dues
) -> bool:
    if sum(until is None for _, until in stood) != (clock.state == ClockState.PAUSED):
        return False
    if not dues.is_current(clock.calendar_id, clock.calendar_version):
        return True
    rule = (clock.policy_id, clock.calendar_id, clock.extra, clock.started_at)
    known = clock.due_at is not None
    if stood:
        due, provisional = dues.reckoned(*rule, stood, clock.finished_at, known=known)
    else:
        due, provisional = dues.plain(*rule, known=known)
    return due == clock.due_at and (due is None or provisional == clock.provisional)


def _line_fits(case: Mapping[str, Any], first: ClockRow, last: ClockRow, dues: Dues) -> bool:
    """Whether the case line says what its reply clocks say."""
    if first.state == ClockState.MET:
        verdict, verdict_at = "met", first.finished_at
    elif first.state == ClockState.MISSED:
        verdict, verdict_at = "missed", first.missed_at
    else:
        verdict, verdict_at = "", None
    replied = case["replied_at"]
    fits = (
        case["verdict"] == verdict
        and case["verdict_at"] == verdict_at
        and case["received_at"] == first.started_at
        and case["due_at"] == last.due_at
        and case["due_provisional"] == last.provisional
        and (case["paused_at"] is not None) == (last.state == ClockState.PAUSED)
        and (case["excluded_at"] is None) == (not case["exclusion"])
        and (replied is None) == (case["answer_days"] is None)
    )
    if not fits:
        return False
    if replied is None:
        return first.state != ClockState.MET
    if replied != first.finished_at:
        return False
    if not dues.is_current(first.calendar_id, first.calendar_version):
        return True
    days = dues.answered_in(first.calendar_id, case["received_at"], replied)
    return days is not None and bool(days == case["answer_days"])
