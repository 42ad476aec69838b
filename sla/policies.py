"""Which rule applies: the narrowest one for a case, and of its versions the newest one active.

A rule for a department goes before one for a topic, and that before one for a kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from itertools import product
from typing import Any

from django.db import connection

from sla.models import Policy, WorkCalendar
from sla.targets import Target
from sla.worktime import Promise

Scope = tuple[str, int | None, str, str]
"""Target, department, topic and kind of a rule; empty means every one."""


class NoPolicy(Exception):
    """No active rule for a target; the bureau's set-up is incomplete."""


class PolicyBook:
    """All rules of one stream. Get it from `book_of`."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._rows: dict[Scope, list[Policy]] = {}
        rows = Policy.objects.filter(stream=stream).select_related("calendar")
        for row in rows.order_by("-active_from"):
            self._rows.setdefault(scope_of(row), []).append(row)
        own = WorkCalendar.objects.filter(department__isnull=False)
        self._own = {calendar.department_id: calendar for calendar in own}

    def find(
        self,
        target: Target,
        kind: str,
        at: datetime,
        *,
        category: str = "",
        department_id: int | None = None,
    ) -> Policy:
        """The rule active at an instant for a case. Raises NoPolicy."""
        for scope in scopes(target, kind, category, department_id):
            if (policy := self.active(scope, at)) is not None:
                return policy
        raise NoPolicy(f"{self._stream}/{target}/{kind}: no policy active at {at}")

    def active(self, scope: Scope, at: datetime) -> Policy | None:
        """The version of a rule that is in force at an instant."""
        return next((p for p in self._rows.get(scope, ()) if p.active_from <= at), None)

    def would_rule(
        self, rule: Scope, kind: str, at: datetime, *, category: str, department_id: int | None
    ) -> bool:
        """Whether a rule of this scope, were it in force, would be the one found for a case."""
        for scope in scopes(rule[0], kind, category, department_id):
            if scope == rule:
                return True
            if self.active(scope, at) is not None:
                return False
        return False

    def rules(self) -> Mapping[Scope, list[Policy]]:
        """The versions of every rule, newest first."""
        return self._rows

    def calendar_of(self, policy: Policy, department_id: int | None = None) -> WorkCalendar:
        """The calendar a clock runs on: the department's own hours, if it has any."""
        own = self._own.get(department_id)
        return own if own is not None and own.based_on_id == policy.calendar_id else policy.calendar

    def newest(self, target: Target, at: datetime) -> Policy | None:
        """The rule for a target that became active last, whatever the kind of case."""
        active = [
            policy
            for (of, *_), policies in self._rows.items()
            if of == target
            for policy in policies
            if policy.active_from <= at
        ]
        return max(active, key=lambda policy: (policy.active_from, -policy.pk), default=None)


def scopes(target: str, kind: str, category: str, department_id: int | None) -> Iterator[Scope]:
    """The scopes in which a rule for a case is looked for, the narrowest first."""
    for department, topic, sort in product((department_id, None), (category, ""), (kind, "")):
        yield target, department, topic, sort


def scope_of(policy: Policy) -> Scope:
    """What a rule is for; rules of one scope are versions of each other."""
    return policy.target, policy.department_id, policy.category, policy.kind


_STATE = """
    SELECT p.*, c.version, c.name, own.n, own.v FROM sla_policy p
    JOIN sla_workcalendar c ON c.id = p.calendar_id
    CROSS JOIN (SELECT COUNT(*) AS n, SUM(version) AS v FROM sla_workcalendar) own
    WHERE p.stream = %s ORDER BY p.id
"""
_HOLD = "SELECT id FROM sla_workcalendar WHERE based_on_id IS NULL ORDER BY id FOR SHARE;"
_books: dict[str, tuple[Any, PolicyBook]] = {}


def book_of(stream: str, *, held: bool = False) -> PolicyBook:
    """The rules of a stream as they stand now. One query.

    Every page and most moves ask for them, and they change a few times a year: each process
    keeps its book and makes a new one only when any value in the tables has changed.

    `held`: and as they stand until this transaction ends. Who starts clocks asks for that, so that
    no change of rules or calendars is applied between reading them and writing the clocks.
    """
    with connection.cursor() as cursor:
        if held and connection.features.has_select_for_update:
            # Two statements in one: the rules are read when the lock is held, not before.
            cursor.execute(_HOLD + _STATE, [stream])
            cursor.nextset()
        else:
            cursor.execute(_STATE, [stream])
        state = cursor.fetchall()
    known = _books.get(stream)
    if known is None or known[0] != state:
        known = _books[stream] = (state, PolicyBook(stream))
    return known[1]


def hold_books() -> None:
    """Wait for the transactions that hold a book, and keep others from holding one until this one
    ends. Those who hold a book do not wait for each other, nor for one who waits for them."""
    house = WorkCalendar.objects.filter(based_on=None).order_by("pk")
    list(house.select_for_update(no_key=True).values_list("pk"))


def promise_of(policy: Policy, extra: int = 0) -> Promise:
    """The promise as the working-time engine takes it; `extra` are units granted by extension."""
    return _promise(policy.unit, policy.amount + extra, policy.cutoff)


@lru_cache(maxsize=256)
def _promise(unit: str, amount: int, cutoff: str) -> Promise:
    return Promise(unit=unit, amount=amount, cutoff=cutoff)
