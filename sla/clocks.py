"""The clocks of one case, moved together within one move. The only writer of clocks but the sweep.

The caller holds the case's row lock. Every change is made in memory and written by `save`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from math import ceil

from sla.calendars import compiled
from sla.models import Case, Clock, ClockPause, Policy
from sla.policies import NoPolicy, PolicyBook, book_of, promise_of
from sla.targets import PAUSED_WITH_CITIZEN, WINDOWS, ClockState, Target
from sla.timing import Pauses, in_last_day, schedule, set_due, spare_of
from sla.worktime import due


class ExtensionRefused(Exception):
    """The cap would be passed, or the clock is already late. `most` units could be granted."""

    def __init__(self, most: int) -> None:
        super().__init__(f"at most {most} more")
        self.most = most


class ClockSet:
    """The live clocks of a case at one instant."""

    def __init__(self, case: Case, *, new: bool = False) -> None:
        self.case = case
        self.at = case.received_at
        self._live: dict[str, Clock] = {}
        self._rounds: Counter[str] = Counter()
        self._pauses: dict[str, list[ClockPause]] = {}
        self._changed: dict[int, Clock] = {}
        self._new_pauses: list[ClockPause] = []
        self._ended_pauses: list[ClockPause] = []
        self._created: list[Clock] = []
        if not new:
            clocks = list(case.clocks.select_related("policy__calendar", "calendar"))
            self._live = {c.target: c for c in clocks if c.live}
            self._rounds.update(c.target for c in clocks)

    def advance(self, at: datetime) -> None:
        """Come to the instant of a move, and judge clocks whose due instant has passed by it."""
        self.at = at
        self._settle()

    @cached_property
    def book(self) -> PolicyBook:
        return book_of(self.case.stream, held=True)

    def get(self, target: Target) -> Clock | None:
        """The live clock for a target, if one is running, paused or missed."""
        clock = self._live.get(target)
        return clock if clock is not None and clock.finished_at is None else None

    @property
    def last_miss(self) -> datetime | None:
        """The latest due instant that passed unmet among the live clocks, if any did."""
        misses = [clock.missed_at for clock in self._live.values() if clock.missed_at is not None]
        return max(misses, default=None)

    def _settle(self) -> None:
        """Judge clocks whose due instant has passed before this move, swept or not."""
        for clock in self._live.values():
            late = clock.due_at is not None and clock.due_at < self.at
            if clock.state == ClockState.RUNNING and late and clock.target not in WINDOWS:
                self._miss(clock)

    def _miss(self, clock: Clock) -> None:
        clock.state, clock.missed_at = ClockState.MISSED, clock.due_at
        self._changed[id(clock)] = clock
        if clock.target == Target.REPLY:
            judge(self.case, "missed", clock.missed_at)

    def start(self, target: Target, *, department_id: int | None = None) -> Clock:
        """Start a clock under the policy now in force; each start is a round. Raises NoPolicy."""
        policy = self._rule(target, department_id)
        self._rounds[target] += 1
        calendar = self.book.calendar_of(policy, department_id)
        clock = Clock(
            case=self.case,
            target=target,
            round=self._rounds[target],
            department_id=department_id,
            policy=policy,
            calendar=calendar,
            calendar_version=calendar.version,
            started_at=self.at,
        )
        set_due(clock, ())
        schedule(clock, self.at)
        self._live[target] = clock
        self._pauses[target] = []
        self._created.append(clock)
        self._mirror(clock)
        return clock

    def start_if_ruled(self, target: Target, *, department_id: int | None = None) -> None:
        """The same for an allowance the bureau need not have: without a rule, without a clock."""
        with suppress(NoPolicy):
            self.start(target, department_id=department_id)

    def _rule(self, target: Target, department_id: int | None) -> Policy:
        case = self.case
        return self.book.find(
            target, case.kind, self.at, category=case.category, department_id=department_id
        )

    def meet(self, *targets: Target) -> None:
        """What was promised has been done: met, or done late if it was already missed."""
        for clock in self._pick(targets):
            self._end_pause(clock)
            if clock.state != ClockState.MISSED:
                clock.state, clock.spare = ClockState.MET, spare_of(clock, self.at)
                if clock.target == Target.REPLY:
                    judge(self.case, "met", self.at)
            self._finish(clock)

    def cancel(self, *targets: Target) -> None:
        """Nothing is owed any more. A miss already judged stays a miss."""
        for clock in self._pick(targets or tuple(self._live)):
            self._end_pause(clock)
            if clock.state != ClockState.MISSED:
                clock.state = ClockState.CANCELLED
            self._finish(clock)

    def reinstate(self, target: Target) -> None:
        """Owe again what was cancelled in the present round: as if it had never stood still but
        for its own pauses, so that a case comes back with the time that is really left."""
        # A clock that is finished is none a change of the calendar waits for: hold it off.
        _ = self.book
        ended = self.case.clocks.select_related("policy__calendar", "calendar")
        clock = ended.filter(target=target, round=self.case.round).order_by("-pk")[0]
        clock.finished_at = None
        self._live[target] = clock
        if clock.state == ClockState.CANCELLED:
            clock.state, clock.calendar_version = ClockState.RUNNING, clock.calendar.version
            self._redate(clock)
            self._settle()
        self._replan(clock)

    def _finish(self, clock: Clock) -> None:
        clock.finished_at = self.at
        self._replan(clock)
        if clock.target == Target.REPLY:
            self.case.paused_at = None

    def pause(self, reason: str, by: str) -> None:
        """Stop the house's clocks while it waits for the citizen; a missed clock stays missed."""
        for clock in self._pick(tuple(PAUSED_WITH_CITIZEN)):
            if clock.state != ClockState.RUNNING:
                continue
            pause = ClockPause(
                clock=clock,
                since=self.at,
                reason=reason,
                actor_label=by,
                at_due=in_last_day(clock, self.at),
            )
            self._pauses_of(clock).append(pause)
            self._new_pauses.append(pause)
            clock.state = ClockState.PAUSED
            self._redate(clock)

    def resume(self) -> None:
        """Let paused clocks run on; each due instant moves by what the pause took."""
        for clock in self._pick(tuple(PAUSED_WITH_CITIZEN)):
            if clock.state != ClockState.PAUSED:
                continue
            self._end_pause(clock)
            clock.state = ClockState.RUNNING
            self._redate(clock)

    def _end_pause(self, clock: Clock) -> None:
        if clock.state != ClockState.PAUSED:
            return
        for pause in self._pauses_of(clock):
            if pause.until is None:
                pause.until = self.at
                self._ended_pauses.append(pause)

    def _pauses_of(self, clock: Clock) -> list[ClockPause]:
        if clock.target not in self._pauses:
            self._pauses[clock.target] = list(clock.pauses.all())
        return self._pauses[clock.target]

    def room_for_extension(self) -> int:
        """How many more units the reply promise may be extended by under its cap."""
        clock = self.get(Target.REPLY)
        if clock is None or clock.state != ClockState.RUNNING or clock.policy.cap is None:
            return 0
        return max(0, clock.policy.cap - clock.policy.amount - clock.extra)

    def extend(self, amount: int) -> None:
        """Grant more time on the reply promise and the department's allowance.

        Raises ExtensionRefused when the cap would be passed or the promise is already missed.
        """
        room = self.room_for_extension()
        if not 0 < amount <= room:
            raise ExtensionRefused(room)
        [promise] = self._pick((Target.REPLY,))
        before = promise.due_at
        promise.extra += amount
        self._redate(promise)
        for clock in self._pick((Target.DEPARTMENT,)):
            if clock.state == ClockState.RUNNING:
                clock.extra += gained(clock, promise, amount, before)
                self._redate(clock)

    def rekind(self) -> None:
        """Apply the policy of a corrected kind or topic from the same start, if that brings an
        earlier due date which is still to come: a promise given is neither lengthened nor broken
        by a word."""
        clock = self.get(Target.REPLY)
        if clock is None or clock.state != ClockState.RUNNING or clock.due_at is None:
            return
        policy = self._rule(Target.REPLY, None)
        promise = promise_of(policy, clock.extra)
        earlier = due(compiled(policy.calendar), promise, clock.started_at, self._spans(clock))
        if earlier is not None and self.at <= earlier < clock.due_at:
            clock.policy, clock.calendar = policy, policy.calendar
            clock.calendar_version = policy.calendar.version
            self._redate(clock)

    def _redate(self, clock: Clock) -> None:
        spans = self._spans(clock)
        set_due(clock, spans)
        self._replan(clock, spans)
        self._mirror(clock)

    def _replan(self, clock: Clock, pauses: Pauses = ()) -> None:
        """Have the clock written and its next event reckoned anew.

        A clock merely found late keeps its pending event, so that the sweep still tells of it.
        """
        schedule(clock, self.at, pauses)
        self._changed[id(clock)] = clock

    def _spans(self, clock: Clock) -> Pauses:
        return [(p.since, p.until) for p in self._pauses_of(clock)]

    def _mirror(self, clock: Clock) -> None:
        """Keep the case line's due date equal to the reply clock's."""
        if clock.target == Target.REPLY:
            self.case.due_at = clock.due_at
            self.case.due_provisional = clock.provisional
            self.case.paused_at = self.at if clock.state == ClockState.PAUSED else None

    def _pick(self, targets: Iterable[str]) -> list[Clock]:
        found = [self.get(Target(target)) for target in targets]
        return [clock for clock in found if clock is not None]

    def save(self) -> None:
        """Write all that changed since the last time."""
        for clock in self._changed.values():
            if clock.pk is not None:
                clock.save(update_fields=WRITTEN)
        if self._created:
            Clock.objects.bulk_create(self._created)
        for pause in self._ended_pauses:
            if pause.pk is not None:
                pause.save(update_fields=["until"])
        if self._new_pauses:
            ClockPause.objects.bulk_create(self._new_pauses)
        self._forget_changes()

    def _forget_changes(self) -> None:
        self._changed, self._created = {}, []
        self._new_pauses, self._ended_pauses = [], []
        self._live = {t: c for t, c in self._live.items() if c.finished_at is None}


WRITTEN = [
    "policy",
    "calendar",
    "calendar_version",
    "extra",
    "state",
    "due_at",
    "provisional",
    "finished_at",
    "missed_at",
    "spare",
    "revision",
    "next_event_at",
    "next_event",
]


def gained(clock: Clock, promise: Clock, amount: int, before: datetime | None) -> int:
    """What a department gains when the reply promise is extended by `amount` of its own units:
    the same, or as much of the department's unit as the promise's due date has moved by."""
    if clock.policy.unit == promise.policy.unit or before is None or promise.due_at is None:
        return amount
    calendar = compiled(clock.calendar)
    match clock.policy.unit:
        case Policy.Unit.WORKING_HOURS:
            return ceil(calendar.between(before, promise.due_at) / 3600)
        case Policy.Unit.CALENDAR_DAYS:
            return (calendar.local_date(promise.due_at) - calendar.local_date(before)).days
    return calendar.working_days_between(before, promise.due_at)


def judge(case: Case, verdict: str, at: datetime | None) -> None:
    """Freeze the verdict of a case: once, in the first round, and never again."""
    if not case.verdict:
        case.verdict, case.verdict_at = verdict, at
