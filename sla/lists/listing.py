"""Lists of cases: the rows behind a number, and the order they are walked in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sla import streams
from sla.figures.periods import Period
from sla.figures.scope import EVERYTHING, Scope
from sla.figures.stock import OPEN, STOCKS
from sla.lists import selection
from sla.lists.membership import members
from sla.lists.sorting import Sort, columns_of, usual
from sla.lists.walking import Listing, bands, by_receipt
from sla.models import Case
from sla.standing import Horizon
from sla.supervision import wording
from sla.supervision.asking import Question

STILL_OPEN = "still_open"
"""Cases received in the period that are open now."""

UNANSWERED = "unanswered"
"""Those of them that have never been answered: not the ones taken up again."""

AT_STAGE = "at_"
"""Before a stage's code: the open cases that stand there now."""


def is_list(named: str) -> bool:
    return (
        named in selection.LISTED
        or named in (STILL_OPEN, UNANSWERED)
        or (named.startswith(AT_STAGE) and named.removeprefix(AT_STAGE) in streams.words("stages"))
    )


def label_of(named: str) -> str:
    """The name of a list."""
    if named.startswith(AT_STAGE):
        return streams.word("stages", named.removeprefix(AT_STAGE))
    return str(wording.COUNTS["open" if named == STILL_OPEN else named])


def of_now(named: str) -> bool:
    """Whether a list is of what lies open now, whenever it was received."""
    return named in STOCKS or named.startswith(AT_STAGE)


def sorts_of(named: str, asked: Question) -> tuple[str, ...]:
    """What a list can be sorted by. One of a past instant keeps its usual order,
    by a date that never changes."""
    if asked.of_the_past and not of_now(named):
        return columns_of(named, asked.basis)[:1]
    return columns_of(named, asked.basis)


def still_open(period: Period, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The open cases received in a period."""
    first, after = period.instants
    within = {"received_at__gte": first, "received_at__lt": after}
    return Case.objects.filter(OPEN, scope.q(unassigned=None), **within)


def unanswered(period: Period, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The open cases received in a period that nobody has answered yet."""
    return still_open(period, scope).filter(replied_at__isnull=True)


def at_stage(stage: str, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The open cases that stand at a stage."""
    return Case.objects.filter(OPEN, scope.q(unassigned=None), stage=stage)


def listing(named: str, asked: Question, seen_from: Horizon, sort: Sort | None = None) -> Listing:
    """The rows of a list, sorted as asked for or in its usual order.

    A list of a past instant is the very set that was counted then.
    """
    order = (sort or usual(named, asked.basis)).order(named)
    if named in STOCKS:
        rows: QuerySet[Any] = selection.stocked(named, seen_from, asked.scope)
    elif named == STILL_OPEN:
        rows = still_open(asked.period, asked.scope)
    elif named == UNANSWERED:
        rows = unanswered(asked.period, asked.scope)
    elif named.startswith(AT_STAGE):
        rows = at_stage(named.removeprefix(AT_STAGE), asked.scope)
    else:
        return _of_period(named, asked, order)
    return Listing(rows.select_related("department"), order)


def _of_period(named: str, asked: Question, order: str) -> Listing:
    key = selection.Key(named, asked.period, asked.at, asked.basis, asked.scope)
    owner = "case__department" if named in selection.OF_SURVEYS else "department"
    if asked.of_the_past:
        rows = selection.possible(key).select_related(owner)
        return Listing(rows, order, keep=members(key), then=asked.at)
    if named in selection.OF_SURVEYS:
        return Listing(selection.surveyed(key).select_related(owner), order)
    rows = selection.counted(key).select_related(owner)
    return Listing(rows, order, bands(rows, order, key), by_receipt(rows, key))
