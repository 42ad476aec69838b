"""The life of a matter told as events, and what its clocks say at given instants.

`policy` gives allowances in working minutes (`first_response_minutes`, `resolution_minutes`,
`response_minutes`), the states in which the clock stands still (`pause_on`) and warnings or
escalations as minutes from due (`levels`). Without a calendar every minute counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.vectors import reading
from sla.vectors.reading import Raw, Unreadable
from sla.worktime import Calendar, OpenPauseError, PauseLike

ALLOWANCES = ("first_response_minutes", "resolution_minutes", "response_minutes")
POLICY = frozenset({*ALLOWANCES, "pause_on", "levels", "calendar"})
EVENT = frozenset({"at", "set_status", "by", "create", "reply"})
ASKED = frozenset(
    {"at", "agreement_status", "first_response_due", "resolution_due", "due", "fired", "next"}
)
SOLVED = frozenset({"resolved", "solved", "closed"})
BEGUN = frozenset({"open", "new"})


class Rejected(Exception):
    """A life the house's rules do not know; the message says which rule."""


@dataclass(frozen=True, slots=True)
class Event:
    at: datetime
    status: str
    by: str
    created: bool
    replied: bool


def told(case: Raw) -> list[dict[str, Any]]:
    """For every entry of `expected` the same fields as the clocks have them, in its words.

    Raises Unreadable, Rejected.
    """
    policy, events = reading.mapping(case, "policy"), _events(case)
    wanted = case.get("expected")
    if not events or not isinstance(wanted, list):
        raise Rejected("it names no events and instants that one could compute")
    _known(policy, POLICY, "policy")
    life = _Life(_calendar(policy), policy, events)
    _follow_the_rules(events)
    return [_moment(life, entry, index) for index, entry in enumerate(wanted)]


def _follow_the_rules(events: Sequence[Event]) -> None:
    """Refuse lives of other systems that cannot happen here. Raises Rejected."""
    if any(event.created and event.by == "staff" for event in events):
        raise Rejected("a matter typed in by staff has the citizen's deadline all the same")
    solved = False
    for event in events:
        if solved and event.status and event.status not in SOLVED:
            raise Rejected("a reopening begins a new round; the first verdict stands")
        solved = solved or event.status in SOLVED


def _moment(life: _Life, entry: Any, index: int) -> dict[str, Any]:
    if not isinstance(entry, dict):
        raise Unreadable(f"expected[{index}]: an object is expected")
    _known(entry, ASKED, f"expected[{index}]")
    at = reading.instant(reading.given(entry, "at"), f"expected[{index}].at")
    found: dict[str, Any] = {"at": at}
    for name in entry:
        if name == "agreement_status":
            found[name] = life.standing(at)
            if found[name] == "Failed" and entry[name] == "Paused":
                raise Rejected("a clock already missed stays missed while it waits")
        elif name == "due":
            found[name] = life.owed(at)
        elif name.endswith("_due"):
            found[name] = life.due(name.removesuffix("_due"), at)
        elif name == "fired":
            found[name] = life.fired(at)
        elif name == "next":
            found[name] = life.next(at)
    return found


def wanted(case: Raw) -> list[dict[str, Any]]:
    """The entries of `expected`, instants read."""
    return [
        {
            name: reading.instant(value, f"expected[{index}].{name}")
            if value is not None and (name == "at" or name.endswith("due"))
            else value
            for name, value in entry.items()
        }
        for index, entry in enumerate(case["expected"])
    ]


