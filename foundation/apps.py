from __future__ import annotations

from django.apps import AppConfig
from django.db.models import Field


class FoundationConfig(AppConfig):
    """The lowest floor; it has no models."""

    name = "foundation"

    def ready(self) -> None:
        from foundation.among import Among

        Field.register_lookup(Among)
