"""Daily seals, kept by the database as it keeps events: no UPDATE, no DELETE, no TRUNCATE."""

from __future__ import annotations

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NEW = ("ledger_seal", "ledger_sealedhead")
ALL = ("ledger_event", *NEW)


def _sqlite(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        " BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
    )


def _postgresql(table: str, verb: str) -> str:
    each = "STATEMENT" if verb == "TRUNCATE" else "ROW"
    return (
        f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table}"
        f" FOR EACH {each} EXECUTE FUNCTION ledger_refuse()"
    )


def protect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    for table in NEW:
        for verb in ("UPDATE", "DELETE"):
            make = _sqlite if editor.connection.vendor == "sqlite" else _postgresql
            editor.execute(make(table, verb))
    if editor.connection.vendor == "postgresql":
        for table in ALL:
            editor.execute(_postgresql(table, "TRUNCATE"))


def unprotect(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    # The new tables take their own triggers with them.
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP TRIGGER ledger_event_no_truncate ON ledger_event")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_append_only")]

    operations = [
        migrations.CreateModel(
            name="Seal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                ("events", models.PositiveIntegerField(verbose_name="events")),
                ("late", models.PositiveIntegerField(verbose_name="entered late")),
                ("cases", models.PositiveIntegerField(verbose_name="cases")),
                ("root", models.CharField(max_length=64)),
                ("sealed_at", models.DateTimeField(verbose_name="sealed")),
                ("previous", models.CharField(max_length=64, unique=True)),
                ("hash", models.CharField(max_length=64)),
                (
                    "open_from",
                    models.BigIntegerField(
                        help_text="Events with keys above this one may still be without a seal"
                    ),
                ),
            ],
            options={"verbose_name": "seal", "verbose_name_plural": "seals", "ordering": ["day"]},
        ),
        migrations.CreateModel(
            name="SealedHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("place", models.PositiveIntegerField()),
                ("case_number", models.CharField(max_length=20)),
                ("seq", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "place"), name="ledger_sealed_place"),
                    models.UniqueConstraint(
                        fields=("case_number", "seq"), name="ledger_sealed_head"
                    ),
                ],
            },
        ),
        migrations.RunPython(protect, unprotect),
    ]
