"""Messages on their way, and notices on desks, to look at."""

from __future__ import annotations

from django.contrib import admin

from foundation.read_only import ReadOnlyAdmin
from notices.models import InboxItem, Outbox


@admin.register(Outbox)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ["kind", "case_number", "channel", "state", "attempts", "next_try_at"]
    list_filter = ["state", "channel"]
    search_fields = ["=case_number"]
    ordering = ["-pk"]


@admin.register(InboxItem)
class InboxItemAdmin(ReadOnlyAdmin):
    list_display = ["kind", "case_number", "role", "department", "user", "created_at"]
    list_select_related = ["department", "user"]
    search_fields = ["=case_number"]
    ordering = ["-pk"]
