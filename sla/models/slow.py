"""Cases with a date far from their receipt, which are few, and the index that finds them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.models import DurationField, ExpressionWrapper, F, Index, Model, Q, Value
from django.db.models.lookups import GreaterThan, LessThan

DATES = ("dispatched_at", "due_at", "replied_at", "verdict_at", "excluded_at", "published_at")
USUAL_DAYS = 60
"""Within how many days of receipt nearly all cases are due, answered and published."""


def slow(days: int = USUAL_DAYS) -> Q:
    """Cases with a date before their receipt or more than so many days after it."""
    most, least = (Value(timedelta(n), output_field=DurationField()) for n in (days, 0))
    found = Q()
    for date in DATES:
        taken = ExpressionWrapper(F(date) - F("received_at"), output_field=DurationField())
        found |= Q(GreaterThan(taken, most)) | Q(LessThan(taken, least))
    return found


class SlowIndex(Index):
    """An index of the slow cases, by their receipt.

    SQLite would subtract by a function of Django's, which other programs that open the file do not
    have, so there the index is of all cases: such houses are small.
    """

    def __init__(self, *, days: int, name: str) -> None:
        self.days = days
        fields = ["received_at", "id", "due_at", "replied_at"]
        super().__init__(fields=fields, condition=slow(days), name=name)

    def deconstruct(self) -> Any:
        path, _args, _kwargs = super().deconstruct()
        return path, (), {"days": self.days, "name": self.name}

    def create_sql(
        self,
        model: type[Model],
        schema_editor: BaseDatabaseSchemaEditor,
        using: str = "",
        **kwargs: Any,
    ) -> Statement:
        if schema_editor.connection.vendor == "sqlite":
            whole = Index(fields=self.fields, name=self.name)
            return whole.create_sql(model, schema_editor, using, **kwargs)
        return super().create_sql(model, schema_editor, using, **kwargs)
