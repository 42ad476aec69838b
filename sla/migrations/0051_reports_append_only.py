"""Have the database itself refuse to change or remove a frozen report or its signature.

The triggers' names begin with `ledger_`, as those of all tables that only grow. A later migration
that rebuilds a table on SQLite must make its triggers again.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

TABLES = ("sla_reportversion", "sla_reportsignature")
VERBS = ("UPDATE", "DELETE")
MESSAGE = "a frozen report is never changed; make a new version"


def _name(table: str, verb: str) -> str:
    return f"ledger_{table}_no_{verb.lower()}"


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    if not sqlite:
        editor.execute(
            "CREATE FUNCTION sla_report_refuse() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{MESSAGE}'; END $$"
        )
    for table in TABLES:
        for verb in VERBS:
            body = (
                f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                if sqlite
                else "FOR EACH ROW EXECUTE FUNCTION sla_report_refuse()"
            )
            name = _name(table, verb)
            editor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} {body}")


def unprotect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    sqlite = editor.connection.vendor == "sqlite"
    for table in TABLES:
        for verb in VERBS:
            on = "" if sqlite else f" ON {table}"
            editor.execute(f"DROP TRIGGER {_name(table, verb)}{on}")
    if not sqlite:
        editor.execute("DROP FUNCTION sla_report_refuse()")


class Migration(migrations.Migration):
    dependencies = [("sla", "0050_period_reports")]

    operations = [migrations.RunPython(protect, unprotect)]
