"""What follows from rules and calendars for many clocks, reckoned once for all of a day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from foundation.stamps import instant, stamp, tail
from sla.calendars import compiled
from sla.models import Policy, WorkCalendar
from sla.policies import promise_of
from sla.proving.replay import due_by_rule
from sla.timing import AFTER_DUE
from sla.worktime import WorktimeError, is_provisional
from sla.worktime.calendar import ENDS_OF_DAYS

KNOWN = 200_000
"""Dates that are remembered, of each sort."""

Due = tuple[str | None, bool]
"""When a clock is due, as the database writes it, and whether provisionally."""

NEVER: Due = ("never", False)
"""Of a clock that its rule cannot be applied to; no database writes such a date."""


class Dues:
    """Keeps rules, and dates that follow from them, in mind. Instants are texts."""

    def __init__(self) -> None:
        self._policies = Policy.objects.in_bulk()
        calendars = WorkCalendar.objects.in_bulk()
        self._versions = {pk: row.version for pk, row in calendars.items()}
        self._compiled = {pk: compiled(row) for pk, row in calendars.items()}
        self._local_days: dict[tuple[int, str], int | None] = {}
        self._dues: dict[tuple[int, int, int, int, bool], Due] = {}
        self._answer_days: dict[tuple[int, int, int], int] = {}
        self._looked_at: dict[str, str] = {}
        self.tail = tail()
        self.by_day = frozenset(
            pk
            for pk, policy in self._policies.items()
            if policy.unit != "working_hours" and policy.cutoff in ENDS_OF_DAYS
        )
        """The rules by which it is all one at which hour of its day a clock began."""

    def is_current(self, calendar_id: int, version: int) -> bool:
        """Whether dates reckoned with this version of a calendar can be reckoned again."""
        return bool(self._versions[calendar_id] == version)

    def plain(
        self, policy_id: int, calendar_id: int, extra: int, started_at: str, *, known: bool
    ) -> Due:
        """When a clock that never stood still is due. Of a rule that goes by days the hour is
        enough of `started_at`; `known`: whether the clock has a due instant at all."""
        day = self.local_day(calendar_id, started_at) if policy_id in self.by_day else None
        if day is None:
            return self.reckoned(policy_id, calendar_id, extra, started_at, (), None, known=known)
        key = (policy_id, calendar_id, extra, day, known)
        found = self._dues.get(key)
        if found is None:
            make_room(self._dues)
            hour = f"{started_at[:13]}:00:00{self.tail}"
            found = self.reckoned(policy_id, calendar_id, extra, hour, (), None, known=known)
            self._dues[key] = found
        return found

    def reckoned(
        self,
        policy_id: int,
        calendar_id: int,
        extra: int,
        started_at: str,
        stood: Iterable[Any],
        finished_at: str | None,
        *,
        known: bool,
    ) -> Due:
        """When a clock is due by its rule, its calendar and the times it stood still."""
        calendar = self._compiled[calendar_id]
        started = instant(started_at)
        finished = instant(finished_at) if finished_at else None
        promise = promise_of(self._policies[policy_id], extra)
        try:
            due = due_by_rule(calendar, promise, started, stood, finished, known=known)
        except WorktimeError:
            return NEVER
        if due is None:
            return None, False
        return stamp(due, self.tail), is_provisional(calendar, started, due)

    def local_day(self, calendar_id: int, at: str) -> int | None:
        """The calendar's day of an instant, by its hour; None in a zone that divides hours."""
        key = (calendar_id, at[:13])
        if key not in self._local_days:
            make_room(self._local_days)
            hour = datetime.fromisoformat(f"{at[:13]}:00:00+00:00")
            ends = (hour, hour + timedelta(minutes=59, seconds=59))
            days = {self._compiled[calendar_id].local_date(end).toordinal() for end in ends}
            self._local_days[key] = days.pop() if len(days) == 1 else None
        return self._local_days[key]

    def answered_in(self, calendar_id: int, received_at: str, replied_at: str) -> int | None:
        """Working days from one instant to another; None where hours do not tell the day."""
        begun = self.local_day(calendar_id, received_at)
        ended = self.local_day(calendar_id, replied_at)
        if begun is None or ended is None:
            return None
        known = self._answer_days.get((calendar_id, begun, ended))
        if known is None:
            make_room(self._answer_days)
            known = self._compiled[calendar_id].working_days_between(
                date.fromordinal(begun), date.fromordinal(ended)
            )
            self._answer_days[calendar_id, begun, ended] = known
        return known

    def looked_at_after(self, due: str) -> str:
        """The instant by which the sweep must look at a clock that is due."""
        found = self._looked_at.get(due)
        if found is None:
            make_room(self._looked_at)
            found = self._looked_at[due] = stamp(instant(due) + AFTER_DUE, self.tail)
        return found


def make_room(known: dict[Any, Any]) -> None:
    """Keep what is remembered from growing without end."""
    if len(known) >= KNOWN:
        known.clear()
