"""From a few hundred lives to many: one INSERT..SELECT for each table that hangs on a case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from django.core.management.color import no_style
from django.db import connection, models

from bench.chains import write_chains
from bench.copies import TABLE
from inquiries.models import (
    ExtensionRequest,
    FollowUp,
    Inquiry,
    Remark,
    ReopenRequest,
    Reply,
    SearchEntry,
)
from ledger.models import Event
from notices.models import InboxItem
from sla.models import Case, Clock, ClockPause, Survey

BY_INQUIRY = "JOIN inquiries_inquiry i ON i.id = t.inquiry_id JOIN {m} m ON m.case_id = i.case_id"
BY_CASE = "JOIN {m} m ON m.case_id = t.case_id"

OWN_DEPARTMENT = "CASE WHEN t.department_id IS NULL THEN NULL ELSE m.department_id END"
OWN_HANDLER = "CASE WHEN t.{0} IS NULL THEN NULL ELSE m.handler_id END"
OWN_REVIEWER = "CASE WHEN t.{0} IS NULL THEN NULL ELSE m.reviewer_id END"


@dataclass(frozen=True)
class Multiplied:
    """A table, how its rows find their copies, and the columns that a copy has of its own."""

    model: type[models.Model]
    join: str
    own: dict[str, str] = field(default_factory=dict)


MULTIPLIED = (
    Multiplied(
        Case,
        "JOIN {m} m ON m.case_id = t.id",
        {
            "number": "m.number",
            "department_id": OWN_DEPARTMENT,
            "handler_id": OWN_HANDLER.format("handler_id"),
        },
    ),
    Multiplied(
        Inquiry,
        BY_CASE,
        {
            "phone": "m.phone",
            "submission_key": "substr(t.submission_key, 1, 50) || '-' || m.k",
            "handler_id": OWN_HANDLER.format("handler_id"),
        },
    ),
    Multiplied(Clock, BY_CASE, {"department_id": OWN_DEPARTMENT}),
    Multiplied(
        ClockPause, "JOIN sla_clock c ON c.id = t.clock_id JOIN {m} m ON m.case_id = c.case_id"
    ),
    Multiplied(
        Survey,
        BY_CASE,
        {
            "department_id": OWN_DEPARTMENT,
            "handler_id": OWN_HANDLER.format("handler_id"),
            "token": "NULL",
        },
    ),
    Multiplied(
        Reply,
        BY_INQUIRY,
        {
            "drafted_by_id": "m.handler_id",
            "approved_by_id": OWN_REVIEWER.format("approved_by_id"),
            "published_by_id": OWN_REVIEWER.format("published_by_id"),
        },
    ),
    Multiplied(Remark, BY_INQUIRY),
    Multiplied(ReopenRequest, BY_INQUIRY),
    Multiplied(ExtensionRequest, BY_INQUIRY),
    Multiplied(FollowUp, BY_INQUIRY),
    Multiplied(SearchEntry, BY_CASE, {"terms": "t.terms || ' ' || m.words"}),
    Multiplied(Event, "JOIN {m} m ON m.original = t.case_number", {"case_number": "m.number"}),
    Multiplied(
        InboxItem,
        "JOIN {m} m ON m.original = t.case_number",
        {
            "case_number": "m.number",
            "department_id": OWN_DEPARTMENT,
            "user_id": OWN_HANDLER.format("user_id"),
        },
    ),
)
"""Copied ledger events keep their template's hashes: pages read them, `verify` would refuse
them, and so true copies have chains of their own (`bench.chains`). Sweep
events, outbox letters and files are not multiplied."""


SUPERVISED = (
    *(each for each in MULTIPLIED if each.model in (Case, Survey)),
    Multiplied(Clock, f"{BY_CASE} AND t.finished_at IS NULL", {"department_id": OWN_DEPARTMENT}),
)
"""What the board, its lists and the sweep read: no clock that has ended, and nothing that is only
read on the page of a case."""

PROVED = tuple(each for each in MULTIPLIED if each.model not in (SearchEntry, InboxItem, Event))
"""What `verify` looks at; the chains of true copies are hashed anew."""


def multiply(tables: Sequence[Multiplied] = MULTIPLIED, *, true: bool = False) -> Iterator[str]:
    """Make all copies; tells the name of each table when it is done."""
    steps = {each.model: _span(each.model) for each in tables}
    filled = [each.model for each in tables] + ([Event] if true else [])
    with unguarded([model._meta.db_table for model in filled]):
        if true:
            write_chains()
            yield "chains"
        for each in tables:
            # Rows of the templates only: a table must not find the copies just made.
            with connection.cursor() as cursor:
                cursor.execute(_statement(each, steps))
            yield each.model._meta.db_table
    with connection.cursor() as cursor:
        models_ = [each.model for each in tables]
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)


def _span(model: type[models.Model]) -> int:
    """What a copy's key is further on, from one copy to the next."""
    return model._default_manager.aggregate(last=models.Max("pk"))["last"] or 1


