"""A protected FSM state that can still be reloaded from the database."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models
from django_fsm import FSMFieldMixin


class ProtectedStateMixin(models.Model):
    """Lets refresh_from_db reload protected FSM fields, per instance and thread-safe.

    django-fsm-2's own mixin flips a flag on the class-level field, which races between threads.
    """

    class Meta:
        abstract = True

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        held: dict[str, Any] = {}
        for field in self._meta.concrete_fields:
            protected = isinstance(field, FSMFieldMixin) and field.protected
            wanted = fields is None or field.attname in fields
            if protected and wanted and field.attname in self.__dict__:
                held[field.attname] = self.__dict__.pop(field.attname)
        try:
            if fields is None and held:
                deferred = self.get_deferred_fields() - held.keys()
                fields = [
                    f.attname for f in self._meta.concrete_fields if f.attname not in deferred
                ]
            super().refresh_from_db(using=using, fields=fields, from_queryset=from_queryset)
        except BaseException:
            self.__dict__.update(held)
            raise
