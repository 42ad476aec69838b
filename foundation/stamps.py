"""Instants as the database writes them, as text, without making anything of them in between.

Where millions of rows are compared, making an object of every instant costs more than all the
rest. Both databases write an instant in UTC as "2026-03-02 01:00:00", PostgreSQL with "+00" after
it, and such texts compare and sort as their instants do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Model, TextField
from django.db.models.functions import Cast

ISO = len("2026-03-02T01:00:00+00:00")


def text_of(name: str) -> Cast:
    """A column as the database writes it: of instants, or of JSON."""
    return Cast(name, TextField())


def as_text(model: type[Model], columns: Sequence[str]) -> list[Any]:
    """Columns of a model to ask for, those of instants as text."""
    dated = {f.attname for f in model._meta.concrete_fields if isinstance(f, DateTimeField)}
    return [text_of(name) if name in dated else name for name in columns]


def tail() -> str:
    """What this database writes after an instant."""
    return "+00" if connection.vendor == "postgresql" else ""


def stamp(at: datetime, tail: str) -> str:
    """An instant as the database writes it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}{tail}"


def instant(text: str) -> datetime:
    """The instant a database wrote. Raises ValueError."""
    at = datetime.fromisoformat(text)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def from_iso(text: str, tail: str) -> str:
    """An instant in ISO form, as the database would write it. Raises ValueError."""
    if len(text) == ISO and text[19:] == "+00:00":
        return f"{text[:10]} {text[11:19]}{tail}"
    return stamp(datetime.fromisoformat(text), tail)


def hour_of(column: str) -> str:
    """SQL for what all instants of an hour have in common; its text begins with that hour."""
    if connection.vendor == "postgresql":
        return f"date_trunc('hour', {column})"
    return f"substr({column}, 1, 13)"
