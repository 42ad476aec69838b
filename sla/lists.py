"""Lists of cases: the rows behind a number, and the order they are walked in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sla import selection, streams, wording
from sla.asking import Question
from sla.measures import SURVEYED
from sla.models import Case
from sla.periods import Period
from sla.scope import EVERYTHING, Scope
from sla.standing import Horizon
from sla.stock import OPEN, STOCKS

STILL_OPEN = "still_open"
"""Cases received in the period that are open now."""

AT_STAGE = "at_"
"""Before a stage's code: the open cases that stand there now."""


def is_list(named: str) -> bool:
    return (
        named in selection.LISTED
        or named == STILL_OPEN
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


def still_open(period: Period, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The open cases received in a period."""
    first, after = period.instants
    within = {"received_at__gte": first, "received_at__lt": after}
    return Case.objects.filter(OPEN, scope.q(unassigned=None), **within)


def at_stage(stage: str, scope: Scope = EVERYTHING) -> QuerySet[Case]:
    """The open cases that stand at a stage."""
    return Case.objects.filter(OPEN, scope.q(unassigned=None), stage=stage)


def rows_of(named: str, asked: Question, seen_from: Horizon) -> tuple[QuerySet[Any], str]:
    """The rows of a list (cases, or surveys with their case), and the field they are walked by."""
    if named in STOCKS:
        order = "due_at" if named in ("overdue", "due_soon") else "-received_at"
        stocked = selection.stocked(named, seen_from, asked.scope)
        return stocked.select_related("department"), order
    if named == STILL_OPEN:
        return still_open(asked.period, asked.scope).select_related("department"), "received_at"
    if named.startswith(AT_STAGE):
        standing = at_stage(named.removeprefix(AT_STAGE), asked.scope)
        return standing.select_related("department"), "-received_at"
    key = selection.Key(named, asked.period, asked.at, asked.basis, asked.scope)
    if named in SURVEYED:
        return selection.surveyed(key).select_related("case__department"), "-case__received_at"
    return selection.counted(key).select_related("department"), "-received_at"
