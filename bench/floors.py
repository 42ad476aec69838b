"""The least a database would have to do for each figure: bare SQL on the same rows.

A floor is no goal. It tells how much of a figure is the machine's and the database's, and makes
runs on different machines comparable.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.contrib.sessions.models import Session
from django.db import connection, models, transaction

from bench.due import overdue_clocks
from bench.samples import Place
from foundation.stamps import text_of
from inquiries.models import Inquiry, SearchEntry
from ledger.models import Event
from notices.models import InboxItem
from sla.figures.measures import MEASURES, civil_day
from sla.models import Case, Clock, Delta, Survey

Work = Callable[[], object]


def timed(work: Work, times: int, seconds: float) -> list[float]:
    """Seconds of each of up to `times` runs, for a time."""
    took: list[float] = []
    until = time.perf_counter() + seconds
    for _ in range(times):
        began = time.perf_counter()
        work()
        ended = time.perf_counter()
        took.append(ended - began)
        if ended > until:
            break
    return took


def submit() -> Work:
    """The rows of a submission in one transaction: case, inquiry, two clocks, event, two deltas,
    desk notice, search entry, and the citizen's session."""
    case = _sample(Case.objects.filter(stage="submitted"))
    inquiry = _sample(Inquiry.objects.filter(case_id=case["id"]))
    clocks = [_sample(Clock.objects.filter(case_id=case["id"], target=t)) for t in _FIRST]
    event = _sample(Event.objects.filter(move="submit"))
    notice = _sample(InboxItem.objects.all())
    entry = _sample(SearchEntry.objects.filter(case_id=case["id"]))
    # Counted as what it is, for the board measured later must balance.
    delta = _delta(case) | {"received": 1}

    def work() -> None:
        key = secrets.token_hex(8)
        session = {"session_key": key, "session_data": "x" * 200, "expire_date": case["due_at"]}
        with transaction.atomic(), connection.cursor() as cursor:
            case_id = _insert(cursor, Case, case | {"number": key})
            fresh = {"case_id": case_id, "submission_key": key}
            _insert(cursor, Inquiry, inquiry | fresh)
            _insert(cursor, Clock, *(clock | {"case_id": case_id} for clock in clocks))
            _insert(cursor, Event, event | {"case_number": key})
            _insert(cursor, Delta, delta | {"basis": "receipt"}, delta | {"basis": "event"})
            _insert(cursor, InboxItem, notice)
            _insert(cursor, SearchEntry, entry | {"case_id": case_id})
            _insert(cursor, Session, session)

    return work


def reply(now: datetime) -> Work:
    """The rows of an answer in one transaction: four updates, and survey, survey clock, event and
    two deltas; on answered cases, whose values are written once more."""
    found = Case.objects.filter(stage="closed", verdict="met").order_by("-pk")[:1000]
    numbers = iter(list(found.values_list("pk", "number")))
    event = _sample(Event.objects.filter(move="reply"))
    survey = _sample(Survey.objects.all())
    clock = _sample(Clock.objects.filter(target="survey", finished_at__isnull=False))
    delta = _delta(_sample(found))

    def work() -> None:
        pk, number = next(numbers)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_UPDATE_CASE, [now, now, pk])
            cursor.execute("UPDATE inquiries_inquiry SET version = 9 WHERE case_id = %s", [pk])
            cursor.execute(_UPDATE_REPLY, [now, pk])
            cursor.execute(_UPDATE_CLOCKS, [now, pk])
            _insert(cursor, Survey, survey | {"case_id": pk, "round": 9, "token": None})
            _insert(cursor, Clock, clock | {"case_id": pk})
            _insert(cursor, Event, event | {"case_number": number, "seq": 99})
            _insert(cursor, Delta, delta | {"basis": "receipt"}, delta | {"basis": "event"})

    return work


_FIRST = ("acceptance", "reply")
_UPDATE_CASE = "UPDATE sla_case SET replied_at = %s, ended_at = %s, rating = rating WHERE id = %s"
_UPDATE_CLOCKS = (
    "UPDATE sla_clock SET finished_at = %s WHERE case_id = %s AND target IN ('reply', 'department')"
)
_UPDATE_REPLY = (
    "UPDATE inquiries_reply SET approved_at = %s WHERE inquiry_id ="
    " (SELECT id FROM inquiries_inquiry WHERE case_id = %s)"
)


def first_page() -> Work:
    """One SELECT of a page of case lines with their departments, newest first."""
    return _select(f"{_PAGE} WHERE stream = 'inquiry' {_NEWEST}")


def deep_page(place: Place) -> Work:
    """The same SELECT, beginning after a known row."""
    return _select(f"{_PAGE} WHERE (received_at, c.id) < (%s, %s) {_NEWEST}", *place)


_PAGE = "SELECT c.*, d.name FROM sla_case c LEFT JOIN accounts_department d ON d.id = department_id"
_NEWEST = "ORDER BY received_at DESC, c.id DESC LIMIT 26"


def department_page(department_id: int) -> Work:
    """One SELECT of a department's open cases by due date."""
    return _select(
        f"{_PAGE} WHERE department_id = %s AND ended_at IS NULL AND due_at IS NOT NULL"
        " ORDER BY due_at, c.id LIMIT 26",
        department_id,
    )


