"""Lists of cases: the rows behind a number, and the order they are walked in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.db.models import QuerySet

from sla import streams
from sla.figures.measures import MEASURES
from sla.figures.periods import Period
from sla.figures.scope import EVERYTHING, Scope
from sla.figures.stock import OPEN, STOCKS, Stock
from sla.lists import selection
from sla.lists.membership import members
from sla.lists.numbers import number_of
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


def of_period(named: str) -> bool:
    """Whether a list is of what is counted in a period, as it was known at any instant."""
    return named in MEASURES or named in (*selection.DENOMINATORS, selection.SILENT)


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


def listing(
    named: str,
    asked: Question,
    seen_from: Horizon,
    sort: Sort | None = None,
    *,
    stock: Stock | None = None,
) -> Listing:
    """The rows of a list, sorted as asked for or in its usual order.

    A list of a past instant is the very set that was counted then. `stock`: what lies open in the
    whole house, where it has been counted already.
    """
    order = (sort or usual(named, asked.basis)).order(named)
    key = selection.Key(named, asked.period, asked.at, asked.basis, asked.scope)
    if asked.of_the_past and of_period(named):
        rows = selection.possible(key).select_related(_owner(named))
        return Listing(rows, order, keep=members(key), then=asked.at)
    made = walked(of_today(key, seen_from), order, key)
    if of_period(named):
        return replace(made, number=number_of(key))
    return replace(made, number=_stocked(named, asked.scope, stock) if stock else None)


def of_today(key: selection.Key, seen_from: Horizon) -> QuerySet[Any]:
    """The cases, or surveys with their case, of a list by today's facts."""
    if key.measure in STOCKS:
        return selection.stocked(key.measure, seen_from, key.scope)
    if key.measure == STILL_OPEN:
        return still_open(key.period, key.scope)
    if key.measure == UNANSWERED:
        return unanswered(key.period, key.scope)
    if key.measure.startswith(AT_STAGE):
        return at_stage(key.measure.removeprefix(AT_STAGE), key.scope)
    surveys = key.measure in selection.OF_SURVEYS
    return selection.surveyed(key) if surveys else selection.counted(key)


def walked(rows: QuerySet[Any], order: str, key: selection.Key) -> Listing:
    """Rows of today in an order, and how they are found fast."""
    rows = rows.select_related(_owner(key.measure))
    if key.measure in selection.OF_SURVEYS or not of_period(key.measure):
        return Listing(rows, order)
    return Listing(rows, order, bands(rows, order, key), by_receipt(rows, key))


def _owner(named: str) -> str:
    return "case__department" if named in selection.OF_SURVEYS else "department"


def _stocked(named: str, scope: Scope, stock: Stock) -> int | None:
    """How many cases a list of a stock has, if those of the house and its departments tell it."""
    if (
        named not in STOCKS
        or replace(scope, department_id=None, unsurveyed=frozenset()) != EVERYTHING
    ):
        return None
    of = stock.total if scope.department_id is None else stock.of(scope.department_id)
    return of[named]
