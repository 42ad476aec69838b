"""Making many clocks fall due at once, for the sweep to find."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from sla.models import Case, Clock
from sla.targets import ClockState, Happening, Target
from sla.timing import AFTER_DUE

CLOCKS_A_CASE = 2


def overdue_clocks(wanted: int, now: datetime) -> int:
    """Open finished cases again, with reply and department clocks that have just become overdue.

    Returns how many clocks are due. A scratch database is none the worse for it, but its figures
    no longer agree with its cases.
    """
    due = (now - timedelta(minutes=1)).replace(microsecond=0)
    cases = Case.objects.filter(stage="closed", verdict="met", clocks__target=Target.DEPARTMENT)
    keys = list(cases.order_by("pk").values_list("pk", flat=True)[: wanted // CLOCKS_A_CASE])
    Case.objects.filter(pk__in=keys).update(
        stage="in_progress", verdict="", verdict_at=None, replied_at=None, ended_at=None, due_at=due
    )
    clocks = Clock.objects.filter(
        case__in=keys, target__in=[Target.REPLY, Target.DEPARTMENT], round=1
    )
    return clocks.update(
        state=ClockState.RUNNING,
        finished_at=None,
        missed_at=None,
        due_at=due,
        next_event_at=due + AFTER_DUE,
        next_event=Happening.DUE,
    )


def ended_surveys(wanted: int, now: datetime) -> int:
    """Let the survey windows of answered cases end now; returns of how many."""
    at = now.replace(microsecond=0)
    clocks = Clock.objects.filter(
        target=Target.SURVEY, finished_at__isnull=True, case__stage="replied"
    )
    keys = list(clocks.order_by("pk").values_list("pk", flat=True)[:wanted])
    return Clock.objects.filter(pk__in=keys).update(
        due_at=at - timedelta(seconds=1), next_event_at=at, next_event=Happening.DUE
    )


def tidy() -> None:
    """What autovacuum does after so many rows were changed."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE sla_clock, sla_case")
