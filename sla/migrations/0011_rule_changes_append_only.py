"""Have the database itself refuse to change or remove the record of rule changes.

The triggers are named like the ledger's own, and on PostgreSQL call the ledger's function.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

VERBS = ("UPDATE", "DELETE")


def _name(verb: str) -> str:
    return f"ledger_policychange_no_{verb.lower()}"


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for verb in VERBS:
        if editor.connection.vendor == "sqlite":
            does = "BEGIN SELECT RAISE(ABORT, 'the record of rule changes is append-only'); END"
        else:
            does = "FOR EACH ROW EXECUTE FUNCTION ledger_refuse()"
        editor.execute(f"CREATE TRIGGER {_name(verb)} BEFORE {verb} ON sla_policychange {does}")


def unprotect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for verb in VERBS:
        on = "" if editor.connection.vendor == "sqlite" else " ON sla_policychange"
        editor.execute(f"DROP TRIGGER {_name(verb)}{on}")


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0010_review_and_rule_changes"),
        ("ledger", "0002_append_only"),
    ]

    operations = [migrations.RunPython(protect, unprotect)]
