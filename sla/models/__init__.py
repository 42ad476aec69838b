from __future__ import annotations

from sla.models.calendar import CalendarDay, CalendarSeason, CalendarYear, WorkCalendar
from sla.models.case import Case, Survey
from sla.models.clock import Clock, ClockEvent, ClockPause
from sla.models.export import ListExport
from sla.models.figures import Delta, Rollup
from sla.models.heartbeat import Heartbeat
from sla.models.incident import Incident
from sla.models.policy import Policy
from sla.models.report import PeriodReport, ReportSignature, ReportVersion

__all__ = [
    "CalendarDay",
    "CalendarSeason",
    "CalendarYear",
    "Case",
    "Clock",
    "ClockEvent",
    "ClockPause",
    "Delta",
    "Heartbeat",
    "Incident",
    "ListExport",
    "PeriodReport",
    "Policy",
    "ReportSignature",
    "ReportVersion",
    "Rollup",
    "Survey",
    "WorkCalendar",
]
