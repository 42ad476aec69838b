"""What the bureau looks at here and changes elsewhere: calendars and rules on pages that first
show what would happen, cases and clocks by moves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from foundation.read_only import ReadOnlyAdmin
from sla.models import (
    CalendarDay,
    CalendarYear,
    Case,
    Clock,
    ClockEvent,
    ClockPause,
    Heartbeat,
    Policy,
    PolicyChange,
    Recalculation,
    Survey,
    WorkCalendar,
)


class YearInline(admin.TabularInline):
    model = CalendarYear
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(WorkCalendar)
class WorkCalendarAdmin(ReadOnlyAdmin):
    list_display = ["code", "name", "zone", "version"]
    fields = ["code", "name", "zone", "week", "based_on", "department", "version"]
    inlines = [YearInline]

    def view_on_site(self, obj: WorkCalendar) -> str:
        return reverse("supervision:calendar", args=[obj.code])


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    list_display = ["date", "kind", "name", "calendar"]
    list_filter = ["calendar", "kind"]
    list_select_related = ["calendar"]
    date_hierarchy = "date"
    ordering = ["-date"]

    def view_on_site(self, obj: CalendarDay) -> str:
        return reverse("supervision:calendar_year", args=[obj.calendar.code, obj.date.year])


@admin.register(Policy)
class PolicyAdmin(ReadOnlyAdmin):
    """Rules are made under /supervision/policies/, with a preview, a reason and a record."""

    list_display = ["target", "kind", "amount", "unit", "cap", "active_from", "calendar"]
    list_filter = ["target", "kind"]
    list_select_related = ["calendar"]


@admin.register(PolicyChange)
class PolicyChangeAdmin(ReadOnlyAdmin):
    list_display = ["at", "action", "target", "kind", "actor_label", "reason"]
    list_filter = ["target"]


@admin.register(Recalculation)
class RecalculationAdmin(ReadOnlyAdmin):
    list_display = ["kind", "calendar", "policy", "state", "created_at", "applied_by", "reason"]
    list_filter = ["kind", "state"]
    list_select_related = ["calendar", "policy"]

    def view_on_site(self, obj: Recalculation) -> str:
        return reverse("supervision:change", args=[obj.pk])


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    list_display = ["number", "title", "stage", "department", "received_at", "due_at", "verdict"]
    list_filter = ["stage", "kind"]
    list_select_related = ["department"]
    search_fields = ["=number"]
    ordering = ["-received_at", "-id"]


class PauseInline(admin.TabularInline):
    model = ClockPause
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    list_display = ["case", "target", "round", "state", "started_at", "due_at", "finished_at"]
    list_filter = ["target", "state"]
    list_select_related = ["case"]
    search_fields = ["=case__number"]
    inlines = [PauseInline]


@admin.register(ClockEvent)
class ClockEventAdmin(ReadOnlyAdmin):
    list_display = ["clock", "kind", "at", "swept_at"]
    list_select_related = ["clock"]


@admin.register(Survey)
class SurveyAdmin(ReadOnlyAdmin):
    list_display = ["case", "round", "asked_at", "rating", "rated_at"]
    list_select_related = ["case"]
    search_fields = ["=case__number"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "at"]


admin.site.site_header = _("Huiying administration")
admin.site.site_title = _("Huiying administration")
