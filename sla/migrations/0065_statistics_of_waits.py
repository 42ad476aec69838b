from django.db import migrations

NAME = "sla_case_waits"
WAITS = ", ".join(
    f"({date} - received_at)"
    for date in (
        "dispatched_at",
        "due_at",
        "replied_at",
        "verdict_at",
        "excluded_at",
        "published_at",
    )
)


def keep(apps, schema_editor):
    """Have PostgreSQL learn how rare long waits are: it guesses a third of all cases otherwise."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"CREATE STATISTICS {NAME} ON {WAITS} FROM sla_case")


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"DROP STATISTICS {NAME}")


class Migration(migrations.Migration):
    dependencies = [("sla", "0064_indexes_of_lists")]

    operations = [migrations.RunPython(keep, drop, elidable=False)]