def _statement(each: Multiplied, steps: dict[type[models.Model], int]) -> str:
    columns, values = [], []
    for column in each.model._meta.concrete_fields:
        name = str(column.column)
        columns.append(f'"{name}"')
        values.append(each.own.get(name) or _value(column, steps))
    table = each.model._meta.db_table
    join = each.join.format(m=TABLE)
    chosen = f"SELECT {', '.join(values)} FROM {table} t {join}"
    return f"INSERT INTO {table} ({', '.join(columns)}) {chosen}"


def _value(column: models.Field, steps: dict[type[models.Model], int]) -> str:
    name = column.column
    target = column.model if column.primary_key else column.related_model
    if isinstance(target, type) and target in steps:
        return f't."{name}" + m.k * {steps[target]}'
    if isinstance(column, models.DateTimeField):
        if connection.vendor == "postgresql":
            return f"t.\"{name}\" - m.shift * interval '1 second'"
        return f"datetime(t.\"{name}\", '-' || m.shift || ' seconds')"
    return f't."{name}"'


@contextmanager
def unguarded(tables: Sequence[str]) -> Iterator[None]:
    """Fill the tables without indexes and checks of foreign keys, and make the indexes after."""
    postgresql = connection.vendor == "postgresql"
    dropped = _drop_on_postgresql(tables) if postgresql else _drop_on_sqlite(tables)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            for statement in dropped:
                cursor.execute(statement)


def _drop_on_postgresql(tables: Sequence[str]) -> list[str]:
    again: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET work_mem = '256MB'")
        cursor.execute("SET maintenance_work_mem = '1GB'")
        # Foreign keys are not checked row by row; a right of superusers, and only a matter of time.
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        row = cursor.fetchone()
        if row and row[0]:
            cursor.execute("SET session_replication_role = replica")
            again.append("SET session_replication_role = origin")
        for table in tables:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint c"
                " WHERE conrelid = %s::regclass AND contype = 'u' AND NOT EXISTS"
                " (SELECT FROM pg_constraint f WHERE f.conindid = c.conindid AND f.contype = 'f')",
                [table],
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                again.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')
            cursor.execute(
                "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
                " WHERE indrelid = %s::regclass AND NOT indisprimary",
                [table],
            )
            for name, definition in cursor.fetchall():
                cursor.execute(f"DROP INDEX {name}")
                again.append(definition)
    return again


def _drop_on_sqlite(tables: Sequence[str]) -> list[str]:
    again: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys = OFF")
        cursor.execute("PRAGMA cache_size = -500000")
        again.append("PRAGMA foreign_keys = ON")
        for table in tables:
            cursor.execute(
                "SELECT type, name, sql FROM sqlite_master"
                " WHERE tbl_name = %s AND type IN ('index', 'trigger') AND sql IS NOT NULL",
                [table],
            )
            for kind, name, definition in cursor.fetchall():
                cursor.execute(f'DROP {kind} "{name}"')
                again.append(definition)
    if SearchEntry._meta.db_table in tables:
        again.append("INSERT INTO inquiries_search_fts(inquiries_search_fts) VALUES ('rebuild')")
    return again
