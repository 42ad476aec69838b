"""What goes into a person's morning digest. Pure.

Every open case has one owner: who must act next. A case stands in one section only, the most
urgent it belongs to. Supervisors see, besides, what is overdue in each department.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from accounts.actors import Role
from inquiries.states import State

MOST_LISTED = 15
"""Cases of a section written out; the others are counted and stand on the desk."""

MOST_OF_A_DEPARTMENT = 5


class Section(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    SOON = "soon"
    ASSIGNED = "assigned"
    REVIEW = "review"
    WAITING = "waiting"


ALWAYS = frozenset({Section.OVERDUE})
"""Cannot be switched off."""


class Day(Protocol):
    """The instants a digest is composed by; `reminders.hours.Morning` has them."""

    @property
    def at(self) -> datetime: ...
    @property
    def since(self) -> datetime: ...
    @property
    def today_until(self) -> datetime: ...
    @property
    def soon_until(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Line:
    """An open case. `due_at` None: it waits for the citizen and its clock stands still.

    `handler_id` is None, too, when the handler has left: then it is the department's again.
    """

    number: str
    title: str
    stage: str
    department_id: int | None
    handler_id: int | None
    due_at: datetime | None
    assigned_at: datetime | None
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person's roles and choices, as far as a digest depends on them."""

    user_id: int
    department_id: int | None
    roles: frozenset[Role]
    digest: bool = True
    warnings: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A section: how many cases, and the first of them, the most urgent first."""

    section: Section
    n: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Overdue:
    """What is overdue in one department (None: not dispatched yet), the oldest first.

    `new` of them became so since the working day before began; `escalated` passed a step of
    their rule without an answer.
    """

    department_id: int | None
    n: int
    new: int
    escalated: int
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Composed:
    """A digest; false when there is nothing to tell."""

    parts: list[Part] = field(default_factory=list)
    departments: list[Overdue] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """How many cases it speaks of, own and supervised."""
        return sum(part.n for part in self.parts) + sum(one.n for one in self.departments)

    def __bool__(self) -> bool:
        return self.cases > 0


Owner = tuple[str, int]


def owner_of(line: Line) -> Owner:
    """Who must act next: a handler, the handlers or reviewers of a department, or intake."""
    department = line.department_id or 0
    if line.stage in (State.SUBMITTED, State.ACCEPTED) or not department:
        return Role.INTAKE, 0
    if line.stage == State.IN_REVIEW:
        return Role.REVIEWER, department
    if line.stage != State.ASSIGNED and line.handler_id:
        return "user", line.handler_id
    return Role.HANDLER, department


def owned_by(person: Wanted) -> list[Owner]:
    """All owners a person is, or is one of."""
    found: list[Owner] = [("user", person.user_id)]
    if Role.INTAKE in person.roles:
        found.append((Role.INTAKE, 0))
    if person.department_id:
        in_department = (Role.HANDLER, Role.REVIEWER)
        found += [(role, person.department_id) for role in in_department if role in person.roles]
    return found


def section_of(line: Line, day: Day) -> Section | None:
    """The most urgent section a case belongs to, if any."""
    if line.stage == State.AWAITING_CITIZEN or line.due_at is None:
        return Section.WAITING
    for section, until in ((Section.TODAY, day.today_until), (Section.SOON, day.soon_until)):
        if line.due_at < day.at:
            return Section.OVERDUE
        if line.due_at <= until:
            return section
    if line.stage == State.IN_REVIEW:
        return Section.REVIEW
    fresh = line.assigned_at is not None and line.assigned_at >= day.since
    return Section.ASSIGNED if line.stage == State.ASSIGNED and fresh else None


class Pool:
    """All lines of a morning, by owner; what is overdue, by department."""

    def __init__(self, lines: Iterable[Line], day: Day) -> None:
        self._day = day
        self._by_owner: dict[Owner, dict[Section, list[Line]]] = {}
        self._overdue: defaultdict[int | None, list[Line]] = defaultdict(list)
        for line in lines:
            section = section_of(line, day)
            if section is None:
                continue
            mine = self._by_owner.setdefault(owner_of(line), {})
            mine.setdefault(section, []).append(line)
            if section == Section.OVERDUE:
                self._overdue[line.department_id].append(line)

    def compose(self, person: Wanted) -> Composed:
        """What this person is told in the morning."""
        wanted = [section for section in Section if _wants(person, section)]
        parts = []
        for section in wanted:
            lines = [
                line
                for owner in owned_by(person)
                for line in self._by_owner.get(owner, {}).get(section, ())
            ]
            if lines:
                parts.append(Part(section, len(lines), _first(lines, MOST_LISTED)))
        supervises = Role.SUPERVISOR in person.roles
        return Composed(parts, self._supervised() if supervises else [])

    def _supervised(self) -> list[Overdue]:
        """The departments with something overdue, those with most first."""
        found = [
            Overdue(
                department_id=department_id,
                n=len(lines),
                new=sum(
                    line.due_at is not None and line.due_at >= self._day.since for line in lines
                ),
                escalated=sum(line.escalated for line in lines),
                lines=_first(lines, MOST_OF_A_DEPARTMENT),
            )
            for department_id, lines in self._overdue.items()
        ]
        return sorted(found, key=lambda one: (-one.n, one.department_id or 0))


def _wants(person: Wanted, section: Section) -> bool:
    if section in ALWAYS:
        return True
    return person.digest and (person.warnings or section != Section.SOON)


def _first(lines: Sequence[Line], most: int) -> list[Line]:
    def urgency(line: Line) -> tuple[bool, float, str]:
        due = line.due_at
        return due is None, due.timestamp() if due else 0.0, line.number

    return sorted(lines, key=urgency)[:most]