def case_page(numbers: Sequence[str]) -> Work:
    """One SELECT of a case and its inquiry by number."""
    waiting = iter(numbers)

    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM sla_case c JOIN inquiries_inquiry i ON i.case_id = c.id"
                " WHERE c.number = %s",
                [next(waiting)],
            )
            cursor.fetchall()

    return work


def board(now: datetime) -> Work:
    """One SELECT of the year's figures by department from the rollups."""
    sums = ", ".join(f"SUM({measure})" for measure in MEASURES)
    return _select(
        f"SELECT department_id, {sums} FROM sla_rollup WHERE grain = 'month'"
        " AND basis = 'receipt' AND day >= %s GROUP BY department_id",
        now.date() - timedelta(days=365),
    )


def search(scope: str, word: str) -> Work:
    """One SELECT of the newest cases whose words hold the word."""
    order = "published_at" if scope == "public" else "received_at"
    if connection.vendor == "postgresql":
        found, wanted = "s.vector @@ %s::tsquery", f"'{word}'"
    else:
        found = "s.id IN (SELECT rowid FROM inquiries_search_fts WHERE terms MATCH %s)"
        wanted = f'"{word}"'
    return _select(
        "SELECT c.number, c.title FROM inquiries_searchentry s JOIN sla_case c ON c.id = s.case_id"
        f" WHERE {found} AND s.scope = %s AND c.{order} IS NOT NULL"
        f" ORDER BY c.{order} DESC, c.id DESC LIMIT 20",
        wanted,
        scope,
    )


def idle_sweep(now: datetime) -> Work:
    """One SELECT that finds nothing due."""
    return _select("SELECT id FROM sla_clock WHERE next_event_at <= %s LIMIT 1", now)


def sweep(now: datetime, clocks: int) -> Work:
    """Four statements over all clocks at once: events, clocks, verdicts, desk notices."""
    overdue_clocks(clocks, now)
    due = "FROM sla_clock c WHERE next_event_at <= %s"

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO sla_clockevent (clock_id, revision, kind, at, swept_at)"
                f" SELECT id, revision, 'due', next_event_at, %s {due}",
                [now, now],
            )
            cursor.execute(
                "UPDATE sla_case SET verdict = 'missed', verdict_at = due_at"
                f" WHERE id IN (SELECT case_id {due})",
                [now],
            )
            cursor.execute(
                "INSERT INTO notices_inboxitem (role, kind, case_number, context, created_at)"
                f" SELECT 'supervisor', 'clock_due', case_id, '{{}}', next_event_at {due}",
                [now],
            )
            cursor.execute(
                "UPDATE sla_clock SET state = 'missed', missed_at = due_at, next_event = '',"
                " next_event_at = NULL WHERE next_event_at <= %s",
                [now],
            )

    return work


def proof() -> Work:
    """All events and clocks read once, and the events' data hashed."""

    def work() -> None:
        columns = ("case_number", "seq", text_of("at"), "move", text_of("data"), "hash")
        events = Event.objects.order_by().values_list(*columns)
        for *_, data, _hash in events.iterator(chunk_size=5000):
            sha256(data.encode()).hexdigest()
        clocks = Clock.objects.order_by().values_list("case_id", "state", text_of("due_at"))
        for _ in clocks.iterator(chunk_size=5000):
            pass

    return work


def _select(sql: str, *values: Any) -> Work:
    def work() -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            cursor.fetchall()

    return work


def _sample(rows: models.QuerySet[Any]) -> dict[str, Any]:
    found = rows.values().first()
    assert found is not None
    return found


def _delta(case: dict[str, Any]) -> dict[str, Any]:
    """A row of figures as a move of this case would write it."""
    return {
        "day": civil_day(case["received_at"]),
        "department_id": case["department_id"] or 0,
        "kind": case["kind"],
        "channel": case["channel"],
        "category": case["category"],
        "district": case["district"],
        "handler": str(case["handler_id"] or ""),
        **dict.fromkeys(MEASURES, 0),
    }


def _insert(cursor: Any, model: type[models.Model], *rows: dict[str, Any]) -> int:
    """Insert rows in one statement; the key of one of them."""
    fields = _fields(model)
    values = [f.get_db_prep_save(row[f.attname], connection) for row in rows for f in fields]
    cursor.execute(_statement(model, len(rows)), values)
    found = cursor.fetchone()
    return int(found[0]) if model is not Session else 0


@lru_cache
def _fields(model: type[models.Model]) -> list[models.Field]:
    return [f for f in model._meta.concrete_fields if not isinstance(f, models.AutoField)]


@lru_cache
def _statement(model: type[models.Model], rows: int) -> str:
    fields, key = _fields(model), model._meta.pk
    assert key is not None
    columns = ", ".join(f'"{f.column}"' for f in fields)
    marks = ", ".join(["(" + ", ".join(["%s"] * len(fields)) + ")"] * rows)
    table = model._meta.db_table
    return f"INSERT INTO {table} ({columns}) VALUES {marks} RETURNING {key.column}"
