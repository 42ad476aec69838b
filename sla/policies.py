"""Which rule applies: by stream, target and kind, the newest one active."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection

from sla.models import Policy
from sla.targets import Target
from sla.worktime import Promise


class NoPolicy(Exception):
    """No active rule for a target; the bureau's set-up is incomplete."""


class PolicyBook:
    """All rules of one stream. Get it from `book_of`."""

    def __init__(self, stream: str) -> None:
        self._stream = stream
        self._rows: dict[tuple[str, str], list[Policy]] = {}
        rows = Policy.objects.filter(stream=stream).select_related("calendar")
        for row in rows.order_by("-active_from"):
            self._rows.setdefault((row.target, row.kind), []).append(row)

    def find(self, target: Target, kind: str, at: datetime) -> Policy:
        """The rule active at an instant for a kind of case, else the one for every kind.

        Raises NoPolicy.
        """
        for key in ((target, kind), (target, "")):
            for policy in self._rows.get(key, ()):
                if policy.active_from <= at:
                    return policy
        raise NoPolicy(f"{self._stream}/{target}/{kind}: no policy active at {at}")

    def newest(self, target: Target, at: datetime) -> Policy | None:
        """The rule for a target that became active last, whatever the kind of case."""
        active = [
            policy
            for (of, _), policies in sorted(self._rows.items())
            if of == target
            for policy in policies
            if policy.active_from <= at
        ]
        return max(active, key=lambda policy: policy.active_from, default=None)


_STATE = """
    SELECT p.*, c.version, c.name FROM sla_policy p
    JOIN sla_workcalendar c ON c.id = p.calendar_id WHERE p.stream = %s ORDER BY p.id
"""
_books: dict[str, tuple[Any, PolicyBook]] = {}


def book_of(stream: str) -> PolicyBook:
    """The rules of a stream as they stand now. One query.

    Every page and most moves ask for them, and they change a few times a year: each process
    keeps its book and makes a new one only when any value in the tables has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STATE, [stream])
        state = cursor.fetchall()
    known = _books.get(stream)
    if known is None or known[0] != state:
        known = _books[stream] = (state, PolicyBook(stream))
    return known[1]


def promise_of(policy: Policy, extra: int = 0) -> Promise:
    """The promise as the working-time engine takes it; `extra` are units granted by extension."""
    return Promise(unit=policy.unit, amount=policy.amount + extra, cutoff=policy.cutoff)
