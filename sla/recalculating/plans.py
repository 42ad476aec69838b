"""Which clocks a change concerns, and by which rule and calendar each of them runs after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from sla.calendars import assemble, compiled, pattern_of, sheet_of
from sla.models import Clock, Policy, Recalculation, WorkCalendar
from sla.policies import book_of, scope_of
from sla.recalculating.proposals import (
    first_day,
    pattern_after,
    proposed_policy,
    sheet_after,
)
from sla.targets import ClockState
from sla.worktime import Calendar

UNJUDGED = (ClockState.RUNNING, ClockState.PAUSED)
"""Only these are reckoned anew: what is finished stays as it was judged, and so does a miss."""


NONE = Q(pk__in=())


class Rule(NamedTuple):
    """What a clock runs by: its policy, the row of its calendar, and that calendar compiled."""

    policy: Policy
    row: WorkCalendar
    calendar: Calendar


class Plan(ABC):
    """One change, seen before it is applied (`ahead`) or after."""

    def __init__(self, recalculation: Recalculation, *, ahead: bool) -> None:
        self.ahead = ahead
        self._policies = Policy.objects.in_bulk()

    def clocks(self) -> QuerySet[Clock]:
        """All clocks concerned; once the change is applied, those not yet reckoned anew."""
        return self._concerned(Clock.objects.filter(state__in=UNJUDGED, finished_at__isnull=True))

    def beyond(self, now: datetime) -> Q:
        """Which of these this change cannot reach: nothing of them has to be reckoned anew."""
        return NONE

    def rows(self) -> list[WorkCalendar]:
        """The rows of the calendars that change, as they are."""
        return []

    @abstractmethod
    def _concerned(self, clocks: QuerySet[Clock]) -> QuerySet[Clock]: ...

    @abstractmethod
    def rule(self, policy_id: int, calendar_id: int, department_id: int | None) -> Rule:
        """What a clock with this policy, calendar and department runs by after the change."""


class CalendarPlan(Plan):
    """Clocks on a calendar, and on those based on it."""

    def __init__(self, recalculation: Recalculation, *, ahead: bool) -> None:
        super().__init__(recalculation, ahead=ahead)
        proposal, changed = recalculation.proposal, recalculation.calendar
        assert changed is not None
        self._department: int | None = (proposal.get("department") or [None, None])[1]
        self._given_up = "given_up" in proposal
        self._first_day = first_day(proposal)
        self._after: dict[int, tuple[WorkCalendar, Calendar]] = {}
        if self._given_up:
            house = changed.based_on
            assert house is not None
            self._after[changed.pk] = (house, compiled(house))
            return
        if self._department is not None:
            # Until it is applied the calendar named is the one the department shares so far.
            shared = changed if ahead else changed.based_on
            assert shared is not None
            family = [shared]
        else:
            family = list(WorkCalendar.objects.filter(Q(pk=changed.pk) | Q(based_on=changed)))
        sheet = sheet_of(changed.based_on or changed) if ahead else None
        for row in family:
            if sheet is None:
                own = changed if self._department is not None else row
                self._after[row.pk] = (own, compiled(own))
                continue
            hours = pattern_of(row)
            hours = pattern_after(hours, proposal) if row.pk == changed.pk else hours
            self._after[row.pk] = (row, assemble(hours, sheet_after(sheet, proposal)))

    def _concerned(self, clocks: QuerySet[Clock]) -> QuerySet[Clock]:
        clocks = clocks.filter(calendar__in=self._after)
        if self._department is not None:
            return clocks.filter(department_id=self._department)
        if self.ahead or self._given_up:
            return clocks
        return clocks.exclude(calendar_version=F("calendar__version"))

    def beyond(self, now: datetime) -> Q:
        """Those that end before the first day that changes.

        A due instant, the warnings before it and whether it is provisional follow from the days up
        to it alone; what comes after it is computed when it has been missed. A clock that stands
        still has been reckoned up to its pause, which lies in the past. All of this only if the
        clock was last reckoned with the calendar as it was before this change.
        """
        if self._first_day is None:
            return NONE
        since = min(calendar.bounds(self._first_day)[0] for _, calendar in self._after.values())
        ended = Q(due_at__lt=since)
        if since > now:
            ended |= Q(state=ClockState.PAUSED, due_at=None)
        ago = 0 if self.ahead else 1
        known = (Q(calendar=row, calendar_version=row.version - ago) for row in self.rows())
        return ended & reduce(or_, known)

    def rows(self) -> list[WorkCalendar]:
        return [row for row, _ in self._after.values()]

    def rule(self, policy_id: int, calendar_id: int, department_id: int | None) -> Rule:
        return Rule(self._policies[policy_id], *self._after[calendar_id])


class PolicyPlan(Plan):
    """Clocks that would run under a rule if they started now, and run under one that is older or
    wider. None at all if the rule is for new cases only."""

    def __init__(self, recalculation: Recalculation, *, ahead: bool) -> None:
        super().__init__(recalculation, ahead=ahead)
        self._running: bool = recalculation.proposal["running"]
        row = None if ahead else recalculation.policy
        self._policy = row or proposed_policy(recalculation.proposal)
        self._book = book_of(self._policy.stream)

    def _concerned(self, clocks: QuerySet[Clock]) -> QuerySet[Clock]:
        if not self._running:
            return clocks.none()
        rule = self._policy
        clocks = clocks.filter(
            target=rule.target, case__stream=rule.stream, policy_id__in=self._replaced()
        )
        if rule.kind:
            clocks = clocks.filter(case__kind=rule.kind)
        if rule.category:
            clocks = clocks.filter(case__category=rule.category)
        if rule.department_id is not None:
            clocks = clocks.filter(department_id=rule.department_id)
        return clocks

    def _replaced(self) -> list[int]:
        """Rules that give way to this one: older ones of its scope, and all of wider scopes."""
        new = self._policy
        return [
            old.pk
            for old in self._policies.values()
            if (old.stream, old.target) == (new.stream, new.target)
            and (
                _width(old) > _width(new)
                or (scope_of(old) == scope_of(new) and old.active_from < new.active_from)
            )
        ]

    def rule(self, policy_id: int, calendar_id: int, department_id: int | None) -> Rule:
        row = self._book.calendar_of(self._policy, department_id)
        return Rule(self._policy, row, compiled(row))


def _width(policy: Policy) -> tuple[bool, bool, bool]:
    """How far a rule reaches; `sla.policies` lets the narrower one win in the same order."""
    return policy.department_id is None, not policy.category, not policy.kind


def plan_of(recalculation: Recalculation, *, ahead: bool) -> Plan:
    kind = CalendarPlan if recalculation.kind == Recalculation.Kind.CALENDAR else PolicyPlan
    return kind(recalculation, ahead=ahead)