class _Life:
    """The clocks of one matter, seen from an instant."""

    def __init__(self, calendar: Calendar, policy: Raw, events: Sequence[Event]) -> None:
        self._calendar, self._events = calendar, events
        self._allowances = {
            name: reading.minutes(policy, name) for name in ALLOWANCES if name in policy
        }
        self._still = {str(status).lower() for status in reading.listed(policy, "pause_on")}
        levels = reading.listed(policy, "levels")
        self._levels = sorted(reading.whole({"levels": one}, "levels") for one in levels)

    def _until(self, at: datetime) -> list[Event]:
        return [event for event in self._events if event.at <= at]

    def _pauses(self, at: datetime) -> list[PauseLike]:
        """The spans in a state in which the clock stands still."""
        found: list[PauseLike] = []
        since: datetime | None = None
        for event in self._until(at):
            if not event.status:
                continue
            still = event.status in self._still
            if still and since is None:
                since = event.at
            elif not still and since is not None:
                found.append((since, event.at))
                since = None
        return found if since is None else [*found, (since, None)]

    def _first(self, at: datetime, kind: str) -> datetime | None:
        """When what an allowance is for was done."""
        for event in self._until(at):
            solved = event.status in SOLVED
            answered = bool(event.status) and event.status not in BEGUN and event.by != "citizen"
            answered = answered or (event.replied and event.by == "staff")
            if solved or (kind != "resolution" and answered):
                return event.at
        return None

    def due(self, kind: str, at: datetime) -> datetime | None:
        seconds = self._allowances.get(f"{kind}_minutes")
        if seconds is None:
            raise Unreadable(f"policy.{kind}_minutes: missing")
        done = self._first(at, kind)
        pauses = self._pauses(at if done is None else done)
        # What ends a wait's beginning is done at it: the first answer is no pause of itself.
        standing = [pause for pause in pauses if pause[0] != done]
        try:
            return self._calendar.add(self._events[0].at, seconds, standing)
        except OpenPauseError:
            return None

    def standing(self, at: datetime) -> str:
        """The one word for both clocks: a miss stays a miss."""
        kinds = [k for k in ("first_response", "resolution") if f"{k}_minutes" in self._allowances]
        done = {kind: self._first(at, kind) for kind in kinds}
        for kind in kinds:
            due = self.due(kind, at)
            if due is not None and due < (done[kind] or at):
                return "Failed"
        pauses = self._pauses(at)
        if pauses and pauses[-1][1] is None and self._first(at, "resolution") is None:
            return "Paused"
        names = {"first_response": "First Response Due", "resolution": "Resolution Due"}
        return next((names[kind] for kind in kinds if done[kind] is None), "Fulfilled")

    def owed(self, at: datetime) -> datetime | None:
        """When the answer owed to the citizen's last unanswered word is due, if one is owed.

        A word while an answer is owed moves nothing; one after it begins a new round.
        """
        seconds = next(iter(self._allowances.values()), None)
        if seconds is None:
            raise Unreadable("policy: no allowance")
        since: datetime | None = None
        for event in self._until(at):
            if event.by == "staff" and event.replied:
                since = None
            elif event.by == "citizen" and (event.created or event.replied):
                since = since or event.at
        return None if since is None else self._calendar.add(since, seconds)

    def _firing(self, at: datetime) -> list[tuple[datetime, int]]:
        due = self.due("resolution", at)
        if due is None:
            return []
        return [(self._calendar.add(due, level * 60), level) for level in self._levels]

    def fired(self, at: datetime) -> list[int]:
        """The levels whose instant has come while the matter was unsolved, in order."""
        end = self._first(at, "resolution") or at
        return [level for when, level in self._firing(at) if when <= end]

    def next(self, at: datetime) -> int | None:
        if self._first(at, "resolution") is not None:
            return None
        return next((level for when, level in self._firing(at) if when > at), None)


def _events(case: Raw) -> list[Event]:
    found = []
    for index, raw in enumerate(reading.listed(case, "events")):
        name = f"events[{index}]"
        if not isinstance(raw, dict):
            raise Unreadable(f"{name}: an object is expected, not {reading.shown(raw)}")
        _known(raw, EVENT, name)
        found.append(
            Event(
                reading.instant(reading.given(raw, "at"), f"{name}.at"),
                str(raw.get("set_status", "")).lower(),
                str(raw.get("by", "")),
                bool(raw.get("create")),
                bool(raw.get("reply")),
            )
        )
    if [event.at for event in found] != sorted(event.at for event in found):
        raise Unreadable("events: they are not in the order of time")
    return found


def _calendar(policy: Raw) -> Calendar:
    if "calendar" in policy:
        return reading.calendar(policy, "calendar")
    return Calendar.build("UTC", {day: [("00:00", "24:00")] for day in range(7)})


def _known(raw: Mapping[str, Any], names: frozenset[str], where: str) -> None:
    strange = sorted(set(raw) - names)
    if strange:
        raise Rejected(f"{where} speaks of {', '.join(strange)}, which no clock of ours knows")
