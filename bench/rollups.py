"""The figures of a filled database, added up by SQL from the case lines."""

from __future__ import annotations

from typing import Any

from django.db import connection

from sla.figures.measures import PARTS
from sla.models import DayTotal, Delta, MonthTotal, PartRollup, Rollup

CASES = "sla_case c"
SURVEYS = "sla_survey s JOIN sla_case c ON c.id = s.case_id"

FACTS = {
    "received": (CASES, "c.received_at", "TRUE"),
    "excluded": (CASES, "c.excluded_at", "c.excluded_at IS NOT NULL AND c.replied_at IS NULL"),
    "replied": (CASES, "c.replied_at", "c.replied_at IS NOT NULL"),
    "dispatched": (CASES, "c.dispatched_at", "c.dispatched_at IS NOT NULL"),
    "published": (CASES, "c.published_at", "c.published_at IS NOT NULL"),
    "met": (CASES, "c.verdict_at", "c.verdict = 'met'"),
    "missed": (CASES, "c.verdict_at", "c.verdict = 'missed'"),
    "asked": (SURVEYS, "s.asked_at", "TRUE"),
    "rated": (SURVEYS, "s.rated_at", "s.rating IS NOT NULL"),
    "satisfied": (SURVEYS, "s.rated_at", "s.rating >= 3"),
}
"""Measure: where it is read, the instant it belongs to, and which rows count.

Written apart from `sla.figures.measures` on purpose: `verify` compares the two.
"""

KEYS = "basis, day, department_id, kind, channel"


def rebuild(*, parts: bool = True) -> None:
    """Make the rollups anew, with those by topic, district and handler or without; no delta is
    left to be folded."""
    Rollup.objects.all().delete()
    Delta.objects.all().delete()
    PartRollup.objects.all().delete()
    DayTotal.objects.all().delete()
    MonthTotal.objects.all().delete()
    sums = ", ".join(f"SUM(CASE WHEN measure = '{name}' THEN n ELSE 0 END)" for name in FACTS)
    counted = " UNION ALL ".join(_count(name, basis, parts) for name in FACTS for basis in _DAYS)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMP TABLE bench_facts AS {counted}")
        cursor.execute(
            f"INSERT INTO sla_rollup (grain, {KEYS}, {', '.join(FACTS)})"
            f" SELECT 'day', {KEYS}, {sums} FROM bench_facts GROUP BY {KEYS}"
        )
        for part in PARTS if parts else ():
            cursor.execute(
                f"INSERT INTO sla_partrollup (grain, {KEYS}, part, value, {', '.join(FACTS)})"
                f" SELECT 'day', {KEYS}, '{part}', {part}, {sums} FROM bench_facts"
                f" GROUP BY {KEYS}, {part}"
            )
        cursor.execute("DROP TABLE bench_facts")
        _by_month(cursor, "sla_rollup", "")
        _by_month(cursor, "sla_partrollup", ", part, value")
        _totals(cursor)


def _by_month(cursor: Any, table: str, more: str) -> None:
    added = ", ".join(f"SUM({name})" for name in FACTS)
    month = _first_of_month()
    cursor.execute(
        f"INSERT INTO {table} (grain, {KEYS}{more}, {', '.join(FACTS)})"
        f" SELECT 'month', basis, {month}, department_id, kind, channel{more}, {added}"
        f" FROM {table} WHERE grain = 'day'"
        f" GROUP BY basis, {month}, department_id, kind, channel{more}"
    )


def _totals(cursor: Any) -> None:
    cursor.execute(
        f"INSERT INTO sla_daytotal (basis, day, {', '.join(FACTS)})"
        f" SELECT basis, day, {', '.join(f'SUM({name})' for name in FACTS)}"
        " FROM sla_rollup WHERE grain = 'day' GROUP BY basis, day"
    )
    cursor.execute(
        f"INSERT INTO sla_monthtotal (basis, day, department_id, {', '.join(FACTS)})"
        f" SELECT basis, day, department_id, {', '.join(f'SUM({name})' for name in FACTS)}"
        " FROM sla_rollup WHERE grain = 'month' GROUP BY basis, day, department_id"
    )


_DAYS = ("receipt", "event")


def _count(measure: str, basis: str, parts: bool) -> str:
    source, instant, condition = FACTS[measure]
    day = civil_day_sql("c.received_at" if basis == "receipt" else instant)
    return (
        f"SELECT '{measure}' AS measure, '{basis}' AS basis, {day} AS day,"
        f" COALESCE(c.department_id, 0) AS department_id, c.kind, c.channel,"
        f" {_OF_PARTS if parts else ''} COUNT(*) AS n"
        f" FROM {source} WHERE {condition} GROUP BY 3, 4, 5, 6{', 7, 8, 9' if parts else ''}"
    )


_OF_PARTS = "c.category, c.district, COALESCE(CAST(c.handler_id AS TEXT), '') AS handler,"


def civil_day_sql(instant: str) -> str:
    """The day in China; the clocks there have not been changed since 1991."""
    if connection.vendor == "postgresql":
        return f"({instant} AT TIME ZONE 'Asia/Shanghai')::date"
    return f"date({instant}, '+8 hours')"


def _first_of_month() -> str:
    if connection.vendor == "postgresql":
        return "date_trunc('month', day)::date"
    return "date(day, 'start of month')"
