"""Which rows the measures ask for."""

from __future__ import annotations

import random
from datetime import datetime
from typing import NamedTuple

from accounts.actors import Role
from accounts.models import User
from foundation.keyset import capped_count, paginate
from inquiries.models import Inquiry
from sla.models import Case

PAGE = 25
DEEP = 1000


class Place(NamedTuple):
    """The last row before a page, newest first."""

    received_at: datetime
    pk: int


def user_with(role: Role) -> User:
    """A person of the house with this role."""
    return User.objects.filter(grants__role=role, username=role).get()


def handlers() -> dict[int, User]:
    """The people who handle or review cases, by key."""
    return {user.pk: user for user in User.objects.filter(username__startswith="bench-")}


def deep_place(page: int = DEEP) -> tuple[int, str, Place]:
    """The cursor of a far page of all cases, the page's number, and the row before it.

    Where there are fewer pages, the last full one.
    """
    cases = Case.objects.filter(stream="inquiry").only("pk", "received_at")
    found = capped_count(cases, page * PAGE).value
    before = min((page - 1) * PAGE, (found // PAGE - 1) * PAGE)
    skipped = paginate(cases, order="-received_at", size=before)
    assert skipped.next_cursor is not None
    last = skipped.items[-1]
    return before // PAGE + 1, skipped.next_cursor, Place(last.received_at, last.pk)


def cases_with_handler(wanted: int) -> list[tuple[str, int]]:
    """(Number, key of the handler) of cases, half of them still open where there are enough."""
    rng = random.Random(wanted)
    handled = Inquiry.objects.filter(handler__username__startswith="bench-")
    still_open = handled.filter(case__ended_at__isnull=True).order_by("pk")
    found = list(still_open.values_list("case__number", "handler_id")[: wanted // 2])
    highest = Inquiry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while len(found) < wanted:
        near = handled.filter(pk__gte=rng.randrange(highest)).order_by("pk")
        found += near.values_list("case__number", "handler_id")[:1]
    rng.shuffle(found)
    return found


def cases_to_approve(wanted: int) -> list[tuple[str, int, int]]:
    """(Number, version, department) of cases whose draft waits for a second person."""
    waiting = Inquiry.objects.filter(state="in_review", handler__username__startswith="bench-")
    rows = waiting.order_by("pk").values_list("case__number", "version", "case__department_id")
    return list(rows[:wanted])


def department_and_kind() -> dict[str, str]:
    """A department, by its code, and a kind of which it has cases."""
    newest = Case.objects.filter(department__code__startswith="bench-").order_by("-pk")
    code, kind = newest.values_list("department__code", "kind")[0]
    return {"department": code, "kind": kind}
