"""The ledger, to look at."""

from __future__ import annotations

from django.contrib import admin

from foundation.read_only import ReadOnlyAdmin
from ledger.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["case_number", "seq", "move", "actor_label", "at"]
    search_fields = ["=case_number"]
    ordering = ["-pk"]
