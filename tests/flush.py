"""Emptying the tables between transactional tests, although the ledger refuses to be emptied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections, transaction
from django.db.backends.base.operations import BaseDatabaseOperations

LEDGER_TRIGGERS = "ledger\\_%"


def install(patch: pytest.MonkeyPatch) -> None:
    """Let Django's flush, and nothing else, past the triggers that keep the ledger append-only."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self: BaseDatabaseOperations, sql_list: Iterable[str]) -> None:
        connection: Any = self.connection
        with transaction.atomic(using=connection.alias), ledger_unguarded(connection):
            flush(self, sql_list)

    patch.setattr(BaseDatabaseOperations, "execute_sql_flush", execute_sql_flush)


@contextmanager
def ledger_unguarded(connection: Any = connections["default"]) -> Iterator[None]:
    """Take the ledger's triggers away for a while; must run inside a transaction.

    Tests that play a forger use it too: that is what a database administrator could do.
    """
    lift = _lift_sqlite if connection.vendor == "sqlite" else _lift_postgres
    restore = lift(connection)
    yield
    with connection.cursor() as cursor:
        for statement in restore:
            cursor.execute(statement)


def _lift_sqlite(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s ESCAPE %s",
            [LEDGER_TRIGGERS, "\\"],
        )
        triggers = cursor.fetchall()
        for name, _ in triggers:
            cursor.execute(f'DROP TRIGGER "{name}"')
    return [sql for _, sql in triggers]


def _lift_postgres(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname LIKE %s",
            [LEDGER_TRIGGERS],
        )
        tables = [table for (table,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
