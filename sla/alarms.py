"""Before and after a due instant: when to warn, when to escalate and to whom. Pure.

Kept with a policy as plain lists, checked here:
`[{"share": 0.8}, {"before_hours": 4}, {"before_days": 1}]` and
`[{"after": 1, "to": ["supervisor"]}, {"after": 3, "to": ["supervisor", "administrator"]}]`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.targets import Happening
from sla.worktime import Calendar, PauseLike, Promise, warn_at

MOST_STEPS = 5
LONGEST = 60
"""Working days after due beyond which a step is a slip of the pen."""


class AlarmError(ValueError):
    """A list of warnings or steps that says nothing one could do; the message says what."""


@dataclass(frozen=True, slots=True)
class Warn:
    """One warning: after a share of the time (0 to 1), or so many working hours before due, or at
    the opening of so many working days before the due day. Exactly one of them is given."""

    share: float | None = None
    before_hours: int | None = None
    before_days: int | None = None

    def at(
        self,
        calendar: Calendar,
        promise: Promise,
        start: datetime,
        due: datetime,
        pauses: Sequence[PauseLike] = (),
    ) -> datetime:
        if self.share is not None:
            return warn_at(calendar, promise, start, due, self.share, pauses)
        if self.before_hours is not None:
            return calendar.subtract(due, self.before_hours * 3600)
        day = calendar.local_date(calendar.add_working_days(due, -(self.before_days or 0)))
        return calendar.next_open(calendar.bounds(day)[0])


@dataclass(frozen=True, slots=True)
class Step:
    """So many working days after the due day, these roles are told."""

    after: int
    to: tuple[str, ...]


def warnings_of(raw: Any) -> tuple[Warn, ...]:
    """The warnings of a policy. Raises AlarmError."""
    return tuple(_warning(one) for one in _listed(raw))


def steps_of(raw: Any) -> tuple[Step, ...]:
    """The escalation steps of a policy, in order. Raises AlarmError."""
    steps = tuple(_step(one) for one in _listed(raw))
    if list(steps) != sorted(steps, key=lambda step: step.after):
        raise AlarmError("steps come in the order of their days")
    if len({step.after for step in steps}) < len(steps):
        raise AlarmError("two steps fall on one day")
    return steps


def _listed(raw: Any) -> list[Mapping[str, Any]]:
    if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
        raise AlarmError("a list of objects is expected")
    if len(raw) > MOST_STEPS:
        raise AlarmError(f"at most {MOST_STEPS} of them")
    return raw


def _warning(raw: Mapping[str, Any]) -> Warn:
    if len(raw) != 1:
        raise AlarmError("a warning has one of share, before_hours, before_days")
    [(name, value)] = raw.items()
    if name == "share":
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1:
            raise AlarmError("a share lies between 0 and 1")
        return Warn(share=float(value))
    if name not in ("before_hours", "before_days"):
        raise AlarmError(f"unknown warning {name!r}")
    return Warn(**{name: _whole(value, name)})


def _step(raw: Mapping[str, Any]) -> Step:
    if set(raw) != {"after", "to"}:
        raise AlarmError("a step has `after` and `to`")
    to = raw["to"]
    if not isinstance(to, list) or not to or not all(isinstance(role, str) for role in to):
        raise AlarmError("`to` is a list of roles")
    return Step(_whole(raw["after"], "after"), tuple(to))


def _whole(value: Any, name: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
        raise AlarmError(f"{name} is a whole number from 1 to {LONGEST}")
    return value


def name_of(happening: Happening, index: int) -> str:
    """The name of the index-th warning or step (from 0): `warning`, `warning_2`, …"""
    return str(happening) if index == 0 else f"{happening}_{index + 1}"


def read_name(name: str) -> tuple[Happening, int]:
    """The happening and its index behind a name."""
    kind, _, number = name.partition("_")
    return Happening(kind), int(number) - 1 if number else 0
