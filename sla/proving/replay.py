"""Replaying the clocks of a case: what its rule, calendar and pauses say it must show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from sla.calendars import compiled
from sla.models import Case, Clock, ClockPause, Policy, Survey, WorkCalendar
from sla.policies import promise_of
from sla.targets import WINDOWS, ClockState, Target
from sla.timing import AFTER_DUE
from sla.worktime import Calendar, Promise, WorktimeError, due, is_provisional

Pauses = Mapping[int, Sequence[ClockPause]]


class Replay:
    """Checks cases against their clocks; keeps the rules, which are few, in memory."""

    def __init__(self) -> None:
        self._policies = Policy.objects.in_bulk()
        self._calendars = WorkCalendar.objects.in_bulk()

    def faults(
        self, case: Case, clocks: Sequence[Clock], pauses: Pauses, surveys: Sequence[Survey]
    ) -> Iterator[str]:
        """What is wrong with the clocks of a case and with what its line says of them."""
        live = Counter(clock.target for clock in clocks if clock.live)
        for target, n in live.items():
            if n > 1:
                yield f"{n} live clocks for {target}"
        for target in {clock.target for clock in clocks}:
            numbers = [clock.round for clock in clocks if clock.target == target]
            if numbers != list(range(1, len(numbers) + 1)):
                yield f"{target} clocks of rounds {numbers}"
        for clock in clocks:
            name = f"{clock.target} clock of round {clock.round}"
            for detail in self._clock(clock, pauses.get(clock.pk, ())):
                yield f"{name}: {detail}"
        replies = [clock for clock in clocks if clock.target == Target.REPLY]
        rounds = [clock.round for clock in replies]
        if rounds != list(range(1, case.round + 1)):
            yield f"reply clocks for rounds {rounds}, the case is in round {case.round}"
        else:
            yield from self._line(case, replies[0], replies[-1])
        yield from _surveys(case, surveys)

    def _clock(self, clock: Clock, pauses: Sequence[ClockPause]) -> Iterator[str]:
        yield from _state(clock)
        standing = [pause for pause in pauses if pause.until is None]
        if len(standing) != (clock.state == ClockState.PAUSED):
            yield f"is {clock.state} with {len(standing)} open pauses"
            return
        policy = self._policies[clock.policy_id]
        calendar = self._calendars[clock.calendar_id]
        if clock.calendar_version == calendar.version:
            yield from _due(clock, policy, compiled(calendar), pauses)

    def _line(self, case: Case, first: Clock, last: Clock) -> Iterator[str]:
        expected = {
            ClockState.MET: ("met", first.finished_at),
            ClockState.MISSED: ("missed", first.missed_at),
        }.get(ClockState(first.state), ("", None))
        if (case.verdict, case.verdict_at) != expected:
            yield (
                f"verdict is {case.verdict or 'none'} of {case.verdict_at},"
                f" the first reply clock says {expected[0] or 'none'} of {expected[1]}"
            )
        if case.received_at != first.started_at:
            yield f"received {case.received_at}, the reply clock started {first.started_at}"
        if (case.due_at, case.due_provisional) != (last.due_at, last.provisional):
            yield f"due {case.due_at}, the reply clock says {last.due_at}"
        if (case.paused_at is not None) != (last.state == ClockState.PAUSED):
            yield f"paused {case.paused_at}, the reply clock is {last.state}"
        if case.replied_at is not None and case.replied_at != first.finished_at:
            yield f"replied {case.replied_at}, the first reply clock ended {first.finished_at}"
        if case.replied_at is None and first.state == ClockState.MET:
            yield "the first reply clock is met, but there is no reply"
        if (case.excluded_at is None) != (not case.exclusion):
            yield f"excluded {case.excluded_at} as {case.exclusion or 'nothing'}"
        yield from self._answer_days(case, first)

    def _answer_days(self, case: Case, clock: Clock) -> Iterator[str]:
        if (case.replied_at is None) != (case.answer_days is None):
            yield f"replied {case.replied_at} in {case.answer_days} working days"
            return
        calendar = self._calendars[clock.calendar_id]
        if case.replied_at is None or clock.calendar_version != calendar.version:
            return
        days = compiled(calendar).working_days_between(case.received_at, case.replied_at)
        if days != case.answer_days:
            yield f"answered in {case.answer_days} working days, the calendar says {days}"


def _state(clock: Clock) -> Iterator[str]:
    """Whether state and instants of a clock go together."""
    due_at, finished, missed = clock.due_at, clock.finished_at, clock.missed_at
    match clock.state:
        case ClockState.RUNNING:
            fits = finished is None and missed is None and due_at is not None
        case ClockState.PAUSED:
            fits = finished is None and missed is None
        case ClockState.MET:
            in_time = clock.target in WINDOWS or due_at is None or (finished or due_at) <= due_at
            fits = finished is not None and missed is None and in_time
        case ClockState.MISSED:
            late = finished is None or due_at is None or finished > due_at
            fits = missed is not None and missed == due_at and late
        case _:
            fits = finished is not None and missed is None
    if not fits:
        yield f"is {clock.state}, due {due_at}, missed {missed}, finished {finished}"
    yield from _wake(clock)


def _wake(clock: Clock) -> Iterator[str]:
    """Whether the sweep will look at the clock when it has to, and only then."""
    at = clock.next_event_at
    if at is not None and (clock.finished_at is not None or clock.state == ClockState.PAUSED):
        yield f"is {clock.state} and finished {clock.finished_at}, yet waits for {at}"
    running = clock.state == ClockState.RUNNING and clock.due_at is not None
    if running and (at is None or clock.due_at is None or at > clock.due_at + AFTER_DUE):
        yield f"is running until {clock.due_at}, but nothing will look at it then"


def _due(
    clock: Clock, policy: Policy, calendar: Calendar, pauses: Sequence[ClockPause]
) -> Iterator[str]:
    """Whether the due instant follows from the rule, the calendar and the pauses."""
    spans = [(pause.since, pause.until) for pause in pauses]
    promise, known = promise_of(policy, clock.extra), clock.due_at is not None
    try:
        expected = due_by_rule(
            calendar, promise, clock.started_at, spans, clock.finished_at, known=known
        )
    except WorktimeError as error:
        yield f"cannot be replayed: {error}"
        return
    if expected != clock.due_at:
        yield f"due {clock.due_at}, its rule says {expected}"
    elif expected is not None:
        provisional = is_provisional(calendar, clock.started_at, expected)
        if provisional != clock.provisional:
            yield f"provisional is {clock.provisional}, the calendar says {provisional}"


def due_by_rule(
    calendar: Calendar,
    promise: Promise,
    started_at: datetime,
    pauses: Iterable[tuple[datetime, datetime | None]],
    finished_at: datetime | None,
    *,
    known: bool,
) -> datetime | None:
    """The due instant that follows from a rule; `known`: whether the clock has one at all.

    Raises WorktimeError.
    """
    # A clock stopped while it stood still never got a due instant back.
    stopped = not known and finished_at is not None
    spans = [
        (since, None if stopped and until == finished_at else until) for since, until in pauses
    ]
    return due(calendar, promise, started_at, spans)


def _surveys(case: Case, surveys: Sequence[Survey]) -> Iterator[str]:
    given = [survey.rating for survey in surveys if survey.rating is not None]
    last = given[-1] if given else None
    if case.rating != last:
        yield f"rated {case.rating}, the surveys say {last}"
    asked = surveys[0].asked_at if surveys else None
    if asked != case.replied_at:
        yield f"replied {case.replied_at}, the citizen was asked {asked}"
