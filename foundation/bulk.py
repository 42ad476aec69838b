"""Writing the same columns of many rows at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper


def write(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Update these fields of these rows, each row with its own values.

    Django's `bulk_update` builds one CASE expression over all rows, which takes it many times
    longer than one statement over arrays of values (PostgreSQL), or than a prepared one that is
    run for each row (SQLite).
    """
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    columns = [column for column in model._meta.concrete_fields if column.name in fields]
    if connection.vendor == "postgresql":
        _write_arrays(connection, rows, columns)
    else:
        _write_singly(connection, rows, columns)


def _values(
    connection: BaseDatabaseWrapper, rows: Sequence[models.Model], column: models.Field[Any, Any]
) -> list[Any]:
    name, prepared = column.attname, column.get_db_prep_save
    return [prepared(getattr(row, name), connection) for row in rows]


def _write_arrays(
    connection: BaseDatabaseWrapper,
    rows: Sequence[models.Model],
    columns: Sequence[models.Field[Any, Any]],
) -> None:
    meta, quoted = rows[0]._meta, connection.ops.quote_name
    key: models.Field[Any, Any] = meta.pk
    names = [quoted(str(column.column)) for column in columns]
    arrays = ", ".join(f"%s::{column.rel_db_type(connection)}[]" for column in [*columns, key])
    changes = ", ".join(f"{name} = new.{name}" for name in names)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {quoted(meta.db_table)} AS old SET {changes}"  # noqa: S608
            f" FROM unnest({arrays}) AS new ({', '.join([*names, 'the_row'])})"
            f" WHERE old.{quoted(str(key.column))} = new.the_row",
            [*(_values(connection, rows, column) for column in columns), [row.pk for row in rows]],
        )


def _write_singly(
    connection: BaseDatabaseWrapper,
    rows: Sequence[models.Model],
    columns: Sequence[models.Field[Any, Any]],
) -> None:
    meta, quoted = rows[0]._meta, connection.ops.quote_name
    key: models.Field[Any, Any] = meta.pk
    changes = ", ".join(f"{quoted(str(column.column))} = %s" for column in columns)
    values = [_values(connection, rows, column) for column in columns]
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {quoted(meta.db_table)} SET {changes}"  # noqa: S608
            f" WHERE {quoted(str(key.column))} = %s",
            list(zip(*values, (row.pk for row in rows), strict=True)),
        )


def add(rows: Sequence[models.Model]) -> None:
    """Insert rows whose keys nobody needs to know: COPY on PostgreSQL, which takes it a third of
    the time of an INSERT that tells them."""
    if not rows:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(rows)
        return
    quoted = connection.ops.quote_name
    columns = [column for column in model._meta.concrete_fields if not column.primary_key]
    names = ", ".join(quoted(str(column.column)) for column in columns)
    values = [_values(connection, rows, column) for column in columns]
    with connection.cursor() as cursor:
        statement = f"COPY {quoted(model._meta.db_table)} ({names}) FROM STDIN"
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            for row in zip(*values, strict=True):
                copy.write_row(row)
