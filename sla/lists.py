"""Lists of cases: the rows behind a number, and the order they are walked in."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from sla import selection
from sla.asking import Question
from sla.standing import Horizon
from sla.stock import STOCKS


def rows_of(named: str, asked: Question, seen_from: Horizon) -> tuple[QuerySet[Any], str]:
    """The rows of a list (cases, or surveys with their case), and the field they are walked by."""
    if named in STOCKS:
        order = "due_at" if named in ("overdue", "due_soon") else "-received_at"
        stocked = selection.stocked(named, seen_from, asked.scope)
        return stocked.select_related("department"), order
    key = selection.Key(named, asked.period, asked.at, asked.basis, asked.scope)
    if named in selection.SURVEYED:
        return selection.surveyed(key).select_related("case__department"), "-case__received_at"
    return selection.counted(key).select_related("department"), "-received_at"
