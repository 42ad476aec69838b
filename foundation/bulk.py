"""Writing the same columns of many rows at once: of model instances, or of plain tuples.

On PostgreSQL one statement over an array of values for each column, on SQLite a prepared one that
is run for each row. Django's `bulk_update` builds one CASE expression over all rows, and making
a model instance of a row, or a parameter of a value, takes longer than all that the database does
to it; where a hundred thousand rows are written, give tuples.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from django.db import connections, models, router
from django.db.backends.base.base import BaseDatabaseWrapper
from orjson import dumps

Column: TypeAlias = "models.Field[Any, Any]"


def write(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Update these fields of these rows, each row with its own values."""
    if rows:
        model = type(rows[0])
        columns = [model._meta.pk, *_columns(model, fields)]
        _update(model, columns, [_values(row, columns) for row in rows])


def change(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """The same of rows that are told as their key and the values of the fields, in this order."""
    if rows := list(rows):
        _update(model, [model._meta.pk, *_columns(model, fields)], rows)


def add(rows: Sequence[models.Model]) -> None:
    """Insert rows whose keys nobody needs to know."""
    if rows:
        model = type(rows[0])
        columns = [column for column in model._meta.concrete_fields if not column.primary_key]
        _insert(model, columns, [_values(row, columns) for row in rows])


def insert(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[Sequence[Any]],
    known_by: Sequence[str] = (),
) -> None:
    """The same of rows that are told as the values of the fields, in this order. What is not
    named must be free to be null: no default of the model is put in.

    A row is changed instead where there is one that has its values of the fields `known_by`,
    which must be unique together.
    """
    if rows := list(rows):
        _insert(model, _columns(model, fields), rows, _columns(model, known_by))


def _columns(model: type[models.Model], fields: Sequence[str]) -> list[Column]:
    known = {column.name: column for column in model._meta.concrete_fields}
    return [known[name] for name in fields]


def _values(row: models.Model, columns: Sequence[Column]) -> list[Any]:
    return [getattr(row, column.attname) for column in columns]


def _update(
    model: type[models.Model], columns: Sequence[Column], rows: Sequence[Sequence[Any]]
) -> None:
    """The first column is the key."""
    connection = connections[router.db_for_write(model)]
    quoted = connection.ops.quote_name
    table, (key, *names) = quoted(model._meta.db_table), _names(connection, columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            changes = ", ".join(f"{name} = new.{name}" for name in names)
            cursor.execute(
                f"UPDATE {table} AS old SET {changes}"  # noqa: S608
                f" FROM unnest({_arrays(connection, columns)}) AS new ({', '.join([key, *names])})"
                f" WHERE old.{key} = new.{key}",
                _texts(columns, rows),
            )
        else:
            changes = ", ".join(f"{name} = %s" for name in names)
            statement = f"UPDATE {table} SET {changes} WHERE {key} = %s"  # noqa: S608
            prepared = _prepared(connection, columns, rows)
            cursor.executemany(statement, [(*values, key) for key, *values in prepared])


def _insert(
    model: type[models.Model],
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    known_by: Sequence[Column] = (),
) -> None:
    connection = connections[router.db_for_write(model)]
    into = f"{connection.ops.quote_name(model._meta.db_table)}"
    into = f"{into} ({', '.join(_names(connection, columns))})"
    else_change = _conflict(connection, columns, known_by) if known_by else ""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            arrays = _arrays(connection, columns)
            statement = f"INSERT INTO {into} SELECT * FROM unnest({arrays})"  # noqa: S608
            statement += else_change
            cursor.execute(statement, _texts(columns, rows))
        else:
            places = ", ".join(["%s"] * len(columns))
            statement = f"INSERT INTO {into} VALUES ({places})"  # noqa: S608
            statement += else_change
            cursor.executemany(statement, _prepared(connection, columns, rows))


def _conflict(
    connection: BaseDatabaseWrapper, columns: Sequence[Column], known_by: Sequence[Column]
) -> str:
    others = _names(connection, [column for column in columns if column not in known_by])
    changes = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f" ON CONFLICT ({', '.join(_names(connection, known_by))}) DO UPDATE SET {changes}"


def _names(connection: BaseDatabaseWrapper, columns: Sequence[Column]) -> list[str]:
    return [connection.ops.quote_name(str(column.column)) for column in columns]


def _prepared(
    connection: BaseDatabaseWrapper, columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> list[list[Any]]:
    ways = [column.get_db_prep_save for column in columns]
    return [[way(value, connection) for way, value in zip(ways, row, strict=True)] for row in rows]


def _arrays(connection: BaseDatabaseWrapper, columns: Sequence[Column]) -> str:
    # A text that is too long is refused; a cast to its column's own type would cut it off.
    types = ("text" if _is_text(column) else column.rel_db_type(connection) for column in columns)
    return ", ".join(f"%s::{type_}[]" for type_ in types)


def _is_text(column: Column) -> bool:
    return isinstance(column, models.CharField | models.TextField)


def _texts(columns: Sequence[Column], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The values of each column as PostgreSQL writes an array."""
    values = zip(*rows, strict=True)
    return [_text(column, of) for column, of in zip(columns, values, strict=True)]


def _text(column: Column, values: Sequence[Any]) -> str:
    if isinstance(column, models.JSONField):
        values = [_json(value, column.encoder) for value in values]
    elif not _is_text(column):
        # Numbers, truths, instants and nothing at all are written as in JSON.
        return f"{{{dumps(values).decode()[1:-1]}}}"
    return f"{{{','.join('NULL' if value is None else _quoted(value) for value in values)}}}"


def _json(value: Any, encoder: type[json.JSONEncoder] | None) -> str | None:
    return None if value is None else json.dumps(value, cls=encoder, ensure_ascii=False)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
