from __future__ import annotations

from django.apps import AppConfig


class FoundationConfig(AppConfig):
    """The lowest floor; it has no models."""

    name = "foundation"
