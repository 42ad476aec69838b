"""The ledger, to look at."""

from __future__ import annotations

from django.contrib import admin

from foundation.read_only import ReadOnlyAdmin
from ledger.models import Event, Seal


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["case_number", "seq", "move", "actor_label", "at"]
    search_fields = ["=case_number"]
    ordering = ["-pk"]


@admin.register(Seal)
class SealAdmin(ReadOnlyAdmin):
    list_display = ["day", "events", "late", "cases", "root", "sealed_at"]
    ordering = ["-day"]
