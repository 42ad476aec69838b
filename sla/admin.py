"""Calendars and policies, which a bureau edits; cases and clocks, which it only looks at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from foundation.read_only import ReadOnlyAdmin
from sla.calendars import make_new_version
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
    Survey,
    WorkCalendar,
)
from sla.worktime import Calendar, CalendarError, segments


class WorkCalendarForm(forms.ModelForm):
    """Refuses weekly hours that could not be counted with."""

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            week = {int(day): [(a, b) for a, b in hours] for day, hours in data["week"].items()}
            Calendar.build(zone=data["zone"], week=week)
        except (CalendarError, KeyError, TypeError, ValueError, AttributeError) as error:
            raise ValidationError(
                _("These weekly hours cannot be used: %(reason)s"), params={"reason": error}
            ) from error
        return data


class CalendarDayForm(forms.ModelForm):
    def clean_segments(self) -> Any:
        written = self.cleaned_data["segments"]
        try:
            segments([(a, b) for a, b in written or ()])
        except (CalendarError, TypeError, ValueError) as error:
            raise ValidationError(
                _("These hours cannot be used: %(reason)s"), params={"reason": error}
            ) from error
        return written


class YearInline(admin.TabularInline):
    model = CalendarYear
    extra = 0


@admin.register(WorkCalendar)
class WorkCalendarAdmin(admin.ModelAdmin):
    """Every saving makes a new version. Single days are edited in their own list."""

    form = WorkCalendarForm
    list_display = ["code", "name", "zone", "version"]
    fields = ["code", "name", "zone", "week"]
    inlines = [YearInline]

    def save_related(
        self,
        request: HttpRequest,
        form: forms.ModelForm,
        formsets: list[forms.BaseModelFormSet],
        change: bool,
    ) -> None:
        super().save_related(request, form, formsets, change)
        make_new_version(form.instance)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin):
    """Days off and make-up working days; every change makes a new version of the calendar."""

    form = CalendarDayForm
    list_display = ["date", "kind", "name", "calendar"]
    list_filter = ["calendar", "kind"]
    list_select_related = ["calendar"]
    date_hierarchy = "date"
    ordering = ["-date"]

    def save_model(
        self, request: HttpRequest, obj: CalendarDay, form: forms.ModelForm, change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        make_new_version(obj.calendar)

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        super().delete_model(request, obj)
        make_new_version(obj.calendar)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[CalendarDay]) -> None:
        calendars = list(WorkCalendar.objects.filter(days__in=queryset).distinct())
        super().delete_queryset(request, queryset)
        for calendar in calendars:
            make_new_version(calendar)


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
