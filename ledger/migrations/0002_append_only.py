"""Have the database itself refuse to change or remove what the ledger holds.

A later migration that rebuilds the table on SQLite must make the triggers again.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = [
    f"""
    CREATE TRIGGER ledger_event_no_{verb.lower()} BEFORE {verb} ON ledger_event
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END
    """
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    """
    CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$
    """,
    """
    CREATE TRIGGER ledger_event_no_update BEFORE UPDATE ON ledger_event
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
    """,
    """
    CREATE TRIGGER ledger_event_no_delete BEFORE DELETE ON ledger_event
    FOR EACH ROW EXECUTE FUNCTION ledger_refuse()
    """,
]
UNDO_SQLITE = ["DROP TRIGGER ledger_event_no_update", "DROP TRIGGER ledger_event_no_delete"]
UNDO_POSTGRESQL = [
    "DROP TRIGGER ledger_event_no_update ON ledger_event",
    "DROP TRIGGER ledger_event_no_delete ON ledger_event",
    "DROP FUNCTION ledger_refuse()",
]


def _run(editor: BaseDatabaseSchemaEditor, sqlite: list[str], postgresql: list[str]) -> None:
    for statement in sqlite if editor.connection.vendor == "sqlite" else postgresql:
        editor.execute(statement)


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, SQLITE, POSTGRESQL)


def unprotect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    _run(editor, UNDO_SQLITE, UNDO_POSTGRESQL)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [migrations.RunPython(protect, unprotect)]
